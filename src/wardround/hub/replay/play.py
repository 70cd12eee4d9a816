"""Playing a scenario day by day on a simulated clock, through the services that the pages use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from wardround.connectors.clock import FakeClock
from wardround.connectors.feeds import sync_mirror
from wardround.connectors.notify import FolderMailer
from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time
from wardround.hub import clock as hub_clock
from wardround.hub.accounts.joining import add_organisation
from wardround.hub.accounts.models import User
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.facts import standings
from wardround.hub.alerts.models import Response
from wardround.hub.audit.models import Entry
from wardround.hub.estate.services import import_inventory
from wardround.hub.hunts.services import add_log
from wardround.hub.organisations.access import Act, access_of, system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.outbox.services import deliver
from wardround.hub.replay.centre import Centre
from wardround.hub.replay.compare import compare
from wardround.hub.replay.ending import endings, not_alerted
from wardround.hub.replay.inputs import LogFile, SnapshotFile, read_estate, read_logs, write_estate, write_logs
from wardround.hub.replay.people import Team
from wardround.hub.replay.scenario import OrganisationSpec, Scenario
from wardround.hub.replay.telling import news, said

ROUNDS = (time(7, 5, tzinfo=UTC), time(10, 35, tzinfo=UTC), time(16, 40, tzinfo=UTC))
NOBODY = "!"  # the hash that no password has
Tell = Callable[[datetime, str], None]


@dataclass
class Playback:
    """What a replay gives: its steps, where every organisation stands at the end, and the comparison."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    organisations: list[dict[str, Any]] = field(default_factory=list)
    comparison: dict[str, Any] = field(default_factory=dict)


def play(
    scenario: Scenario,
    *,
    estate: Path | None = None,
    logs: Path | None = None,
    until: datetime | None = None,
    password: str = NOBODY,
    tell: Tell | None = None,
) -> Playback:
    """Play the scenario in this home, which must be empty. `estate` and `logs` replace its own; `until` stops early.

    `password` is the hash that everybody in it signs in by (none given: nobody can). `tell` hears every step as it happens.
    """
    if Organisation.objects.exists():
        raise BadInput("this home has organisations already", where=str(settings.HOME.path), do="replay in an empty one")
    with TemporaryDirectory(prefix="wardround-replay-") as spare:
        if estate is None:
            estate = Path(spare, "estate")
            write_estate(scenario, folder=estate)
        if logs is None:
            logs = Path(spare, "logs")
            write_logs(scenario, folder=logs)
        stage = _Stage(scenario, read_estate(estate), read_logs(logs), password, tell or (lambda at, what: None))
        try:
            return stage.run(until or datetime.combine(scenario.end, time(23, 0), UTC))
        finally:
            hub_clock.use(None)


class _Stage:
    """The hub in the course of a replay."""

    def __init__(self, scenario: Scenario, estate: list[SnapshotFile], logs: list[LogFile], password: str, tell: Tell) -> None:
        self.scenario, self.estate, self.logs, self.tell_too = scenario, estate, logs, tell
        self.clock = FakeClock(datetime.combine(scenario.start, time(6, 30), UTC))
        self.playback = Playback()
        self.told = 0
        hub_clock.use(self.clock)
        known = {o.code for o in scenario.organisations}
        given = [(f.organisation, f.path, f.taken_at) for f in estate] + [(f.organisation, f.path, f.handed_over) for f in logs]
        for code, path, at in given:
            if code not in known:
                raise BadInput(f"no organisation {code!r} in this scenario", where=str(path), do="use its codes")
            if at.date() > scenario.end:
                raise BadInput(f"comes after {scenario.end}, the last day that is played", where=str(path), do="rename it")
        act = Act(system_access("replay"), self.clock.now())
        centre = add_organisation(act, kind=Organisation.Kind.CENTRE, fictitious=True, **scenario.centre)
        officer = _person(act, centre, "duty.officer@centre.example", "Duty officer", Membership.Role.NATIONAL, password)
        self.centre = Centre(scenario, officer, self.clock)
        self.teams = {o.code: self._team(act, o, password) for o in scenario.organisations}
        self.synced = False
        self.feeds = sorted((_moment(p.name), p) for p in scenario.feeds.iterdir() if p.is_dir())

    def _team(self, act: Act, spec: OrganisationSpec, password: str) -> Team:
        organisation = add_organisation(act, code=spec.code, name=spec.name, mailbox=spec.mailbox, fictitious=True)
        domain = spec.mailbox.split("@")[1]
        role = Membership.Role
        security = _person(act, organisation, f"security@{domain}", "Security team", role.ORGANISATION, password)
        siro = _person(act, organisation, f"siro@{domain}", "SIRO", role.ORGANISATION, password, siro=True)
        name = "Clinical safety officer"
        safety = _person(act, organisation, f"safety@{domain}", name, role.ORGANISATION, password, clinical_safety_officer=True)
        _person(act, organisation, f"board@{domain}", "Board member", role.READ_ONLY, password)
        return Team(spec.people, security, siro, safety, self.clock)

    def run(self, until: datetime) -> Playback:
        """Every round of every day, then the endings and the comparison."""
        self.told = Entry.unscoped.count()
        day = self.scenario.start
        while day <= self.scenario.end and datetime.combine(day, ROUNDS[0]) <= until:
            for number, moment in enumerate(ROUNDS):
                at = datetime.combine(day, moment)
                if at <= until:
                    self.clock.set(max(at, self.clock.now()))
                    self._round(day, first=number == 0)
            day += timedelta(days=1)
        self.clock.set(max(until, self.clock.now()))
        alert = self.centre.alert
        if alert is None:
            self.playback.organisations = [not_alerted(organisation) for organisation in self.teams]
            return self.playback
        reconsider(at=self.clock.now())
        self.playback.organisations = endings(alert, at=self.clock.now())
        days = [self.scenario.start + timedelta(days=n) for n in range((self.clock.now().date() - self.scenario.start).days + 1)]
        revision = alert.revisions.last()
        if revision:
            self.playback.comparison = compare(list(revision.cves), days=days, policy=revision.policy)
        return self.playback

    def _round(self, day: date, *, first: bool) -> None:
        self._sync()
        if first:
            self._import(day)
        self._hand_over_logs()
        reconsider(at=self.clock.now())
        self._tell_record()
        if self.synced and self.centre.work():
            reconsider(at=self.clock.now())
        self._send()
        if not first:  # people come to work after the feeds and inventories of the morning
            self._answer()
        self._send()
        self._tell_record()

    def _answer(self) -> None:
        """The people of every organisation, one team after the other."""
        if self.centre.alert is None:
            return
        rows = list(Response.unscoped.filter(alert=self.centre.alert).select_related("organisation", "alert"))
        found = standings(self.centre.alert, responses=rows, at=self.clock.now())
        for response in rows:
            facts, where = found[response.pk]
            self.teams[response.organisation.code].work(response, facts=facts, found=where)

    def _sync(self) -> None:
        while self.feeds and self.feeds[0][0] <= self.clock.now():
            folder = self.feeds.pop(0)[1]
            sync_mirror(folder, into=settings.HOME.feeds, clock=self.clock)
            self.synced = True
            for what in news(folder, at=self.clock.now()):
                self.tell(what)

    def _import(self, day: date) -> None:
        due = [f for f in self.estate if f.taken_at.date() <= day]
        self.estate = self.estate[len(due) :]
        for file in due:
            organisation = Organisation.objects.get(code=file.organisation)
            try:
                import_inventory(
                    self._as(file.organisation),
                    organisation=organisation,
                    data=file.path.read_bytes(),
                    filename=file.path.name,
                    source=file.source,
                    sees=file.sees,
                    taken_at=file.taken_at,
                )
            except BadInput as error:
                raise BadInput(error.what, where=f"{file.path.parent}/{error.where}", do=error.do) from None

    def _hand_over_logs(self) -> None:
        due = [f for f in self.logs if f.handed_over <= self.clock.now()]
        self.logs = [f for f in self.logs if f not in due]
        for file in due:
            organisation = Organisation.objects.get(code=file.organisation)
            add_log(
                self._as(file.organisation),
                organisation=organisation,
                host=file.host,
                data=file.path.read_bytes(),
                filename=file.path.name,
            )

    def _as(self, code: str) -> Act:
        return Act(access_of(self.teams[code].security), self.clock.now())

    def _send(self) -> None:
        sent, failed = deliver(FolderMailer(settings.HOME.path / "outgoing-mail"), at=self.clock.now())
        if sent or failed:
            self.tell(f"{sent} messages sent" + (f", {failed} failed" if failed else ""))

    def _tell_record(self) -> None:
        rows = Entry.unscoped.select_related("organisation").order_by("pk")[self.told :]
        for entry in rows:
            self.told += 1
            if what := said(entry):
                self.tell(what, at=entry.at)

    def tell(self, what: str, *, at: datetime | None = None) -> None:
        """One step."""
        when = at or self.clock.now()
        self.playback.steps.append({"at": when.isoformat().replace("+00:00", "Z"), "what": what})
        self.tell_too(when, what)


def _person(act: Act, organisation: Organisation, email: str, name: str, role: str, password: str, **duties: bool) -> User:
    """One person, with a password hash that is made once for all: hashing sixty would take the time of the whole replay."""
    user = User.objects.create(email=email, name=f"{name} (fictitious)", created_at=act.at, password=password)
    Membership.objects.create(user=user, organisation=organisation, role=role, **duties)
    return user


def _moment(name: str) -> datetime:
    return parse_time(f"{name[:13]}:{name[13:]}")
