"""CVE records, KEV, EPSS and CSAF, read into advisories.

>>> from datetime import UTC, datetime
>>> record = read_cve(b'''{"dataType": "CVE_RECORD", "dataVersion": "5.1",
...   "cveMetadata": {"cveId": "CVE-2030-0001", "state": "PUBLISHED", "datePublished": "2030-05-13T15:45:00Z"},
...   "containers": {"cna": {"title": "An example", "affected": [{"vendor": "Example", "product": "Gateway"}]}}}''', where="x.json")
>>> fold([record], at=datetime(2030, 5, 13, tzinfo=UTC)) is None
True
>>> fold([record], at=datetime(2030, 5, 14, tzinfo=UTC)).title
'An example'
>>> product_names(record)
{('example', 'gateway')}
"""

from wardround.core.advisories._csaf import read_csaf
from wardround.core.advisories._cve import read_cve
from wardround.core.advisories._epss import read_epss
from wardround.core.advisories._fold import fold
from wardround.core.advisories._kev import read_kev
from wardround.core.advisories._model import Advisory, Container, Stated
from wardround.core.advisories._names import product_names
from wardround.core.advisories._recognise import recognise

__all__ = [
    "Advisory",
    "Container",
    "Stated",
    "fold",
    "product_names",
    "read_csaf",
    "read_cve",
    "read_epss",
    "read_kev",
    "recognise",
]
