"""What every request and every answer carries."""

from collections.abc import Callable, Iterator

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wardround.hub import clock
from wardround.hub.organisations.access import Access, Act, access_of
from wardround.hub.pages.routes import ANYBODY, SIGNED_IN, asks
from wardround.hub.reach import reaching
from wardround.hub.signin.factors import enough

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def security_headers(get_response: Answer) -> Answer:
    """Nothing from outside, nothing inline, and no copy of a signed-in page kept anywhere."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if request.path == reverse("sign-out") and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'  # what the browser kept goes; cookies end with the session
        return response

    return middleware


class Permitted:
    """Whoever may nowhere do what an address asks is refused before anything is looked up, whatever stands in it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Let the view decide of which organisation; `request.asks` is what it then demands there."""
        match = request.resolver_match
        asked = asks(match.view_name if match else "", request.method or "")
        request.asks = asked  # type: ignore[attr-defined]
        if asked in (ANYBODY, SIGNED_IN) or not request.user.is_authenticated:
            return
        if asked is None:
            raise PermissionDenied("this address asks for a permission that nobody stated")
        if (access := getattr(request, "access", None)) is None:
            raise PermissionDenied("the sign-in is not complete")
        access.demand(asked)


def acting(get_response: Answer) -> Answer:
    """Who asks, how far they reach, and when: `request.access` and `request.act` of a person whose sign-in is complete.

    What is asked of the database meanwhile reaches as far; for everybody else it reaches nothing.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        access = None
        if request.user.is_authenticated and enough(request):
            now = clock.now()
            access = access_of(request.user, at=now)  # type: ignore[arg-type]
            request.access = access  # type: ignore[attr-defined]
            request.act = Act(access, now)  # type: ignore[attr-defined]
        with reaching(access):
            response = get_response(request)
        if response.streaming:
            response.streaming_content = _within(access, iter(response.streaming_content))  # type: ignore[attr-defined]
        return response

    return middleware


def _within(access: Access | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of an answer that is made while it is sent: each within the reach of the one who asked."""
    while True:
        with reaching(access):
            try:
                part = next(parts)
            except StopIteration:
                return
        yield part
