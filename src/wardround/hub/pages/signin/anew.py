"""Beginning anew, by the link that somebody was mailed after their sign-in was reset."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wardround.core.vocab import WardroundError
from wardround.hub.accounts.models import User
from wardround.hub.pages.posting import UNPROCESSABLE, settled
from wardround.hub.pages.signin.entering import proceed
from wardround.hub.pages.signin.forms import PasswordForm
from wardround.hub.signin.recovery import take_up, whose

GONE = 410


@login_not_required
@sensitive_post_parameters("new_password")
@never_cache
@require_http_methods(["GET", "POST"])
def anew(request: HttpRequest, person: uuid.UUID, token: str) -> HttpResponse:
    """Choose a new password by the link; a second factor comes next."""
    try:
        whose(person, token)
    except WardroundError as refused:
        answer = render(request, "people/useless.html", {"problem": refused.what}, status=GONE)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # the address holds a token
        return answer
    form = PasswordForm(request.POST if request.method == "POST" else None)
    chosen: list[User] = []
    if request.method == "POST" and settled(
        form, lambda typed: chosen.append(take_up(person, token, password=typed["new_password"]))
    ):
        return proceed(request, chosen[0], by="recovery")
    context = {"form": form, "heading": "Begin anew", "button": "Go on", "crumbs": [("Sign in", reverse("sign-in"))]}
    return render(request, "site/form.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)
