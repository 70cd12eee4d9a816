"""What the hub writes of its work: lines for a person, or JSON for a machine that gathers them. No secrets, nobody's data.

A request is known by the name of its route, never by its address, whose parts name organisations, products and people; an error by
its kind and the places in the code that it went through, never by its message, which may quote what somebody typed.
"""

import json
import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase

log = logging.getLogger("wardround.requests")


class Lines(logging.Formatter):
    """Lines for a person. A request that went wrong is told without its address, its error without its message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; of an error below it the places. What the hub's own work raises is told whole: somebody has to mend it."""
        if not record.name.startswith("django"):
            return super().format(record)
        given = record.args if isinstance(record.args, tuple) else ()
        lines = [
            str(record.msg) % tuple("(an address)" if str(a).startswith("/") else a for a in given) if given else str(record.msg)
        ]
        if record.exc_info and record.exc_info[0]:
            lines += [record.exc_info[0].__name__, *(f"  {place}" for place in _places(record))]
        return "\n".join(lines)


def _places(record: logging.LogRecord) -> list[str]:
    """Where the error went through, the last ones."""
    found = traceback.extract_tb(record.exc_info[2]) if record.exc_info else ()
    return [f"{f.filename}:{f.lineno} {f.name}" for f in found][-20:]


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how grave, who wrote it, what; of an error its kind and places."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "what": record.getMessage() if record.name.startswith("wardround") else str(record.msg),
        }
        said |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            said["error"] = record.exc_info[0].__name__
            said["places"] = _places(record)
        return json.dumps(said, ensure_ascii=False)


def requests(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: one line a request, with its route, its status and how long it took."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = answer(request)
        match = request.resolver_match
        fields = {
            "method": request.method if request.method in {"GET", "HEAD", "POST"} else "other",
            "route": match.view_name if match else "",
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        log.info("%(method)s %(route)s %(status)s %(ms)s ms", fields, extra={"fields": fields})
        return response

    return middleware
