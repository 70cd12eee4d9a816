"""Searching logs for traces, and saying what could be seen.

>>> import io
>>> line = b'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=aWQ= HTTP/1.1" 200 12 "-" "curl/8"'
>>> result = hunt([Source("access.log", io.BytesIO(line))], rules=load_pack("epmm").rules)
>>> [(d.title, d.line, d.time.isoformat()) for d in result.detections]
[('EPMM web shell called through the error page', 1, '2025-05-15T02:12:44+00:00')]
>>> searched_hours(result.coverage, window=Window(result.detections[0].time, result.detections[0].time)).of
0
"""

from wardround.core.hunts._coverage import searched_hours, windows
from wardround.core.hunts._hunt import hunt
from wardround.core.hunts._model import HuntResult, Pack, Window
from wardround.core.hunts._packs import load_pack
from wardround.core.hunts._statement import statement
from wardround.core.logs import Source
from wardround.core.sigma import read_rules

__all__ = ["HuntResult", "Pack", "Source", "Window", "hunt", "load_pack", "read_rules", "searched_hours", "statement", "windows"]
