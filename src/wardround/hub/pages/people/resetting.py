"""A lead resets the sign-in of one of their people, who then begins anew by a link in a letter."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import around, led, member
from wardround.hub.pages.posting import form_page
from wardround.hub.pages.signin.account import freshly_proved
from wardround.hub.pages.signin.forms import ResetForm
from wardround.hub.signin.recovery import reset


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
        "First make sure that it is them who ask: meet them, or ring them up under a number that you know. It is recorded.",
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
