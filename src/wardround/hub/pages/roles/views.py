"""Who may do what: the table that decides it, as a page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wardround.hub.organisations.roles import CENTRE, HOSPITALS, PERMISSIONS, PLACES, ROLES, SUPPLIER
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.whose import own_organisations


@require_safe
def roles(request: Asking) -> HttpResponse:
    """What one may do oneself, where; the roles; and for each kind of organisation who may do what."""
    context = {
        "own": [(o, [p.words for key, p in PERMISSIONS.items() if request.access.may(key, o)]) for o in own_organisations(request)],
        "roles": [(role, [PLACES[place] for place in role.at]) for role in ROLES.values()],
        "tables": [(PLACES[place], who_may(place)) for place in (HOSPITALS, CENTRE, SUPPLIER)],
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "roles/roles.html", context)


def who_may(place: str) -> list[tuple[str, list[str]]]:
    """Every permission at one kind of organisation, in people's words, with the names of the roles that have it there."""
    here = [(key, one) for key, one in PERMISSIONS.items() if place in one.at]
    return [(p.words, [r.name for r in ROLES.values() if place in r.at and key in r.permissions]) for key, p in here]
