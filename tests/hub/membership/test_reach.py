"""Nobody reaches what no live membership, and no delegation in its time, gives them, whatever was done before."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.membership.inviting import accept, invite
from wardround.hub.membership.leaving import change_role, leave, remove
from wardround.hub.membership.lending import delegate, end_delegation
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Delegation, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import unseal

from ..builders import a_person, an_organisation, at, by

pytestmark = pytest.mark.django_db
ROLES = ("organisation", "read_only")
REFUSED = (BadInput, PermissionDenied)


@dataclass
class Lent:
    """A delegation as a plain note of what was said."""

    by: int
    of: int
    to: int
    role: str
    until: datetime
    row: Delegation


@dataclass
class World:
    """What has been done, told again without the hub's tables: who holds which role where, and what was lent until when."""

    trusts: list[Organisation]
    people: list[User]
    now: datetime = field(default_factory=lambda: at(1))
    held: dict[tuple[int, int], str] = field(default_factory=dict)
    lent: list[Lent] = field(default_factory=list)
    tokens: list[tuple[int, int, str, str, datetime]] = field(default_factory=list)

    def ended(self, who: int, where: int) -> None:
        del self.held[who, where]
        self.lent = [x for x in self.lent if not (x.of == where and who in (x.by, x.to))]
        self.tokens = [t for t in self.tokens if t[1] != where or t[2] != str(self.people[who])]

    def roles(self, who: int, where: int) -> set[str]:
        own = {self.held[who, where]} if (who, where) in self.held else set()
        return own | {x.role for x in self.lent if (x.to, x.of) == (who, where) and x.until > self.now}


def wait(world: World, hours: int) -> None:
    world.now += timedelta(hours=hours)


def ask_in(world: World, who: int, guest: int, where: int, role: str) -> None:
    made = invite(
        by(world.people[who], world.now),
        organisation=world.trusts[where],
        email=world.people[guest].email,
        role=role,
        link=lambda token: token,
    )
    world.tokens.append((guest, where, made.invited_by, unseal(Message.unscoped.get(about=made.public_id).sealed), made.expires_at))


def take_up(world: World, which: int, who: int) -> None:
    if not world.tokens:
        return
    _, where, _, token, until = world.tokens[which % len(world.tokens)]
    accept(token, at=world.now, user=world.people[who])
    assert world.now < until
    world.held[who, where] = world.people[who].memberships.get(organisation=world.trusts[where], ended_at=None).role


def go(world: World, who: int, where: int) -> None:
    leave(by(world.people[who], world.now), user=world.people[who], organisation=world.trusts[where])
    world.ended(who, where)


def send_away(world: World, who: int, other: int, where: int) -> None:
    remove(by(world.people[who], world.now), user=world.people[other], organisation=world.trusts[where])
    world.ended(other, where)


def promote(world: World, who: int, other: int, where: int, role: str) -> None:
    before = world.held.get((other, where))
    change_role(by(world.people[who], world.now), user=world.people[other], organisation=world.trusts[where], role=role)
    if before != role:
        world.lent = [x for x in world.lent if not (x.of == where and x.by == other)]
        world.held[other, where] = role


def lend(world: World, who: int, other: int, where: int, role: str, hours: int) -> None:
    until = world.now + timedelta(hours=hours)
    act, people = by(world.people[who], world.now), world.people
    row = delegate(act, by=people[who], organisation=world.trusts[where], to=people[other], role=role, until=until)
    world.lent.append(Lent(who, where, other, role, until, row))


def give_back(world: World, which: int, who: int) -> None:
    if world.lent:
        chosen = world.lent[which % len(world.lent)]
        end_delegation(by(world.people[who], world.now), delegation=chosen.row)
        world.lent.remove(chosen)


WHO, WHERE, ROLE, HOURS = st.integers(0, 3), st.integers(0, 1), st.sampled_from(ROLES), st.integers(1, 100)
STEPS: st.SearchStrategy[tuple[Callable[..., None], tuple[Any, ...]]] = st.one_of(
    st.tuples(st.just(wait), st.tuples(HOURS)),
    st.tuples(st.just(ask_in), st.tuples(WHO, WHO, WHERE, ROLE)),
    st.tuples(st.just(take_up), st.tuples(WHO, WHO)),
    st.tuples(st.just(go), st.tuples(WHO, WHERE)),
    st.tuples(st.just(send_away), st.tuples(WHO, WHO, WHERE)),
    st.tuples(st.just(promote), st.tuples(WHO, WHO, WHERE, ROLE)),
    st.tuples(st.just(lend), st.tuples(WHO, WHO, WHERE, ROLE, HOURS)),
    st.tuples(st.just(give_back), st.tuples(WHO, WHO)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_no_sequence_gives_a_reach_that_nothing_live_gives(steps: list[tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
    with transaction.atomic():
        trusts = [an_organisation(), an_organisation()]
        world = World(trusts, [a_person(trusts[0]), a_person(trusts[0]), a_person(trusts[1]), a_person(trusts[1], "read_only")])
        world.held = {(0, 0): "organisation", (1, 0): "organisation", (2, 1): "organisation", (3, 1): "read_only"}
        for step, arguments in steps:
            with suppress(*REFUSED), transaction.atomic():
                step(world, *arguments)
            for who, person in enumerate(world.people):
                access = access_of(person, at=world.now)
                roles = [world.roles(who, where) for where in (0, 1)]
                assert access.reads == {t.pk for t, held in zip(trusts, roles, strict=True) if held}
                assert access.where("response.answer") == {
                    t.pk for t, held in zip(trusts, roles, strict=True) if "organisation" in held
                }
                assert not access.national
        transaction.set_rollback(True)
