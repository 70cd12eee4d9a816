"""Names of products: CPE names and package URLs compared by their rules, and the reviewed table of aliases.

>>> source = Cpe.read("cpe:2.3:a:microsoft:internet_explorer:8.*:*:*:*:*:*:*:*")
>>> relation(source, target=Cpe.read("cpe:/a:microsoft:internet_explorer:8.0.6001:beta")).value
'superset'
>>> Purl.read("pkg:maven/org.apache.commons/commons-compress@1.21").package
'org.apache.commons:commons-compress'
>>> aliases = Aliases.load()
>>> aliases.of("google llc", bare_product("google chrome 126.0.6478.127 (x64)"))
((('google', 'chrome'), 'google-chrome'),)
>>> aliases.vendor("microsoft corporation")
'microsoft'
"""

from wardround.core.names._alias import Alias
from wardround.core.names._aliases import Aliases
from wardround.core.names._candidates import Candidate, Candidates
from wardround.core.names._cpe import Cpe
from wardround.core.names._keys import key_of
from wardround.core.names._product import bare_product
from wardround.core.names._purl import Purl
from wardround.core.names._relation import Relation, relation

__all__ = ["Alias", "Aliases", "Candidate", "Candidates", "Cpe", "Purl", "Relation", "bare_product", "key_of", "relation"]
