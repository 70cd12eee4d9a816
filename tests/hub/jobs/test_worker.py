"""The worker: runs jobs, runs the gate when time alone may have changed it, sends mail, and survives a bad round."""

import logging
import threading
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from wardround.connectors.clock import FakeClock
from wardround.core.vocab import WardroundError
from wardround.hub.alerts import answering
from wardround.hub.alerts.models import Word
from wardround.hub.alerts.tasks import reconsider_all, reconsider_one
from wardround.hub.audit.models import Checkpoint
from wardround.hub.audit.services import record
from wardround.hub.installation import Installation, clock_of
from wardround.hub.jobs import worker
from wardround.hub.jobs.worker import Rounds
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.services import announce
from wardround.lake.home import Home

from ...connectors.mailbox import a_mailbox
from ..builders import (
    PUBLISHED,
    a_clock,
    a_person,
    a_server,
    a_snapshot,
    acknowledged,
    an_alert,
    an_organisation,
    at,
    by,
    feeds_with,
    response_of,
    system,
)


@pytest.fixture
def clock(hub: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClock]:
    monkeypatch.delenv("WARDROUND_SMTP_URL", raising=False)
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    return a_clock(at(14, 8))


@pytest.fixture
def rounds() -> Rounds:
    return Rounds(threading.Event())


def isolated_until_the_20th() -> None:
    """A response that is closed, until time alone opens it again."""
    trust = an_organisation()
    person = a_person(trust)
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server()], taken=at(12))
    an_alert(at(14, 8), pack="")
    response = response_of(trust)
    acknowledged(person, response, at(14, 10))
    answering.check_isolation(by(person, at(14, 11)), response=response, asset="mdm-01", how="from outside", until=at(20))
    answering.close(by(person, at(14, 12)), response=response)


def test_a_round_runs_the_gate_and_sends_what_that_announces(clock: FakeClock, rounds: Rounds, hub: Home) -> None:
    isolated_until_the_20th()
    clock.set(at(20, 10))
    rounds.once(gate=True)
    assert Word.unscoped.filter(kind="reopened").count() == 1
    assert not Message.unscoped.filter(sent_at=None).exists()
    assert len(list((hub.path / "outgoing-mail").glob("*.eml"))) == Message.unscoped.count() == 2


def test_between_gates_it_only_sends(clock: FakeClock, rounds: Rounds) -> None:
    isolated_until_the_20th()
    clock.set(at(20, 10))
    rounds.once(gate=False)
    assert not Word.unscoped.filter(kind="reopened").exists()
    assert not Message.unscoped.filter(sent_at=None).exists()


def test_a_round_runs_the_jobs_that_wait(clock: FakeClock, rounds: Rounds) -> None:
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    an_alert(at(14, 8))
    a_snapshot(trust, [a_server()], taken=at(15))
    clock.set(at(15, 10))
    reconsider_one.enqueue(trust.code)
    reconsider_all.enqueue()
    rounds.once(gate=False)
    assert {r.status for r in DBTaskResult.objects.all()} == {"SUCCESSFUL"}
    assert response_of(trust).assessments.count() == 2


def test_a_job_that_fails_is_kept_as_failed_and_holds_up_nothing(
    clock: FakeClock, rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    trust = an_organisation()
    reconsider_one.enqueue("NOBODY")
    announce(system(at(14, 8)), organisation=trust, subject="x", body="y", about="z")
    with caplog.at_level(logging.CRITICAL):
        rounds.once(gate=False)
    assert DBTaskResult.objects.get().status == "FAILED"
    assert Message.unscoped.get().sent_at


def test_a_response_that_cannot_be_assessed_keeps_no_record_unsigned_and_no_message_back(
    clock: FakeClock, rounds: Rounds, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(**_: object) -> None:
        raise WardroundError("1 responses could not be assessed")

    monkeypatch.setattr(worker, "reconsider", refused)
    trust = an_organisation()
    announce(system(at(14, 8)), organisation=trust, subject="x", body="y", about="z")
    record(system(at(14, 8)), organisation=trust, what="a test", subject="x")
    with caplog.at_level(logging.CRITICAL):
        rounds.once(gate=True)
    assert Checkpoint.unscoped.filter(organisation=trust).exists()
    assert Message.unscoped.get().sent_at


def test_mail_goes_through_the_server_that_is_set(clock: FakeClock, rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(system(at(14, 8)), organisation=an_organisation(), subject="x", body="y", about="z")
    with a_mailbox() as mailbox:
        monkeypatch.setenv("WARDROUND_SMTP_URL", f"smtp://127.0.0.1:{mailbox.port}")
        rounds.once(gate=False)
    assert len(mailbox.got) == 1


def test_a_round_that_fails_is_logged_and_the_next_goes_on(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, done = threading.Event(), []

    def once(self: Rounds, *, gate: bool) -> None:
        done.append(gate)
        if len(done) == 1:
            raise RuntimeError("the database was away")
        stop.set()

    monkeypatch.setattr(worker, "PAUSE", 0)
    monkeypatch.setattr(Rounds, "once", once)
    Rounds(stop).run()
    assert done == [True, False]
    assert "a round of the worker failed" in caplog.text
    assert "the database was away" in caplog.text


def test_it_ends_when_it_is_told_to_and_when_its_parent_is_gone(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rounds, "once", lambda self, gate: pytest.fail("it should have ended"))
    stopped = threading.Event()
    stopped.set()
    Rounds(stopped).run()
    Rounds(threading.Event(), parent=-1).run()


def test_a_demonstration_goes_on_from_where_it_was_even_after_a_crash(hub: Home, clock: FakeClock, rounds: Rounds) -> None:
    with override_settings(INSTALLATION=Installation("key", demo_at=at(13))):
        rounds.once(gate=False)
        clock.set(at(14, 9))
        rounds.once(gate=False)
    assert clock_of(Installation.read(hub)).now() >= at(14, 9)


def test_a_real_installation_keeps_no_time(hub: Home, clock: FakeClock, rounds: Rounds) -> None:
    with override_settings(INSTALLATION=Installation("key")):
        rounds.once(gate=False)
    assert not (hub.path / "installation.json").exists()
