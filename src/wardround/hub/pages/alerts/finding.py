"""Finding what a page is about, within the asker's access: what they may not see is not there."""

import uuid

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


def response_of(request: Asking, response: uuid.UUID) -> Response:
    """A response within access. PermissionDenied where they may not do for its organisation what is asked."""
    rows = Response.objects.within(request.access).select_related("organisation", "alert").prefetch_related("alert__revisions")
    found: Response = get_object_or_404(rows, public_id=response)
    if request.asks != "alert.read":  # the centre reads the answers of organisations that it does not belong to
        request.access.demand(request.asks, found.organisation)
    return found


def draft_of(request: Asking, alert: uuid.UUID, number: int) -> Revision:
    """A revision that a person at the centre may edit or issue."""
    return get_object_or_404(Revision.objects.select_related("alert"), alert__public_id=alert, number=number)


def newest(alert: Alert) -> Revision:
    """The revision in force, else the draft."""
    revisions = issued(alert)
    return revisions[-1] if revisions else alert.revisions.all()[0]
