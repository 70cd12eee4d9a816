"""Finding an organisation, and what is its own: what somebody may not see is not there."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from wardround.core.vocab import WardroundError
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.whose import organisation_of

GONE = 410


def seen(request: Asking, code: str) -> Organisation:
    """An organisation that the asker belongs to; any one for the centre."""
    if request.access.national:
        return get_object_or_404(Organisation.objects.select_related("parent"), code=code)
    return organisation_of(request, code)


def led(request: Asking, code: str) -> Organisation:
    """An organisation that the asker leads. PermissionDenied for its other people, not found for everybody else."""
    return organisation_of(request, code)


def member(organisation: Organisation, person: uuid.UUID) -> Membership:
    """Somebody who belongs to it now."""
    rows = Membership.objects.filter(organisation=organisation, ended_at=None).select_related("user")
    return get_object_or_404(rows, user__public_id=person)


def own(request: Asking, model: Any, organisation: Organisation, public_id: uuid.UUID) -> Any:
    """A row of that organisation."""
    found = model.objects.within(request.access).filter(organisation=organisation, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def done(request: Asking, organisation: Organisation, do: Callable[[], object], said: str) -> HttpResponse:
    """Do something on a press of a button, say so or why not, and go back to the organisation's page."""
    try:
        do()
    except WardroundError as refused:
        messages.info(request, f"{refused.what[:1].upper()}{refused.what[1:]}. {refused.do[:1].upper()}{refused.do[1:]}")
    else:
        messages.success(request, said)
    return redirect("organisation", organisation.code)


def around(organisation: Organisation, **more: Any) -> dict[str, Any]:
    """What every form of an organisation shows around itself."""
    page = reverse("organisation", args=[organisation.code])
    return {
        "organisation": organisation,
        "caption": organisation.name,
        "crumbs": [("Alerts", "/"), (organisation.name, page)],
    } | more


def useless(request: HttpRequest, problem: str) -> HttpResponse:
    """A link that leads nowhere (any more). Its address holds a token, which may still be somebody's: it is not logged."""
    answer = render(request, "people/useless.html", {"problem": problem}, status=GONE)
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def link_to(request: Asking, route: str) -> Callable[[str], str]:
    """How a token becomes a link that opens this installation."""
    return lambda token: request.build_absolute_uri(reverse(route, args=[token]))
