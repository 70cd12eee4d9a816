"""The one place through which tenant data is reached.

Every row that belongs to an organisation is a TenantModel. Its manager answers only `within(access)`; an Access is made
here and nowhere else, from a signed-in person or, with a reason, for the system's own work.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models

from wardround.hub import clock
from wardround.hub.organisations.roles import ACTING, ALL_INSIDE, PERMISSIONS, READING, granted
from wardround.hub.reach import reaching

if TYPE_CHECKING:
    from wardround.hub.organisations.models import Organisation


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
    """On whose behalf something is done, and what they may do where. Organisations are given by primary key.

    `held` says what the table of roles permits them at each organisation that they belong to; `everything` is the system's own
    reach. `cases` are single responses that were opened to them, by their public ids.
    """

    who: str
    held: Mapping[int, frozenset[str]] = field(default_factory=dict)
    agreed: frozenset[int] = frozenset()
    cases: frozenset[uuid.UUID] = frozenset()
    everything: bool = False

    def may(self, permission: str, organisation: "Organisation | None" = None) -> bool:
        """Whether they may do that for the organisation; without one, at any that they belong to."""
        if permission not in PERMISSIONS:
            raise LookupError(f"the table of roles has no permission {permission}")
        if self.everything:
            return True
        return permission in self.held.get(organisation.pk, ()) if organisation else bool(self.where(permission))

    def demand(self, permission: str, organisation: "Organisation | None" = None) -> None:
        """Raise PermissionDenied unless they may do that for the organisation, or without one, anywhere."""
        if not self.may(permission, organisation):
            at = f" for {organisation}" if organisation else ""
            raise PermissionDenied(f"{self.who} may not {PERMISSIONS[permission].words}{at}")

    def where(self, permission: str) -> frozenset[int]:
        """The organisations at which their memberships permit that."""
        return frozenset(pk for pk, held in self.held.items() if permission in held)

    @property
    def reads(self) -> frozenset[int]:
        """The organisations that they belong to: their rows are within reach."""
        return frozenset(self.held)

    @property
    def writes(self) -> frozenset[int]:
        """The organisations for which they may do anything but read: whose rows the database lets them change."""
        return frozenset(pk for pk, held in self.held.items() if held - READING)

    @property
    def national(self) -> bool:
        """Whether they see what the national centre sees: answers, counts, dates and coverage of everybody."""
        return self.may("centre.read")

    def sees_inside(self, organisation: "Organisation") -> bool:
        """Whether they see the organisation's own assets, logs and evidence. The centre does not."""
        return self.may("inside.read", organisation)


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

    @property
    def roles(self) -> tuple[str, ...]:
        """The role, and beside one that acts the duties held with it."""
        duties = [("siro", self.siro), ("clinical_safety_officer", self.clinical_safety_officer)]
        return (self.role, *(duty for duty, held in duties if held and self.role in ACTING))


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
    permitted: dict[int, frozenset[str]] = {}
    for one in held:
        permissions = granted(one.roles, kind=one.organisation.kind)
        permitted[one.organisation_id] = permitted.get(one.organisation_id, frozenset()) | permissions
    return Access(who=str(user), held=MappingProxyType(permitted), agreed=agreed)


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
    return Access(who=who)


def system_access(reason: str) -> Access:
    """The system's own reach, for deriving and delivering; `reason` is what the record shows."""
    return Access(who=f"system: {reason}", everything=True)


def access_to(reason: str, organisations: Iterable[int]) -> Access:
    """The system's own reach into these organisations alone, by primary key: for what is worked out or written of each."""
    return Access(who=f"system: {reason}", held=MappingProxyType(dict.fromkeys(organisations, ALL_INSIDE)))


def lent(reason: str, *, case: uuid.UUID) -> Access:
    """The reach into one case that its organisation has opened: what belongs to that response, to read, and nothing else."""
    return Access(who=f"shared: {reason}", cases=frozenset({case}))


class TenantManager(models.Manager[Any]):
    """Answers only within somebody's access."""

    def within(self, access: Access) -> "models.QuerySet[Any]":
        """The rows that they may see. For answers that the centre may see, the centre sees every organisation's."""
        rows = super().get_queryset()
        if access.everything or (access.national and self.model.centre_sees):
            return rows
        seen = access.reads | access.agreed if self.model.centre_sees else access.reads
        reached = models.Q(organisation_id__in=seen)
        if access.cases and self.model.case:
            reached |= models.Q(**{f"{self.model.case}__in": access.cases})
        return rows.filter(reached)

    def get_queryset(self) -> "models.QuerySet[Any]":
        """Refuse: say within whose access."""
        raise Unscoped(f"{self.model.__name__}: ask within(access)")


class TenantModel(models.Model):
    """A row that belongs to one organisation. `centre_sees` says whether the national centre may read it.

    `case` is the field that names the response to which it belongs, where such a case may be opened to the centre.
    """

    centre_sees = False
    case = ""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")

    unscoped = models.Manager[Any]()
    objects = TenantManager()

    class Meta:
        abstract = True
        default_manager_name = "unscoped"
        base_manager_name = "unscoped"
