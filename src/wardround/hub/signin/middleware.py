"""Which sessions still count, and what somebody without a second factor may open: the pages on which they set one up."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wardround.hub import clock
from wardround.hub.signin import sessions
from wardround.hub.signin.browsers import keep_number
from wardround.hub.signin.factors import enough

View = TypeVar("View", bound=Callable[..., Any])
SET_UP = "/account/set-up/"


def before_second_factor(view: View) -> View:
    """Mark a view that somebody opens who is signed in and has no second factor yet."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


class Sessions:
    """Ends what has run out, notes use, and sends whoever has no second factor to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A session that has run out is nobody's before any view is asked."""
        if request.user.is_authenticated:
            now = clock.now()
            if sessions.over(request, now=now):
                sessions.end(request)
            else:
                sessions.note_use(request, now=now)
        response = self.get_response(request)
        keep_number(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let pass who has a second factor, who needs none, and pages that are open or for setting one up."""
        free = getattr(view, "before_second_factor", False) or not getattr(view, "login_required", True)
        if free or not request.user.is_authenticated or enough(request):
            return None
        if request.method != "GET":
            return redirect(SET_UP)
        return redirect(f"{SET_UP}?{urlencode({'next': request.get_full_path()})}")
