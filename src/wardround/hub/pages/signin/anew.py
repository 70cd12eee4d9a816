"""Beginning anew: a lead resets somebody's sign-in, and that person opens the link they were mailed."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wardround.core.vocab import WardroundError
from wardround.hub.accounts.models import User
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import around, led, member, useless
from wardround.hub.pages.posting import UNPROCESSABLE, form_page, settled
from wardround.hub.pages.signin.account import freshly_proved
from wardround.hub.pages.signin.entering import proceed
from wardround.hub.pages.signin.forms import PasswordForm, ResetForm
from wardround.hub.signin.recovery import reset, take_up, whose


@require_http_methods(["GET", "POST"])
@freshly_proved
def reset_of(request: Asking, code: str, person: uuid.UUID) -> HttpResponse:
    """A lead resets the sign-in of one of their people who has lost everything."""
    organisation = led(request, code)
    found = member(organisation, person).user

    def do(typed: dict[str, Any]) -> None:
        def link(whose: str, token: str) -> str:
            return request.build_absolute_uri(reverse("sign-in-anew", args=[whose, token]))

        reset(request.act, person=found, organisation=organisation, reason=typed["reason"], link=link)

    lead = [
        f"{found.name} loses every second factor, the password and all sessions, and gets a link by mail to begin anew.",
        "First make sure that it is them who ask: meet them, or ring them up under a number that you know. It is recorded, and they are told.",
    ]
    return form_page(
        request,
        ResetForm(request.POST if request.method == "POST" else None),
        do=do,
        then=reverse("organisation", args=[organisation.code]),
        said=f"The sign-in of {found.name} was reset, and a link was sent to them.",
        template="site/form.html",
        context=around(organisation, heading=f"Reset the sign-in of {found.name}", button="Reset it", grave=True, lead=lead),
    )


@login_not_required
@sensitive_post_parameters("new_password")
@never_cache
@require_http_methods(["GET", "POST"])
def anew(request: HttpRequest, person: uuid.UUID, token: str) -> HttpResponse:
    """Choose a new password by the link; a second factor comes next."""
    try:
        whose(person, token)
    except WardroundError as refused:
        return useless(request, f"{refused.what}; {refused.do}")
    form = PasswordForm(request.POST if request.method == "POST" else None)
    chosen: list[User] = []
    if request.method == "POST" and settled(
        form, lambda typed: chosen.append(take_up(person, token, password=typed["new_password"]))
    ):
        return proceed(request, chosen[0], by="recovery")
    context = {"form": form, "heading": "Begin anew", "button": "Go on", "crumbs": [("Sign in", reverse("sign-in"))]}
    return render(request, "site/form.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)
