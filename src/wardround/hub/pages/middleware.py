"""What every request and every answer carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wardround.hub import clock
from wardround.hub.organisations.access import Act, access_of
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
        return response

    return middleware


def acting(get_response: Answer) -> Answer:
    """Who asks, how far they reach, and when: `request.access` and `request.act` of a person whose sign-in is complete."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and enough(request):
            now = clock.now()
            request.access = access_of(request.user, at=now)  # type: ignore[attr-defined,arg-type]
            request.act = Act(request.access, now)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
