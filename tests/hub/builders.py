"""Small builders: a hub with an organisation, its people, an alert, snapshots and logs. Everybody in it is invented."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from django.conf import settings
from django.db.models import ForeignKey
from django.db.models import Model as DjangoModel

from wardround.connectors.clock import FakeClock
from wardround.connectors.feeds import sync_mirror
from wardround.hub import clock
from wardround.hub.accounts.joining import add_organisation
from wardround.hub.accounts.models import User
from wardround.hub.alerts import answering
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.drafting import draft_alert, issue
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.estate.models import Snapshot
from wardround.hub.estate.services import import_inventory
from wardround.hub.hunts.models import LogBatch
from wardround.hub.hunts.services import add_log
from wardround.hub.organisations.access import Act, TenantModel, access_of, system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.replay.scenario import DATA

EPMM = ["CVE-2025-4427", "CVE-2025-4428"]
FEEDS = DATA / "epmm" / "feeds"
PUBLISHED, KEV = "2025-05-13T1600", "2025-05-19T0700"
NUMBERS = count(1)
PASSWORD = "four dull words here"


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of May 2025, UTC."""
    return datetime(2025, 5, day, hour, minute, tzinfo=UTC)


def a_clock(now: datetime) -> FakeClock:
    """A clock for the hub, which the fixture `hub` takes away again."""
    made = FakeClock(now)
    clock.use(made)
    return made


def system(now: datetime) -> Act:
    """The system's own act."""
    return Act(system_access("test"), now)


def an_organisation(code: str = "", *, now: datetime | None = None, kind: str = Organisation.Kind.TRUST) -> Organisation:
    """A fictitious organisation with a mailbox of its own."""
    code = code or f"TX{next(NUMBERS):03d}"
    name, mailbox = f"{code} Hospitals (fictitious)", f"cyber@{code.lower()}.example"
    return add_organisation(system(now or at(1)), code=code, name=name, mailbox=mailbox, kind=kind, fictitious=True)


def the_centre() -> Organisation:
    """The national centre of this hub."""
    return Organisation.objects.filter(kind=Organisation.Kind.CENTRE).first() or an_organisation(
        "CENTRE", kind=Organisation.Kind.CENTRE
    )


def a_person(organisation: Organisation, role: str = Membership.Role.ORGANISATION, *, name: str = "", **duties: bool) -> User:
    """A fictitious person who belongs to an organisation. They have no password: hashing takes time."""
    number = next(NUMBERS)
    user = User.objects.create_user(
        f"person{number}@{organisation.code.lower()}.example", name=name or f"Person {number} (fictitious)", created_at=at(1)
    )
    Membership.objects.create(user=user, organisation=organisation, role=role, **duties)
    return user


def by(user: User, now: datetime) -> Act:
    """What that person does at that time."""
    return Act(access_of(user, at=now), now)


def an_officer() -> User:
    """A duty officer at the national centre."""
    return a_person(the_centre(), Membership.Role.NATIONAL)


def feeds_with(*folders: str | Path, now: datetime) -> None:
    """Read feed folders (those of the replay, by name, or one of our own) into this hub's store, as seen `now`."""
    for folder in folders:
        sync_mirror(FEEDS / folder, into=settings.HOME.feeds, clock=FakeClock(now))


def a_record(
    cve: str,
    *,
    product: str = "Gateway",
    vendor: str = "Example Systems",
    fixed_in: str = "2.0",
    published: date = date(2025, 5, 13),
    exploitation: str = "none",
    state: str = "PUBLISHED",
) -> dict[str, Any]:
    """A fictitious CVE record: every version below `fixed_in` is affected."""
    stamp = {
        "timestamp": f"{published}T00:00:00+00:00",
        "version": "2.0.3",
        "id": cve,
        "options": [{"Exploitation": exploitation}, {"Automatable": "yes"}, {"Technical Impact": "total"}],
    }
    affected = [
        {
            "vendor": vendor,
            "product": product,
            "defaultStatus": "unaffected",
            "versions": [{"version": "0", "lessThan": fixed_in, "status": "affected", "versionType": "semver"}],
        }
    ]
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": cve,
            "state": state,
            "datePublished": f"{published}T10:00:00Z",
            "dateUpdated": f"{published}T10:00:00Z",
        },
        "containers": {
            "cna": {"title": f"A fictitious flaw in {product}", "affected": affected},
            "adp": [
                {
                    "title": "CISA ADP Vulnrichment",
                    "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"},
                    "metrics": [{"other": {"type": "ssvc", "content": stamp}}],
                }
            ],
        },
    }


def records(*made: Mapping[str, Any], now: datetime, folder: Path) -> None:
    """Put CVE records of our own into this hub's store."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "cve.jsonl").write_bytes(b"\n".join(map(orjson.dumps, made)))
    feeds_with(folder, now=now)


Row = Mapping[str, str]


def a_server(asset: str = "mdm-01", version: str = "12.4.0.1", **columns: str) -> Row:
    """A row of an inventory: an EPMM server that faces the internet."""
    usual = {"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "internet_facing": "yes", "service": "staff phones"}
    return {"asset_id": asset, "version": version, **usual, **columns}


def filler(number: int) -> list[Row]:
    """Assets that no alert is about."""
    return [
        a_server(f"pc-{n:03d}", "10.0.1", vendor="Example Systems", product="Desktop", internet_facing="no") for n in range(number)
    ]


def a_table(rows: Iterable[Row]) -> bytes:
    """Rows as CSV."""
    chosen = list(rows)
    columns = list(dict.fromkeys(column for row in chosen for column in row))
    return "\n".join([",".join(columns), *(",".join(row.get(c, "") for c in columns) for row in chosen)]).encode() + b"\n"


def a_snapshot(
    organisation: Organisation,
    rows: Sequence[Row],
    *,
    taken: datetime,
    source: str = "perimeter",
    sees: Sequence[str] | None = ("edge_appliance",),
    imported: datetime | None = None,
) -> Snapshot:
    """A snapshot of one source, imported when it was taken unless said otherwise."""
    act = system(imported or taken)
    done = import_inventory(
        act, organisation=organisation, data=a_table(rows), filename=f"{source}.csv", source=source, sees=sees, taken_at=taken
    )
    return done.snapshot


def bulletin(**changes: Any) -> dict[str, Any]:
    """The fields of a bulletin on EPMM."""
    return {
        "title": "EPMM is exploited",
        "marking": "TLP:AMBER",
        "summary": "Two flaws together let strangers in.",
        "actions": "Patch: install the fixed version.",
        "cves": EPMM,
        "product_class": "edge_appliance",
        "products": ["Endpoint Manager Mobile"],
        "policy": "bod-26-04",
        "pack": "epmm",
        "scope": ["all"],
    } | changes


def a_draft(now: datetime, **changes: Any) -> Revision:
    """A draft by the national centre."""
    return draft_alert(by(an_officer(), now), fields=bulletin(**changes))


def an_alert(now: datetime, **changes: Any) -> Alert:
    """An alert, issued; the estates are held against it."""
    revision = a_draft(now, **changes)
    issue(by(an_officer(), now), revision=revision)
    reconsider(at=now)
    return revision.alert


def response_of(organisation: Organisation, alert: Alert | None = None) -> Response:
    """The organisation's response to an alert (the only one, unless said which)."""
    rows = Response.unscoped.filter(organisation=organisation)
    return (rows.filter(alert=alert) if alert else rows).get()


def codes(response: Response, now: datetime) -> set[str]:
    """What the gate says is missing."""
    return {str(missing.code) for missing in standing(response, at=now)[1].gate.open_because}


def state(response: Response, now: datetime) -> str:
    """Where the response stands."""
    return str(standing(response, at=now)[1].state)


ORDINARY = '{client} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "{request} HTTP/1.1" {status} 512 "-" "Mozilla/5.0"'
PROBE = "GET /mifs/rs/api/v2/featureusage?format=shadowserver"
EXPLOIT = "GET /mifs/rs/api/v2/featureusage?format=${''.getClass().forName('java.lang.Runtime')}"


def a_log(
    since: datetime,
    until: datetime,
    *,
    traces: Mapping[datetime, str] | None = None,
    silent: tuple[datetime, datetime] | None = None,
) -> bytes:
    """An access log with a request every 50 minutes, except while it is silent, and these requests at their times."""
    events = dict(traces or {})
    moment = since
    while moment < until:
        if not (silent and silent[0] <= moment < silent[1]):
            events.setdefault(moment, "GET /mifs/user/login.jsp")
        moment += timedelta(minutes=50)
    lines = [
        ORDINARY.format(client="203.0.113.7", at=when, request=events[when], status=400 if "format=" in events[when] else 200)
        for when in sorted(events)
    ]
    return "\n".join(lines).encode() + b"\n"


WINDOW = datetime(2025, 4, 11, 22, 0, tzinfo=UTC)


def logs(organisation: Organisation, *, until: datetime, host: str = "mdm-01", **contents: Any) -> LogBatch:
    """A log of the host over the whole window, handed in at its end."""
    data = a_log(WINDOW, until, **contents)
    return add_log(system(until), organisation=organisation, host=host, data=data, filename=f"{host}.log", from_host=False)


def acknowledged(person: User, response: Response, now: datetime, answer: str = "applies") -> None:
    """Read, and answered as the inventory proposes (a reason is given in case it does not)."""
    answering.acknowledge(by(person, now), response=response)
    answering.confirm(by(person, now), response=response, answer=answer, reason="we looked")


def a_row(model: type[DjangoModel], organisation: Organisation) -> Any:
    """Any row of a model, with whatever it needs; tenant rows belong to `organisation`."""
    asked = [f for f in model._meta.fields if not (f.primary_key or f.has_default() or f.null)]
    manager = model.unscoped if issubclass(model, TenantModel) else model._default_manager
    return manager.create(**{f.name: _value(f, organisation) for f in asked})


def _value(field: Any, organisation: Organisation) -> Any:
    if isinstance(field, ForeignKey):
        return organisation if field.related_model is Organisation else a_row(field.related_model, organisation)
    number, kind = next(NUMBERS), field.get_internal_type()
    values = {"DateTimeField": at(14), "JSONField": {}, "UUIDField": uuid4(), "CharField": f"x{number}", "TextField": "a text"}
    return values.get(kind, number)
