"""A hub as the demonstration leaves it on 20 May 2025, and people signed in to it.

Models are imported inside: this file is read before Django is set up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client

from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.lake.home import Home

if TYPE_CHECKING:
    from wardround.hub.accounts.models import User

    from .demonstration import Demonstration


@pytest.fixture(scope="module")
def played(module_hub: Home) -> Demonstration:
    """The replay, stopped where the demonstration stands. Loaded once for a module."""
    from wardround.hub.alerts.models import Alert
    from wardround.hub.replay.play import play
    from wardround.hub.replay.scenario import load

    from .demonstration import Demonstration

    scenario = load("epmm")
    play(scenario, until=scenario.frozen)
    return Demonstration(Alert.objects.get())


@pytest.fixture
def demo(played: Demonstration) -> Iterator[Demonstration]:
    """The same for one test, which may change what it likes: all of it is taken back. The clock stands."""
    from wardround.hub.replay.scenario import load

    clock.use(FakeClock(load("epmm").frozen))
    with transaction.atomic():
        yield played
        transaction.set_rollback(True)


@pytest.fixture
def as_(demo: Demonstration) -> Callable[[str], Client]:
    """A browser in which somebody of that role (or address) is signed in; `anonymous` is nobody."""
    from wardround.hub.accounts.models import User

    from .demonstration import ROLES

    def signed_in(role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(User.objects.get(email=ROLES.get(role, role)))
        return client

    return signed_in


@pytest.fixture
def several(demo: Demonstration) -> User:
    """A person who acts for two organisations: one that has not answered, one that has."""
    from wardround.hub.accounts.models import User
    from wardround.hub.organisations.models import Membership

    person = User.objects.create_user("two@region.example", name="Two Hats (fictitious)", created_at=clock.now())
    for code in ("EX06", "EX04"):
        Membership.objects.create(user=person, organisation=demo.organisation(code), role=Membership.Role.ORGANISATION)
    return person
