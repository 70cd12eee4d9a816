"""Finding what a page is about, within the asker's access: what they may not see is not there."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.pages.asking import Asking


def alert_of(request: Asking, alert: uuid.UUID) -> Alert:
    """An alert: the centre finds every one, an organisation those that were issued to it."""
    found = get_object_or_404(Alert.objects.prefetch_related("revisions"), public_id=alert)
    reached = Response.objects.within(request.access).filter(alert=found).exists()
    if not request.access.national and not reached:
        raise Http404
    return found


def response_of(request: Asking, response: uuid.UUID, *, to_write: bool = False) -> Response:
    """A response within access. `to_write`: PermissionDenied unless they may act for its organisation."""
    rows = Response.objects.within(request.access).select_related("organisation", "alert").prefetch_related("alert__revisions")
    found: Response = get_object_or_404(rows, public_id=response)
    if to_write:
        request.access.demand_write(found.organisation)
    return found


def draft_of(request: Asking, alert: uuid.UUID, number: int) -> Revision:
    """A revision that a person at the centre may edit or issue."""
    if not request.access.national:
        raise Http404
    request.access.demand_national()
    return get_object_or_404(Revision.objects.select_related("alert"), alert__public_id=alert, number=number)


def centre_only(request: Asking) -> None:
    """Refuse everybody who does not act at the national centre."""
    if not request.access.writes_national:
        raise PermissionDenied("only the national centre does this")


def newest(alert: Alert) -> Revision:
    """The revision in force, else the draft."""
    revisions = issued(alert)
    return revisions[-1] if revisions else alert.revisions.all()[0]


def centre_sees(request: Asking) -> None:
    """Refuse everybody who does not belong to the national centre."""
    if not request.access.national:
        raise PermissionDenied("only the national centre sees this")
