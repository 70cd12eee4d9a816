"""The record as a chain that anybody can check, without the service that wrote it.

Each entry carries a digest of itself and of all before it; now and then the digest reached is signed. An export holds entries and
signed checkpoints, one on each line; `verify` names what was changed, is missing, or stands in another place.

>>> from datetime import UTC, datetime
>>> key = new_key()
>>> first = {"organisation": "TX1", "sequence": 1, "what": "added", "who": "Ann Example (fictitious)"}
>>> digest = chained(beginning("TX1"), first)
>>> checkpoint = sign(key, organisation="TX1", sequence=1, digest=digest, at=datetime(2025, 5, 14, tzinfo=UTC))
>>> export = list(written("TX1", [(first, digest)], [checkpoint], keys=[key.public_key()]))
>>> [record.faults for record in verify(export, name="record.jsonl")]
[()]
>>> (tampered,) = verify([line.replace(b"added", b"taken") for line in export], name="record.jsonl")
>>> [fault.what for fault in tampered.faults]
['is not what the chain holds after entry 0: it was changed, or the one before it']
"""

from wardround.core.record._chain import beginning, chained
from wardround.core.record._checkpoint import Checkpoint, fingerprint, key_text, new_key, read_key, sign
from wardround.core.record._export import written
from wardround.core.record._verify import verify

__all__ = [
    "Checkpoint",
    "beginning",
    "chained",
    "fingerprint",
    "key_text",
    "new_key",
    "read_key",
    "sign",
    "verify",
    "written",
]
