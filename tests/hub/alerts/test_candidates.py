"""Candidates: what was stated lately, on a product that somebody has, and that no alert covers."""

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.exceptions import PermissionDenied

from wardround.hub.alerts.candidates import Candidate, candidates
from wardround.hub.alerts.drafting import withdraw
from wardround.hub.organisations.models import Organisation
from wardround.lake.home import Home

from ..builders import (
    EPMM,
    KEV,
    PUBLISHED,
    a_draft,
    a_person,
    a_record,
    a_server,
    a_snapshot,
    an_officer,
    an_organisation,
    at,
    by,
    feeds_with,
    filler,
    records,
)


@pytest.fixture(autouse=True)
def ours(hub: Home) -> Path:
    return hub.path / "ours"


def proposed(now: Any, days: int = 1) -> list[Candidate]:
    return candidates(by(an_officer(), now), days=days)


def gateway(asset: str = "gw-1", version: str = "1.0", **columns: str) -> dict[str, str]:
    return dict(a_server(asset, version, vendor="Example Systems", product="Gateway") | columns)


def running(*rows: dict[str, str]) -> Organisation:
    trust = an_organisation()
    a_snapshot(trust, list(rows), taken=at(12))
    return trust


def test_it_says_who_has_it_on_how_many_assets_and_how_urgent_it_is() -> None:
    one = running(dict(a_server("a")), dict(a_server("b", "12.4")), dict(a_server("c", "12.5.0.1")))
    two = running(dict(a_server("d")))
    feeds_with(PUBLISHED, now=at(13, 17))
    found = {c.cve: c for c in proposed(at(13, 18))}
    assert {*EPMM} <= set(found)
    candidate = found["CVE-2025-4428"]
    assert candidate.organisations == sorted([one.code, two.code])
    assert (candidate.affected, candidate.undecided) == (2, 1)
    assert (candidate.decision.decision, candidate.due) == ("3D", date(2025, 5, 16))
    assert candidate.why_now


def test_nobody_has_it_so_nobody_is_asked() -> None:
    running(*map(dict, filler(3)))
    feeds_with(PUBLISHED, now=at(13, 17))
    assert proposed(at(13, 18)) == []


def test_where_every_asset_is_fixed_there_is_no_candidate() -> None:
    running(dict(a_server("a", "12.5.0.1")))
    feeds_with(PUBLISHED, now=at(13, 17))
    assert proposed(at(13, 18)) == []


def test_an_organisation_that_has_fixed_it_is_not_counted() -> None:
    open_ = running(dict(a_server("a")))
    running(dict(a_server("a", "12.5.0.1")))
    feeds_with(PUBLISHED, now=at(13, 17))
    assert {tuple(c.organisations) for c in proposed(at(13, 18))} == {(open_.code,)}


def test_only_the_newest_snapshot_of_a_source_counts() -> None:
    trust = running(dict(a_server("a")))
    a_snapshot(trust, [a_server("a", "12.4.0.2")], taken=at(13))
    feeds_with(PUBLISHED, now=at(13, 17))
    assert proposed(at(13, 18)) == []


def test_what_an_alert_covers_is_not_proposed_until_it_is_withdrawn() -> None:
    running(dict(a_server()))
    feeds_with(PUBLISHED, now=at(13, 17))
    alert = a_draft(at(13, 18), cves=EPMM[:1]).alert
    assert EPMM[0] not in {c.cve for c in proposed(at(13, 18))}
    assert EPMM[1] in {c.cve for c in proposed(at(13, 18))}
    withdraw(by(an_officer(), at(13, 19)), alert=alert, reason="a test")
    assert EPMM[0] in {c.cve for c in proposed(at(13, 20))}


def test_what_was_stated_before_is_not_new(ours: Path) -> None:
    running(gateway())
    records(a_record("CVE-2025-9003"), now=at(13, 17), folder=ours)
    assert [c.cve for c in proposed(at(14, 9), days=1)] == ["CVE-2025-9003"]
    assert proposed(at(16, 9), days=1) == []
    assert [c.cve for c in proposed(at(16, 9), days=7)] == ["CVE-2025-9003"]


def test_a_listing_makes_it_a_candidate_again_and_says_why() -> None:
    running(dict(a_server()))
    feeds_with(PUBLISHED, KEV, now=at(19, 7))
    found = {c.cve: c for c in proposed(at(19, 8))}
    assert found["CVE-2025-4427"].why_now == "listed as known to be exploited on 19 May"
    assert found["CVE-2025-4427"].decision.decision == "3DF"


def test_a_record_that_was_rejected_is_no_candidate(ours: Path) -> None:
    running(gateway())
    records(a_record("CVE-2025-9004", state="REJECTED"), now=at(13, 17), folder=ours)
    assert proposed(at(13, 18)) == []


def test_the_most_urgent_comes_first_and_what_is_assumed_comes_last(ours: Path) -> None:
    running(
        gateway(),
        gateway("sw-1", product="Switch", internet_facing="unknown"),
        gateway("db-1", product="Base", internet_facing="no"),
    )
    made = (a_record(f"CVE-2025-900{n}", product=p) for n, p in ((5, "Switch"), (6, "Base"), (7, "Gateway")))
    records(*made, now=at(13, 17), folder=ours)
    found = proposed(at(13, 18))
    assert [bool(c.decision.assumed) for c in found] == sorted(bool(c.decision.assumed) for c in found)
    known = [c.decision.rank for c in found if not c.decision.assumed]
    assert known == sorted(known, reverse=True)
    assert found[0].product == "Gateway"
    assert found[-1].product == "Switch"


def test_looking_writes_nothing_down_and_shows_nobodys_hostnames(ours: Path) -> None:
    running(gateway(hostname="secret-host.example"))
    records(a_record("CVE-2025-9008"), now=at(13, 17), folder=ours)
    (candidate,) = proposed(at(13, 18))
    shown = orjson.dumps({k: str(v) for k, v in vars(candidate).items()}).decode()
    assert "secret-host" not in shown
    assert "gw-1" not in shown


def test_only_the_centre_looks() -> None:
    with pytest.raises(PermissionDenied):
        candidates(by(a_person(an_organisation()), at(14)))
