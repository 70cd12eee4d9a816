"""One's own account: second factors, password, and where one is signed in."""

import base64
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import UNPROCESSABLE, Form, form_page, settled
from wardround.hub.pages.signin.entering import onward
from wardround.hub.pages.signin.forms import AgainForm, AppForm, PasskeyForm, PasswordForm
from wardround.hub.signin import factors, sessions
from wardround.hub.signin.browsers import family
from wardround.hub.signin.middleware import before_second_factor
from wardround.hub.signin.notices import tell
from wardround.hub.signin.passwords import again as prove
from wardround.hub.signin.passwords import change_password

View = Callable[..., HttpResponse]
HOME = [("Alerts", "/"), ("Your account", "/account/")]


def freshly_proved(view: View) -> View:
    """Only for somebody who proved lately who they are; others do so first. Whoever broke the glass changes no sign-in."""

    @wraps(view)
    def wrapped(request: Asking, *args: Any, **kwargs: Any) -> HttpResponse:
        factor = sessions.noted(request).get("factor")
        if factor == "break-glass":
            raise PermissionDenied("a sign-in by a sealed code sets up nothing that outlasts it")
        if sessions.fresh(request, now=clock.now()) and (factor or not factors.held(request.user).any):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("account")
        return redirect(f"{reverse('again')}?{urlencode({'next': back})}")

    return wrapped


@never_cache
@require_safe
def account(request: Asking) -> HttpResponse:
    """What is set up, and where one is signed in."""
    here = sessions.noted(request).get("id")
    rows = [(row, str(row.public_id) == here) for row in sessions.listed(request.user, now=clock.now())]
    context = {"held": factors.held(request.user), "sessions": rows, "required": factors.required(), "crumbs": HOME[:1]}
    return render(request, "signin/account.html", context)


@before_second_factor
@never_cache
@require_safe
def set_up(request: Asking) -> HttpResponse:
    """Which second factor: what everybody does who has none yet, before anything else."""
    if factors.enough(request) and factors.held(request.user).any:
        return redirect(onward(request))
    return render(request, "signin/set_up.html", {"next": onward(request), "required": factors.required()})


@before_second_factor
@never_cache
@require_http_methods(["GET", "POST"])
def again(request: Asking) -> HttpResponse:
    """Who one is, again: by a passkey, or by password and code, as far as one has them."""
    held, then = factors.held(request.user), onward(request)
    form = AgainForm(request.POST if request.method == "POST" else None)
    if not request.user.has_usable_password():
        del form.fields["password"]
    if not held.app:
        del form.fields["code"]
    used: list[str] = []

    def look(typed: dict[str, Any]) -> None:
        used.append(prove(request, request.user, password=typed.get("password"), code=typed.get("code")))

    enough = bool(form.fields) and (bool(held.app) or not held.passkeys)  # who has a passkey and no app proves it by the passkey
    if request.method == "POST" and enough and settled(form, look):
        sessions.proved(request, factor=used[0])
        return redirect(then)
    shown = {"form": form if enough else None, "held": held, "next": then, "crumbs": HOME}
    return render(request, "signin/again.html", shown, status=UNPROCESSABLE if request.method == "POST" else 200)


@before_second_factor
@require_POST
def again_by_passkey(request: Asking) -> HttpResponse:
    """Who one is, again, by a passkey of one's own. Without an answer: the challenge for it."""
    if "credential" not in request.POST:
        return JsonResponse(factors.options_to_use(request.user))
    answer = PasskeyForm(request.POST)
    try:
        factors.used_passkey(answer.cleaned_data["credential"] if answer.is_valid() else None, person=request.user)
    except BadInput as refused:
        messages.error(request, f"{refused.what}: {refused.do}.")
        return redirect(f"{reverse('again')}?{urlencode({'next': onward(request)})}")
    sessions.proved(request, factor="passkey")
    return redirect(onward(request))


def _added(request: Asking, *, event: str, factor: str) -> HttpResponse:
    """A factor was added: other sessions end, recovery codes are made and shown where there are none, and the person is told."""
    sessions.proved(request, factor=factor)
    sessions.end_others(request.user, but=request)
    tell(request.user, event, browser=family(request))
    if factors.held(request.user).codes:
        messages.success(request, "It is set up. Your other sessions were ended.")
        return redirect(onward(request) if onward(request) != "/" else reverse("account"))
    return _codes(request)


def _codes(request: Asking) -> HttpResponse:
    """New recovery codes, on a page that shows them once."""
    codes = factors.make_codes(request.user)
    tell(request.user, "codes_made", browser=family(request))
    return render(request, "signin/codes.html", {"codes": codes, "next": onward(request), "crumbs": HOME})


@before_second_factor
@never_cache
@require_http_methods(["GET", "POST"])
@freshly_proved
def add_app(request: Asking) -> HttpResponse:
    """An authenticator app: a picture to scan, and the code that it shows then. One from before counts no more."""
    before = factors.held(request.user).app
    form = AppForm(request.POST if request.method == "POST" else None)
    secret = get_totp_secret(regenerate=request.method == "GET")
    if request.method == "POST" and settled(form, lambda typed: factors.add_app(request.user, secret=secret, code=typed["code"])):
        clear_totp_secret(request)
        if before:
            tell(request.user, "app_removed", browser=family(request))
        return _added(request, event="app_added", factor="app")
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    context = {
        "form": form,
        "picture": "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode(),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "before": before,
        "next": onward(request),
        "crumbs": HOME,
    }
    return render(request, "signin/add_app.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


@before_second_factor
@never_cache
@require_http_methods(["GET", "POST"])
@freshly_proved
def add_passkey(request: Asking) -> HttpResponse:
    """A passkey, made by the browser."""
    form = PasskeyForm(request.POST if request.method == "POST" else None)

    def keep(typed: dict[str, Any]) -> None:
        factors.add_passkey(request.user, name=typed["name"], credential=typed["credential"])

    if request.method == "POST" and settled(form, keep):
        return _added(request, event="passkey_added", factor="passkey")
    shown = {"form": form, "next": onward(request), "crumbs": HOME}
    return render(request, "signin/add_passkey.html", shown, status=UNPROCESSABLE if request.method == "POST" else 200)


@before_second_factor
@require_POST
@freshly_proved
def passkey_to_make(request: Asking) -> HttpResponse:
    """What the browser needs to make one."""
    try:
        return JsonResponse(factors.options_to_make(request.user))
    except BadInput as refused:
        return JsonResponse({"refused": f"{refused.what}: {refused.do}"}, status=UNPROCESSABLE)


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_proved
def remove_factor(request: Asking, number: int) -> HttpResponse:
    """Take a passkey or the app away; the other sessions end."""
    row = get_object_or_404(Authenticator, user=request.user, pk=number, type__in=[factors.Type.TOTP, factors.Type.WEBAUTHN])
    what = "the authenticator app" if row.type == factors.Type.TOTP else f"the passkey {row.wrap().name}"
    event = "app_removed" if row.type == factors.Type.TOTP else "passkey_removed"

    def remove(_: dict[str, Any]) -> None:
        factors.remove(request.user, row)
        sessions.end_others(request.user, but=request)
        tell(request.user, event, browser=family(request))

    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        do=remove,
        then=reverse("account"),
        said=f"Removed {what}. Your other sessions were ended.",
        template="signin/remove.html",
        context={"heading": f"Remove {what}", "what": what, "button": "Remove it", "grave": True, "crumbs": HOME},
    )


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_proved
def new_codes(request: Asking) -> HttpResponse:
    """New recovery codes; those from before are void."""
    if not factors.held(request.user).any:
        raise Http404
    if request.method == "POST":
        sessions.end_others(request.user, but=request)
        return _codes(request)
    return render(request, "signin/new_codes.html", {"held": factors.held(request.user), "crumbs": HOME})


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_proved
def password(request: Asking) -> HttpResponse:
    """Another password; the other sessions end."""
    return form_page(
        request,
        PasswordForm(request.POST if request.method == "POST" else None),
        do=lambda typed: change_password(request, request.user, typed["new_password"]),
        then=reverse("account"),
        said="Your password was changed. Your other sessions were ended.",
        template="site/form.html",
        context={"heading": "Change your password", "button": "Change it", "crumbs": HOME},
    )


@require_POST
def end_session(request: Asking, session: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    if not sessions.end_others(request.user, only=str(session)):
        raise Http404
    messages.success(request, "That session was ended.")
    return redirect("account")


@require_POST
def end_sessions(request: Asking) -> HttpResponse:
    """End all of one's own sessions but this one."""
    ended = sessions.end_others(request.user, but=request)
    tell(request.user, "sessions_ended", browser=family(request), ended=ended)
    messages.success(request, f"{ended} other session{'s were' if ended != 1 else ' was'} ended.")
    return redirect("account")
