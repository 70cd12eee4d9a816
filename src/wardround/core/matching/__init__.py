"""Advisory x Install -> Finding: one of four verdicts, the entry that decided, and the reason in a sentence.

Three things are kept apart: which records name an install (`names`), what one record says of one distinct product,
version, scheme and platform (`decide`), and spreading that answer over the installs (`match`, `match_all`).

>>> from datetime import UTC, datetime
>>> from wardround.core.advisories import Advisory, Container
>>> from wardround.core.vocab import Install
>>> day = datetime(2025, 5, 13, tzinfo=UTC)
>>> affected = [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "defaultStatus": "affected",
...              "versions": [{"version": "12.5.0.1", "status": "unaffected"}]}]
>>> record = Advisory("CVE-2025-4427", "PUBLISHED", day, day, "", "",
...                   (Container("cna", "/containers/cna/affected", affected),), (), (), "cve", "")
>>> patched = Install(asset_id="mdm-01", vendor="Ivanti", product="Endpoint Manager Mobile", version="12.4.0.2")
>>> match(record, patched, overrides=Overrides()).verdict.value
'affected'
>>> finding = match(record, patched, overrides=Overrides.load())
>>> finding.verdict.value, finding.decided_by
('not_affected', 'override ivanti-epmm-2025')
>>> finding.reason
"12.4.0.2 is at or above 12.4.0.2, the fix of its branch. This is Ivanti's own fact of 2025-05-13, which the record lacks."
"""

from wardround.core.matching._decide import decide
from wardround.core.matching._match import match, match_all
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._names import Naming, names
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._read_override import Override

__all__ = ["Answer", "Named", "Naming", "Override", "Overrides", "Subject", "decide", "match", "match_all", "names"]
