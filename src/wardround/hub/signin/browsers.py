"""Browsers that somebody signed in from before: known by a signed cookie, never by what they tell of themselves."""

import hashlib
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from wardround.hub.accounts.models import User
from wardround.hub.signin.models import Device
from wardround.lake.settings import value_of

COOKIE, SALT, KEPT = "wardround-browser", "signin.browser", timedelta(days=180)
FAMILIES = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}


def family(request: HttpRequest) -> str:
    """The browser and system that a request names, in two words; the rest of what it tells is not kept."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for sign, name in FAMILIES.items() if sign in agent), "a browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser


def source(request: HttpRequest) -> str:
    """Where a request comes from: an address, or a network of IPv6 as it is handed to one customer. Empty where nobody can tell.

    Behind a proxy the server has put in the address that the proxy names; a proxy that names none stands there itself.
    """
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if settings.SESSION_COOKIE_SECURE and str(address) == (value_of("WARDROUND_PROXY") or "127.0.0.1"):
        return ""
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def known(request: HttpRequest, email: str) -> str:
    """The number of the browser, hashed, where the person of that address has signed in from it before; else empty."""
    digest = _digest(_number(request))
    found = digest and Device.objects.filter(user__email=email.strip().lower(), digest=digest).exists()
    return digest if found else ""


def remember(request: HttpRequest, person: User, *, at: datetime) -> bool:
    """Keep that the person signed in from here; True where they did from another browser before, and never from this one."""
    number = _number(request) or secrets.token_urlsafe(24)
    request.browser_number = number  # type: ignore[attr-defined]
    others = Device.objects.filter(user=person).exists()
    _, new = Device.objects.update_or_create(
        user=person,
        digest=_digest(number),
        defaults={"seen_at": at, "browser": family(request)},
        create_defaults={"seen_at": at, "browser": family(request), "first_at": at},
    )
    return new and others


def keep_number(request: HttpRequest, response: HttpResponse) -> None:
    """Hand the browser its number, signed, where somebody has just signed in."""
    number = getattr(request, "browser_number", "")
    if number:
        response.set_signed_cookie(
            COOKIE, number, salt=SALT, max_age=KEPT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def _number(request: HttpRequest) -> str:
    return str(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KEPT) or "") if COOKIE in request.COOKIES else ""


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest() if number else ""
