"""What arrives through a page is kept first, and held against every alert next."""

from django.contrib import messages

from wardround.core.vocab import WardroundError
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.asking import Asking


def arrived(request: Asking, organisation: Organisation) -> None:
    """Run the gate of the organisation's responses. Where that fails, what arrived stays, and the worker tries again."""
    try:
        reconsider(at=request.act.at, organisation=organisation)
    except (WardroundError, OSError) as problem:
        said = "It is kept, but could not be held against the alerts yet. That is tried again every minute. The reason"
        messages.warning(request, f"{said}: {problem}")
