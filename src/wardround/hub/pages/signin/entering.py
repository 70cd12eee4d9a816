"""Signing in: password and second step, or a passkey, which is both."""

import hmac
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.pages.posting import UNPROCESSABLE, refuse, settled
from wardround.hub.pages.signin.forms import CodeForm, PasskeyForm, SignInForm
from wardround.hub.signin import factors, oidc
from wardround.hub.signin.notices import tell
from wardround.hub.signin.passwords import by_code, by_password
from wardround.hub.signin.sessions import Entering, enter

PENDING, STEP_HOLDS = "second_step", timedelta(minutes=10)


def onward(request: HttpRequest) -> str:
    """Where somebody wanted to go: an address of this hub, else the first page."""
    return inside(request.POST.get("next") or request.GET.get("next") or "/")


def inside(then: str) -> str:
    """The address where it is one of this hub, else that of the first page."""
    here = url_has_allowed_host_and_scheme(then, allowed_hosts=None) and then.startswith("/")
    return then if here else "/"


def proceed(request: HttpRequest, person: User, *, by: str, factor: str = "", then: str = "/") -> HttpResponse:
    """The way on for a person whose first proof was right: in, or to the second step where they have one."""
    if not factor and factors.held(person).any:
        request.session[PENDING] = {
            "person": str(person.public_id),
            "by": by,
            "then": then,
            "at": clock.now().isoformat(),
            "hash": person.get_session_auth_hash(),
        }
        return redirect("second-step")
    enter(request, person, Entering(by, factor))
    return redirect(then)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; on a first start it says what to do."""
    then = onward(request)
    if request.user.is_authenticated:
        return redirect(then)
    form = SignInForm(request.POST if request.method == "POST" else None)
    found: list[User] = []

    def look(typed: dict[str, Any]) -> None:
        found.append(by_password(request, email=typed["username"], password=typed["password"]))

    if request.method == "POST" and settled(form, look):
        return proceed(request, found[0], by="password", then=then)
    context = {"form": form, "next": then, "first_start": not User.objects.exists(), "provider": oidc.name()}
    return render(request, "signin/sign_in.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


def _pending(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Who stands at the second step: their password was right a moment ago, and is still the same."""
    held = request.session.get(PENDING)
    if not isinstance(held, dict) or clock.now() - parse_time(held["at"]) > STEP_HOLDS:
        return None
    person = User.objects.filter(public_id=held["person"], is_active=True).first()
    if person is None or not hmac.compare_digest(person.get_session_auth_hash(), held["hash"]):
        return None
    return person, held


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A code of the app, a recovery code, or a passkey, after a password that was right."""
    pending = None if request.user.is_authenticated else _pending(request)
    if pending is None:
        return redirect("sign-in")
    person, held = pending
    form = CodeForm(request.POST if request.method == "POST" else None)
    factor: list[str] = []
    if request.method == "POST" and settled(form, lambda typed: factor.append(by_code(request, person, typed["code"]))):
        enter(request, person, Entering(held["by"], factor[0]))
        if factor[0] == "recovery code":
            tell(person, "code_used")
            left = factors.held(person).codes_left
            words = "You signed in with a recovery code, which is void now. " + (
                f"{left} are left." if left else "None is left: make new ones."
            )
            messages.warning(request, f"{words} If your phone is lost, remove it from your account and set up another.")
            return redirect("account")
        return redirect(held["then"])
    shown = {"form": form, "held": factors.held(person), "next": held["then"]}
    return render(request, "signin/second_step.html", shown, status=UNPROCESSABLE if request.method == "POST" else 200)


@login_not_required
@require_POST
def passkey_options(request: HttpRequest) -> JsonResponse:
    """A challenge for whichever passkey of this hub the browser has."""
    return JsonResponse(factors.options_to_use())


@login_not_required
@never_cache
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: it is in somebody's hand, and asked them for finger, face or PIN."""
    then = onward(request)
    if request.user.is_authenticated:
        return redirect(then)
    answer = PasskeyForm(request.POST)
    try:
        if not answer.is_valid():
            raise BadInput("That passkey did not work here", do="try again, or sign in another way")
        row = factors.used_passkey(answer.cleaned_data["credential"])
    except BadInput as refused:
        form = SignInForm({})
        form.errors.clear()
        refuse(form, refused)
        return render(request, "signin/sign_in.html", {"form": form, "next": then, "provider": oidc.name()}, status=UNPROCESSABLE)
    request.session.pop(PENDING, None)
    return proceed(request, row.user, by="passkey", factor="passkey", then=then)
