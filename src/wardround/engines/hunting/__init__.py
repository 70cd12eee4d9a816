"""The hunt in bulk: the same answers as `core.hunts` gives, at the speed of the disk.

>>> import io
>>> from wardround.core.hunts import Source, hunt, load_pack
>>> line = b'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=aWQ= HTTP/1.1" 200 12 "-" "curl/8"'
>>> rules = load_pack("epmm").rules
>>> result = hunt([Source("access.log", io.BytesIO(line))], rules=rules, searcher=FastSearcher(rules))
>>> [d.title for d in result.detections]
['EPMM web shell called through the error page']
"""

from wardround.engines.hunting._resume import engine, forget, keep, kept, key_of
from wardround.engines.hunting._run import Job, opened, run
from wardround.engines.hunting._search import FastSearcher
from wardround.engines.hunting._store import FolderStore

__all__ = ["FastSearcher", "FolderStore", "Job", "engine", "forget", "keep", "kept", "key_of", "opened", "run"]
