"""A job whose worker died is taken up again within a minute; one that brings workers down is put aside."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from wardround.hub.alerts.tasks import reconsider_all
from wardround.hub.workers.models import Beat
from wardround.hub.workers.services import EVERY, MOST_TRIES, SILENT, alive, beat, new_name, queue_name, take_up_again

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(hours=1)


@pytest.fixture(autouse=True)
def nobody_works(db: None) -> None:
    """Threads of other tests have connections of their own: on PostgreSQL what they said stays."""
    Beat.objects.all().delete()


def a_job(*workers: str, started=LONG_AGO) -> DBTaskResult:
    """A job that the last of these workers has begun."""
    job = DBTaskResult.objects.get(pk=reconsider_all.enqueue().id)
    job.status, job.started_at = TaskResultStatus.RUNNING, started
    job.worker_ids = [queue_name(worker, "default") for worker in workers]
    job.save()
    return job


def status(job: DBTaskResult) -> str:
    job.refresh_from_db()
    return str(job.status)


def test_the_job_of_a_worker_that_went_silent_waits_again() -> None:
    beat("dead", at=NOW - timedelta(seconds=31))
    job = a_job("dead")
    assert take_up_again(at=NOW) == 1
    assert (status(job), job.started_at) == ("READY", None)
    assert take_up_again(at=NOW) == 0


def test_the_job_of_a_worker_that_never_spoke_waits_again() -> None:
    job = a_job("unknown")
    assert take_up_again(at=NOW) == 1
    assert status(job) == "READY"


def test_the_job_of_a_worker_that_lives_is_its_own_however_long_it_takes() -> None:
    beat("living", at=NOW - timedelta(seconds=20))
    job = a_job("dead", "living")
    assert take_up_again(at=NOW) == 0
    assert status(job) == "RUNNING"


def test_a_job_that_was_just_begun_is_left_to_a_worker_that_has_not_spoken_yet() -> None:
    job = a_job("new", started=NOW - timedelta(seconds=5))
    assert take_up_again(at=NOW) == 0
    assert status(job) == "RUNNING"


def test_a_job_that_brought_down_five_workers_is_put_aside() -> None:
    job = a_job(*(f"dead{n}" for n in range(MOST_TRIES)))
    assert take_up_again(at=NOW) == 1
    assert (status(job), job.finished_at) == ("FAILED", NOW)


def test_what_waits_or_is_done_is_not_touched() -> None:
    waiting = DBTaskResult.objects.get(pk=reconsider_all.enqueue().id)
    done = a_job("dead")
    DBTaskResult.objects.filter(pk=done.pk).update(status=TaskResultStatus.SUCCESSFUL)
    assert take_up_again(at=NOW) == 0
    assert (status(waiting), status(done)) == ("READY", "SUCCESSFUL")


def test_only_who_spoke_lately_counts_as_alive_and_who_is_gone_for_a_day_is_forgotten() -> None:
    for worker, ago in (("a", timedelta(0)), ("b", SILENT), ("c", timedelta(days=2))):
        Beat.objects.create(worker=worker, at=NOW - ago)
    beat("a", at=NOW)
    assert alive(at=NOW) == 1
    assert sorted(Beat.objects.values_list("worker", flat=True)) == ["a", "b"]


def test_a_worker_is_silent_only_after_it_missed_several_beats() -> None:
    assert SILENT >= 3 * EVERY
    assert (SILENT + EVERY).total_seconds() < 60


def test_no_two_workers_have_one_name() -> None:
    assert len({new_name() for _ in range(100)}) == 100
