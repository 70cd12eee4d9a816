"""The nouns that every room shares.

>>> from datetime import date
>>> install = Install(asset_id="mdm-01", vendor="Ivanti", product="Endpoint Manager Mobile", version="12.4.0.1")
>>> name_key("  Endpoint   Manager Mobile ") == name_key(install.product)
True
>>> end_of_day(date(2025, 5, 14)).isoformat()
'2025-05-14T23:59:59.999999+00:00'
"""

from wardround.core.vocab._errors import BadInput, Rejected, WardroundError
from wardround.core.vocab._findings import Finding, Verdict
from wardround.core.vocab._hunting import Coverage, Detection
from wardround.core.vocab._installs import Install, name_key
from wardround.core.vocab._times import end_of_day

__all__ = [
    "BadInput",
    "Coverage",
    "Detection",
    "Finding",
    "Install",
    "Rejected",
    "Verdict",
    "WardroundError",
    "end_of_day",
    "name_key",
]
