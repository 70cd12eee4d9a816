"""A disk without room: said in words, on the same form where there is one, and nothing of what was sent is kept."""

import errno
import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

NO_ROOM = 507
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SAYS = ("database or disk is full", "no space left on device")
SAID = "There is no room left on the hub's disk: nothing of this was kept. Tell whoever runs the hub, then send it again"
log = logging.getLogger(__name__)


def full(problem: BaseException) -> bool:
    """Whether that is a disk, of ours or of the database, on which nothing more can be written."""
    if isinstance(problem, OSError) and problem.errno in FULL:
        return True
    said = str(problem).lower()
    return isinstance(problem, OSError | DatabaseError) and any(words in said for words in SAYS)


class NoRoom:
    """A page that could not write says why, where its form does not say it itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """An answer for a full disk; everything else is not ours."""
        if not full(problem):
            return None
        log.error("%s %s: %s", request.method, request.path, problem)
        return HttpResponse(render_to_string("507.html", request=None), status=NO_ROOM)
