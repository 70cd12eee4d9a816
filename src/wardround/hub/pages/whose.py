"""Finding an organisation inside somebody's access: one that they may not see is not there."""

from django.http import Http404

from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.asking import Asking


def organisation_of(request: Asking, code: str, *, to_write: bool = False) -> Organisation:
    """The organisation with that code, if the asker sees inside it. `to_write`: PermissionDenied unless they may act for it."""
    found = Organisation.objects.filter(code=code).first()
    if found is None or not request.access.sees_inside(found):
        raise Http404
    if to_write:
        request.access.demand_write(found)
    return found


def own_organisations(request: Asking) -> list[Organisation]:
    """The organisations that the asker sees inside."""
    return list(Organisation.objects.filter(pk__in=request.access.reads))
