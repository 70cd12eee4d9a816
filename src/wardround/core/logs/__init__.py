"""Reading logs: what a file is by its content, its events, and what the reading let us see.

>>> import io
>>> line = b'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/user/login.jsp HTTP/1.1" 200 12 "-" "curl/8"'
>>> (source,) = unpacked(Source("access.log", io.BytesIO(line)), rejected=[])
>>> reading = Reading(source)
>>> [(event.line, event.kind.shape, event.fields["sc-status"]) for event in reading]
[(1, 'Apache combined access log', (200,))]
>>> reading.tally.coverage().first.isoformat()
'2025-05-15T02:12:44+00:00'
"""

from wardround.core.logs._model import Event, Kind, Scalar, Source, written
from wardround.core.logs._read import Reading
from wardround.core.logs._tally import Tally
from wardround.core.logs._times import as_time
from wardround.core.logs._unpack import unpacked

__all__ = ["Event", "Kind", "Reading", "Scalar", "Source", "Tally", "as_time", "unpacked", "written"]
