"""The jobs. Each may run twice: doing it again changes nothing."""

from django_tasks import task

from wardround.hub import clock
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.organisations.models import Organisation


@task()
def reconsider_all() -> int:
    """Assess every response again and run the gate: after a feed sync, or when a deadline may have passed."""
    return reconsider(at=clock.now())


@task()
def reconsider_one(code: str) -> int:
    """The same for one organisation: after a snapshot, a log or a hunt."""
    return reconsider(at=clock.now(), organisation=Organisation.objects.get(code=code))
