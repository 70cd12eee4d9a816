"""The jobs. Each may run twice: doing it again changes nothing."""

from dataclasses import replace

from django_tasks import task

from wardround.hub import clock
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.hunting import hunt_what_is_new
from wardround.hub.hunts.keeping import check
from wardround.hub.hunts.models import Hunt
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Organisation


@task()
def reconsider_all() -> int:
    """Assess every response again and run the gate: after a feed sync, or when a deadline may have passed."""
    return reconsider(at=clock.now())


@task(queue_name="counting")
def hunt_again(code: str) -> int:
    """Hunt one organisation's responses again over logs and rules that are new, then run the gate. It may take minutes."""
    organisation = Organisation.objects.get(code=code)
    ran = hunt_what_is_new(at=clock.now(), organisation=organisation)
    return reconsider(at=clock.now(), organisation=organisation) if ran else 0


@task(queue_name="counting")
def check_hunt(hunt: str, who: str) -> None:
    """Check a kept hunt: its logs, its rules, and its result against a second run."""
    check(Act(replace(system_access("checking a hunt"), who=who), clock.now()), hunt=Hunt.unscoped.get(public_id=hunt))


@task()
def reconsider_one(code: str) -> int:
    """The same for one organisation: after a snapshot, a log or a hunt."""
    return reconsider(at=clock.now(), organisation=Organisation.objects.get(code=code))
