"""The national board shows what the worker has counted, while it is young and nothing has come since; else what is so now."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.hub.alerts.answering import acknowledge
from wardround.hub.alerts.drafting import amend, issue
from wardround.hub.alerts.models import Alert
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.alerts import counted
from wardround.hub.pages.alerts.progress import Progress, progress_of
from wardround.lake.home import Home

from ..builders import a_person, an_alert, an_officer, an_organisation, at, by, feeds_with, response_of

NOW = at(15)


@pytest.fixture
def alert(hub: Home) -> Alert:
    feeds_with("2025-05-13T1600", now=at(14))
    for _ in range(3):
        an_organisation()
    clock.use(FakeClock(NOW))
    return an_alert(at(14), pack="")


def shown(alert: Alert, *, now: object = NOW) -> counted.Tally:
    access = by(an_officer(), NOW).access
    (found,) = counted.tallies(counted.recent(), access=access, now=now)  # type: ignore[arg-type]
    return found


def test_where_nobody_counted_it_is_worked_out_at_once(alert: Alert) -> None:
    assert isinstance(shown(alert), Progress)


def test_what_was_counted_is_what_is_so(alert: Alert) -> None:
    live = shown(alert)
    assert counted.count(at=NOW) == 1
    kept = shown(alert)
    assert not isinstance(kept, Progress)
    assert kept.figures == live.figures
    for name in ("total", "counts", "closings", "silence", "decision", "due_day", "needs_centre"):
        assert getattr(kept, name) == getattr(live, name)
    assert kept.bar() == live.bar()


def test_nothing_new_is_counted_again_only_when_it_is_old(alert: Alert) -> None:
    assert [counted.count(at=NOW), counted.count(at=NOW + timedelta(minutes=1))] == [1, 0]
    assert counted.count(at=NOW + counted.AGAIN) == 1


def test_what_somebody_says_is_counted_at_the_next_look(alert: Alert) -> None:
    counted.count(at=NOW)
    organisation = Organisation.objects.filter(kind="trust").first()
    assert organisation
    acknowledge(by(a_person(organisation), NOW), response=response_of(organisation))
    assert counted.count(at=NOW + timedelta(seconds=5)) == 1
    assert shown(alert, now=NOW + timedelta(seconds=6)).counts["acknowledged"] == 1


def test_a_clock_that_runs_out_is_counted_then(alert: Alert) -> None:
    counted.count(at=NOW)
    clock_at = shown(alert).figures.next_clock
    assert clock_at
    before = clock_at - timedelta(seconds=1)
    counted.count(at=before)
    assert counted.count(at=before) == 0
    assert counted.count(at=clock_at) == 1


def test_old_figures_and_those_of_another_revision_are_not_shown(alert: Alert) -> None:
    counted.count(at=NOW)
    assert isinstance(shown(alert, now=NOW + counted.YOUNG + timedelta(seconds=1)), Progress)
    assert isinstance(shown(alert, now=NOW - timedelta(minutes=1)), Progress)  # the clock went back
    officer = by(an_officer(), NOW)
    issue(officer, revision=amend(officer, alert=alert, fields={"change": "more products", "pack": ""}))
    assert isinstance(shown(alert), Progress)


@pytest.mark.parametrize("broken", [b"", b"[]", b"{"])
def test_a_broken_file_is_worked_out_and_written_anew(alert: Alert, hub: Home, broken: bytes) -> None:
    counted.count(at=NOW)
    path: Path = hub.counted / "national-board.json"
    path.write_bytes(broken)
    assert isinstance(shown(alert), Progress)
    assert counted.count(at=NOW) == 1


def test_the_page_says_when_it_was_counted(alert: Alert, client: Client) -> None:
    client.force_login(an_officer())
    assert "Figures as counted" not in client.get("/").content.decode()
    counted.count(at=NOW - timedelta(minutes=2))
    assert "Figures as counted" in client.get("/").content.decode()


def test_the_figures_name_no_organisation(alert: Alert, hub: Home) -> None:
    counted.count(at=NOW)
    text = (hub.counted / "national-board.json").read_text()
    assert not [o.code for o in Organisation.objects.exclude(kind="centre") if o.code in text or o.name in text]
    assert progress_of(alert, access=by(an_officer(), NOW).access, now=NOW)
