"""The one place through which tenant data is reached.

Every row that belongs to an organisation is a TenantModel. Its manager answers only `within(access)`; an Access is made
here and nowhere else, from a signed-in person or, with a reason, for the system's own work.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models

from wardround.hub import clock
from wardround.hub.reach import reaching

if TYPE_CHECKING:
    from wardround.hub.organisations.models import Organisation


LEADING = frozenset({"national", "organisation"})
"""The roles whose holders answer for who belongs to their organisation."""
PARENTS = frozenset({"icb", "other"})
"""The kinds of organisation that others may agree to be seen by. The centre sees answers anyway."""


class Person(Protocol):
    """Somebody with memberships: the user model, which stands above."""

    memberships: Any
    delegations: Any


class Unscoped(TypeError):
    """Tenant data was asked for without saying on whose behalf."""


@dataclass(frozen=True)
class Access:
    """On whose behalf something is done, and how far they reach. Organisations are given by primary key."""

    who: str
    reads: frozenset[int]
    writes: frozenset[int]
    national: bool = False
    writes_national: bool = False
    siro_of: frozenset[int] = frozenset()
    safety_of: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    agreed: frozenset[int] = frozenset()
    everything: bool = False

    def may_write(self, organisation: "Organisation") -> bool:
        """Whether they may act for the organisation."""
        return self.everything or organisation.pk in self.writes

    def sees_inside(self, organisation: "Organisation") -> bool:
        """Whether they see the organisation's own assets, logs and evidence. The centre does not."""
        return self.everything or organisation.pk in self.reads

    def demand_write(self, organisation: "Organisation") -> None:
        """Raise PermissionDenied unless they may act for the organisation."""
        if not self.may_write(organisation):
            raise PermissionDenied(f"{self.who} may not act for {organisation}")

    def demand_lead(self, organisation: "Organisation") -> None:
        """Raise PermissionDenied unless they lead the organisation: its people are theirs to invite and to remove."""
        if not (self.everything or organisation.pk in self.leads):
            raise PermissionDenied(f"{self.who} does not lead {organisation}")

    def demand_national(self) -> None:
        """Raise PermissionDenied unless they act at the national centre."""
        if not (self.everything or self.writes_national):
            raise PermissionDenied(f"{self.who} does not act for the national centre")


@dataclass(frozen=True)
class Act:
    """One thing done: on whose behalf, and when."""

    access: Access
    at: datetime

    @property
    def who(self) -> str:
        """Who does it, as the record names them."""
        return self.access.who


@dataclass(frozen=True)
class Held:
    """A role that somebody holds in an organisation at a time, by a membership or, without its duties, by a delegation."""

    organisation: "Organisation"
    role: str
    siro: bool = False
    clinical_safety_officer: bool = False
    delegated: bool = False

    @property
    def organisation_id(self) -> int:
        """The organisation's primary key."""
        return self.organisation.pk


def held_by(user: Person, *, at: datetime) -> list[Held]:
    """What somebody holds then: memberships that have not ended, and delegations in their time by somebody who is still there."""
    own = user.memberships.filter(ended_at=None).select_related("organisation")
    lent = user.delegations.filter(
        begun_at__lte=at, until__gt=at, ended_at=None, membership__ended_at=None, membership__user__is_active=True
    ).select_related("organisation")
    return [
        *(Held(m.organisation, m.role, m.siro, m.clinical_safety_officer) for m in own),
        *(Held(d.organisation, d.role, delegated=True) for d in lent),
    ]


def access_of(user: Person, *, at: datetime | None = None) -> Access:
    """How far a signed-in person reaches now, or `at` a time, by what they hold."""
    at = at or clock.now()
    with reaching(system_access("working out how far somebody reaches")):
        held = held_by(user, at=at)
        agreed = _agreed(held, at=at)
    national = [m for m in held if m.role == "national"]
    acting = [m for m in held if m.role == "organisation"]
    return Access(
        who=str(user),
        reads=frozenset(m.organisation_id for m in held),
        writes=frozenset(m.organisation_id for m in acting),
        national=bool(national) or any(m.organisation.kind == "centre" for m in held),
        writes_national=bool(national),
        siro_of=frozenset(m.organisation_id for m in acting if m.siro),
        safety_of=frozenset(m.organisation_id for m in acting if m.clinical_safety_officer),
        leads=frozenset(m.organisation_id for m in held if m.role in LEADING),
        agreed=agreed,
    )


def _agreed(held: list[Held], *, at: datetime) -> frozenset[int]:
    """The organisations whose answers may be seen because they agreed to it, with an organisation that the person is of."""
    parents = {h.organisation_id for h in held if h.organisation.kind in PARENTS}
    if not parents:
        return frozenset()
    agreements: Any = apps.get_model("organisations", "Agreement")  # the models stand on this module
    live = agreements.unscoped.filter(parent__in=parents, agreed_at__lte=at, until__gt=at, ended_at=None)
    return frozenset(live.values_list("organisation_id", flat=True))


def nobody(who: str) -> Access:
    """The reach of somebody who holds nothing; `who` is what the record shows."""
    return Access(who=who, reads=frozenset(), writes=frozenset())


def system_access(reason: str) -> Access:
    """The system's own reach, for deriving and delivering; `reason` is what the record shows."""
    return Access(
        who=f"system: {reason}", reads=frozenset(), writes=frozenset(), national=True, writes_national=True, everything=True
    )


def access_to(reason: str, organisations: Iterable[int]) -> Access:
    """The system's own reach into these organisations alone, by primary key: for what is worked out or written of each."""
    keys = frozenset(organisations)
    return Access(who=f"system: {reason}", reads=keys, writes=keys)


class TenantManager(models.Manager[Any]):
    """Answers only within somebody's access."""

    def within(self, access: Access) -> "models.QuerySet[Any]":
        """The rows that they may see. For answers that the centre may see, the centre sees every organisation's."""
        rows = super().get_queryset()
        if access.everything or (access.national and self.model.centre_sees):
            return rows
        seen = access.reads | access.agreed if self.model.centre_sees else access.reads
        return rows.filter(organisation_id__in=seen)

    def get_queryset(self) -> "models.QuerySet[Any]":
        """Refuse: say within whose access."""
        raise Unscoped(f"{self.model.__name__}: ask within(access)")


class TenantModel(models.Model):
    """A row that belongs to one organisation. `centre_sees` says whether the national centre may read it."""

    centre_sees = False

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")

    unscoped = models.Manager[Any]()
    objects = TenantManager()

    class Meta:
        abstract = True
        default_manager_name = "unscoped"
        base_manager_name = "unscoped"
