"""What suppliers and distributions state in documents of their own (CSAF, OSV, OpenVEX, CycloneDX VEX), as CVE records do.

>>> record = b'''{"id": "DSA-1-1", "modified": "2030-05-14T00:00:00Z", "upstream": ["CVE-2030-0001"], "affected": [
...   {"package": {"ecosystem": "Debian:11", "name": "gateway"},
...    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2-3+deb11u1"}]}]}]}'''
>>> document = read_document(record, feed="osv", where="x.json")
>>> subjects(document)
('CVE-2030-0001',)
>>> found = containers(document, "CVE-2030-0001")[0]
>>> found.kind, found.affected[0]["platforms"], found.affected[0]["versions"][0]["lessThan"]
('distribution', ['debian:11'], '1.2-3+deb11u1')
>>> [(claim.status, claim.versions) for claim in claims(document)]
[('affected', 'from 0 before 1.2-3+deb11u1')]
"""

from wardround.core.claims._fold import with_documents
from wardround.core.claims._gather import claims, containers, subjects
from wardround.core.claims._model import Claim, Document
from wardround.core.claims._read import FEEDS, read_document

__all__ = ["FEEDS", "Claim", "Document", "claims", "containers", "read_document", "subjects", "with_documents"]
