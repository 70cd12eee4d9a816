"""The clock jumps forward and is set back: nothing is removed early, sent twice or left lying, nobody stays in longer."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from wardround.hub import clock
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.hunting import hunt_what_is_new
from wardround.hub.alerts.models import PutOffHunt
from wardround.hub.alerts.tasks import reconsider_all
from wardround.hub.doctor import examine
from wardround.hub.hunts.models import LogBatch
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.services import ATTEMPTS, LEASE, announce, deliver
from wardround.hub.retention.due import due
from wardround.hub.retention.removing import hold
from wardround.hub.retention.steady import WAIT, steady
from wardround.hub.signin.models import SignIn
from wardround.hub.signin.sessions import tidy
from wardround.hub.workers.models import Beat
from wardround.hub.workers.services import alive, beat, queue_name, take_up_again
from wardround.lake.home import Home

from .builders import (
    PUBLISHED,
    a_clock,
    a_person,
    a_server,
    a_snapshot,
    an_alert,
    an_organisation,
    at,
    by,
    feeds_with,
    response_of,
    system,
)
from .hunts.test_hunting import Patched
from .outbox.test_outbox import DOWN, Recording

YEAR, HOUR = timedelta(days=365), timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("hub")


def looks(mark: Path, *times: datetime) -> list[bool]:
    return [steady(mark, at=one) for one in times]


class TestRetention:
    def test_a_clock_that_goes_on_is_trusted_after_a_day(self, tmp_path: Path) -> None:
        days = looks(tmp_path / "mark", *(at(1) + n * HOUR for n in range(26)))
        assert days == [False] * 24 + [True] * 2

    @pytest.mark.parametrize("jump", [YEAR, timedelta(days=3), -timedelta(days=3)])
    def test_a_jump_that_is_taken_back_within_a_day_removes_nothing(self, jump: timedelta, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        looks(mark, at(1), at(2), at(3))
        assert looks(mark, at(3) + jump, at(3) + jump + 23 * HOUR) == [False, False]
        assert looks(mark, at(4), at(4) + WAIT / 2, at(4) + WAIT) == [False, False, True]

    def test_a_hub_that_was_off_for_a_month_waits_a_day(self, tmp_path: Path) -> None:
        looks(tmp_path / "mark", at(1), at(2))
        assert looks(tmp_path / "mark", at(30), at(31)) == [False, True]

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"last": 1, "until": null}', b'{"last": "x", "until": "y"}', b"\xff"])
    def test_a_mark_that_cannot_be_read_removes_nothing(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "mark").write_bytes(content)
        assert looks(tmp_path / "mark", at(1), at(2)) == [False, True]

    def test_a_hold_that_was_made_while_the_clock_stood_ahead_keeps_everything(self) -> None:
        case = Patched()
        case.closed()
        late = at(21) + YEAR
        assert due(case.trust, at=late)
        ahead = late + YEAR
        hold(by(case.person, ahead), organisation=case.trust, response=None, reason="for the coroner", until=ahead + YEAR)
        assert due(case.trust, at=late) == []
        assert LogBatch.unscoped.filter(removed_at=None).exists()


class TestMessages:
    def test_what_was_queued_while_the_clock_stood_ahead_is_sent_once_after_it_was_set_back(self) -> None:
        announce(system(at(14) + YEAR), organisation=an_organisation(), subject="HSA", body="Read it.", about="r")
        mailer = Recording()
        assert deliver(mailer, at=at(14)) == (0, 0)  # another worker may be sending it at this moment
        assert deliver(mailer, at=at(14) + LEASE) == (1, 0)
        assert deliver(mailer, at=at(15)) == (0, 0)
        assert len(mailer.sent) == 1

    def test_a_pause_is_no_jump(self) -> None:
        announce(system(at(14)), organisation=an_organisation(), subject="HSA", body="Read it.", about="r")
        now, mailer = at(14), Recording(DOWN)
        for _ in range(ATTEMPTS - 1):
            deliver(mailer, at=now)
            due_at = Message.unscoped.get().next_attempt_at
            assert deliver(mailer, at=now) == (0, 0)
            assert Message.unscoped.get().next_attempt_at == due_at
            now = due_at

    @pytest.mark.parametrize("jump", [YEAR, -YEAR])
    def test_what_was_sent_is_not_sent_again(self, jump: timedelta) -> None:
        announce(system(at(14)), organisation=an_organisation(), subject="HSA", body="Read it.", about="r")
        mailer = Recording()
        for now in (at(14), at(14) + jump, at(14) + LEASE):
            deliver(mailer, at=now)
        assert len(mailer.sent) == 1


class TestJobs:
    def test_the_job_of_a_worker_that_died_ahead_of_time_is_taken_up(self) -> None:
        now = timezone.now()
        Beat.objects.all().delete()
        beat("dead", at=now + YEAR)
        job = DBTaskResult.objects.get(pk=reconsider_all.enqueue().id)
        job.status, job.started_at, job.worker_ids = TaskResultStatus.RUNNING, now + YEAR, [queue_name("dead", "default")]
        job.save()
        assert alive(at=now) == 0
        assert take_up_again(at=now) == 1
        job.refresh_from_db()
        assert job.status == TaskResultStatus.READY

    def test_a_worker_whose_clock_is_a_minute_ahead_lives(self) -> None:
        now = timezone.now()
        Beat.objects.all().delete()
        beat("quick", at=now + timedelta(minutes=1))
        assert alive(at=now) == 1

    def test_a_hunt_that_was_put_off_ahead_of_time_is_tried(self, hub: Home) -> None:
        from .builders import logs

        case = Patched()
        case.closed()
        logs(case.trust, until=at(21))
        PutOffHunt.unscoped.create(
            organisation=case.trust, response=case.response, why="a new log", until=at(21, 12) + YEAR, seconds=60
        )
        assert hunt_what_is_new(at=at(21, 12)) == 1


class TestDeadlines:
    def test_where_a_response_stands_is_worked_out_from_what_was_said(self) -> None:
        trust = an_organisation()
        feeds_with(PUBLISHED, now=at(13, 17))
        a_snapshot(trust, [a_server()], taken=at(12))
        an_alert(at(14, 8), pack="")
        response = response_of(trust)
        before = standing(response, at=at(14, 9))[1]
        later = at(14, 9) + YEAR
        assert any(one.overdue(later) for one in standing(response, at=later)[1].deadlines)
        assert not any(one.overdue(at(14, 9)) for one in before.deadlines)
        assert standing(response, at=at(14, 9))[1] == before

    def test_the_doctor_says_that_the_record_lies_ahead(self, hub: Home) -> None:
        from wardround.hub.audit.services import record

        trust = an_organisation()
        record(system(at(14) + YEAR), organisation=trust, what="alert withdrawn", subject="x")
        (look,) = [look for look in examine(hub, at=at(14)) if look.what == "clock"]
        assert "1 entries of the record lie ahead of it, up to 14 May 2026" in look.wrong[0]
        (look,) = [look for look in examine(hub, at=at(14) + YEAR) if look.what == "clock"]
        assert look.wrong == ()


class TestSessions:
    def test_one_that_was_begun_ahead_of_time_ends_when_the_clock_is_set_back(self) -> None:
        a_clock(at(14) + YEAR)
        client = Client()
        client.force_login(a_person(an_organisation()))
        assert client.get("/").status_code == 200
        a_clock(at(14))
        assert client.get("/").status_code == 302
        assert not SignIn.objects.exists()

    def test_one_that_a_jump_forward_ran_out_does_not_live_on_unlisted(self) -> None:
        a_clock(at(14))
        client = Client()
        client.force_login(a_person(an_organisation()))
        tidy(now=at(14) + YEAR)
        assert not Session.objects.filter(session_key=client.session.session_key or "").exists()
        assert clock.now() == at(14)
        assert client.get("/").status_code == 302
