"""A hub as large as a nation, made of rows: organisations, people, alerts, responses and what was said on them, devices.

Everybody in it is invented. Rows are inserted in bulk: what is measured is reading them.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from wardround.core.vocab import Install
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Alert, Assessment, Response, Revision, Word
from wardround.hub.estate.models import Snapshot, Source
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.installs import InstallLake

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT_ONCE = 5_000


@dataclass(frozen=True)
class Size:
    """How much of each."""

    organisations: int = 250
    alerts: int = 500
    responses: int = 100_000
    devices: int = 2_000_000


def fill(size: Size, *, seed: int = 7) -> None:
    """Make all of it in an empty database and home."""
    chance = random.Random(seed)
    centre = Organisation.objects.create(code="CENTRE", name="Example Centre", kind="centre", mailbox="duty@centre.example")
    trusts = Organisation.objects.bulk_create(
        Organisation(code=f"EX{n:04d}", name=f"Example Trust {n} (fictitious)", mailbox=f"cyber{n}@ex.example", fictitious=True)
        for n in range(size.organisations)
    )
    _people(centre, trusts)
    alerts = list(_alerts(size.alerts))
    responses = list(_responses(alerts, trusts, size.responses, chance))
    snapshots = _estates(trusts, size.devices)
    _said(responses, chance)
    _assessed(responses, snapshots, chance)


def _people(centre: Organisation, trusts: Sequence[Organisation]) -> None:
    for number, (organisation, role) in enumerate([*[(centre, "national")] * 10, *[(t, "organisation") for t in trusts]]):
        user = User.objects.create(email=f"p{number}@ex.example", name=f"Person {number} (fictitious)", created_at=NOW)
        Membership.objects.create(user=user, organisation=organisation, role=role)


def _alerts(number: int) -> Iterator[Alert]:
    for n in range(number):
        when = NOW - timedelta(days=number - n)
        alert = Alert.objects.create(reference=f"HSA-{n // 999:04d}-{n % 999:03d}", created_at=when, created_by="P")
        Revision.objects.create(
            alert=alert,
            number=1,
            title=f"A flaw in product {n}",
            marking="TLP:AMBER",
            summary="What it is. " * 30,
            actions="What to do. " * 30,
            cves=[f"CVE-2025-{10_000 + n}"],
            product_class="edge_appliance",
            products=["Gateway"],
            policy="bod-26-04",
            scope=["all"],
            written_at=when,
            written_by="P",
            issued_at=when,
            issued_by="P",
        )
        yield alert


def _responses(alerts: Sequence[Alert], trusts: Sequence[Organisation], number: int, chance: random.Random) -> Iterator[Response]:
    each = max(1, number // len(alerts))
    rows = [
        Response(alert=alert, organisation=trust, opened_at=alert.created_at)
        for alert in alerts
        for trust in chance.sample(list(trusts), min(each, len(trusts)))
    ]
    yield from Response.unscoped.bulk_create(rows, AT_ONCE)


def _estates(trusts: Sequence[Organisation], devices: int) -> dict[int, Snapshot]:
    lake, each, found = InstallLake(settings.HOME.lake), devices // max(1, len(trusts)), {}
    for trust in trusts:
        source = Source.unscoped.create(organisation=trust, name="perimeter", sees=["edge_appliance"])
        key = uuid.uuid4()
        installs = [Install(asset_id=f"d{n}", product="Desktop", version="10.0.1", vendor="Example") for n in range(each)]
        lake.write(trust.code, snapshot=key, installs=installs, taken_at=NOW, source="perimeter")
        found[trust.pk] = Snapshot.unscoped.create(
            public_id=key,
            organisation=trust,
            source=source,
            taken_at=NOW - timedelta(days=1),
            imported_at=NOW - timedelta(days=1),
            imported_by="P",
            filename="perimeter.csv",
            sha256="0" * 64,
            format="csv",
            sees=["edge_appliance"],
            assets=each,
            installs=each,
        )
    return found


def _said(responses: Sequence[Response], chance: random.Random) -> None:
    def rows() -> Iterator[Word]:
        for response in responses:
            at, who = response.opened_at + timedelta(hours=3), "Person (fictitious) <p@ex.example>"
            common: dict[str, Any] = {"organisation_id": response.organisation_id, "response": response, "by": who}
            if chance.random() < 0.95:
                yield Word(kind="acknowledgement", at=at, body={"revision": 1}, **common)
            if chance.random() < 0.8:
                body = {"answer": "applies", "reason": "", "proposed": "applies", "assessed_at": at.isoformat(), "counts": {}}
                yield Word(kind="confirmation", at=at + timedelta(hours=1), body=body, **common)
            if chance.random() < 0.5:
                yield Word(kind="update", at=at + timedelta(hours=9), body={"text": "Half of them are patched. " * 4}, **common)

    batch: list[Word] = []
    for row in rows():
        batch.append(row)
        if len(batch) == AT_ONCE:
            Word.unscoped.bulk_create(batch)
            batch.clear()
    Word.unscoped.bulk_create(batch)


def _assessed(responses: Sequence[Response], snapshots: dict[int, Snapshot], chance: random.Random) -> None:
    for start in range(0, len(responses), AT_ONCE):
        Assessment.unscoped.bulk_create(_assessment(r, chance) for r in responses[start : start + AT_ONCE])


def _assessment(response: Response, chance: random.Random) -> Assessment:
    at = response.opened_at + timedelta(minutes=5)
    decision = {
        "decision": "14D",
        "best": "14D",
        "name": "in 14 days",
        "rank": 2,
        "due": (at + timedelta(days=14)).date().isoformat(),
        "policy": "bod-26-04",
        "forensic_triage": False,
        "assumed": [],
        "reasons": ["a reason"],
        "would_change": [],
        "inputs": [],
    }
    verdicts = [chance.choice(["affected", "not_affected"]) for _ in range(chance.randint(1, 3))]
    sighting = {"source": "perimeter", "at": (at - timedelta(days=1)).isoformat(), "version": "1.0", "reason": "listed"}
    cases = [
        {
            "asset": f"d{n}",
            "hostname": "",
            "service": "",
            "clinical": False,
            "exposed": True,
            "cves": ["CVE-2025-10000"],
            "not_seen": [],
            "decision": decision,
            "sightings": [sighting | {"verdict": verdict, "assumptions": [], "counts": True}],
        }
        for n, verdict in enumerate(verdicts)
    ]
    return Assessment(
        organisation_id=response.organisation_id,
        response=response,
        at=at,
        digest="0" * 64,
        counts={"affected": verdicts.count("affected"), "not_affected": verdicts.count("not_affected"), "stood_open": 1},
        decision=decision | {"due_known": decision["due"]},
        cases=cases,
    )
