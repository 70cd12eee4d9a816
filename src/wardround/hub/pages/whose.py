"""Finding an organisation inside somebody's access: one that they may not see is not there."""

from django.http import Http404

from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.asking import Asking


def organisation_of(request: Asking, code: str) -> Organisation:
    """The organisation with that code, if the asker belongs to it. PermissionDenied where they may not do there what is asked."""
    found = Organisation.objects.filter(code=code, pk__in=request.access.reads).first()
    if found is None:
        raise Http404
    request.access.demand(request.asks, found)
    return found


def own_organisations(request: Asking) -> list[Organisation]:
    """The organisations that the asker belongs to."""
    return list(Organisation.objects.filter(pk__in=request.access.reads))
