"""Saying that one lives, and taking up what the dead left behind."""

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from wardround.hub.workers.models import Beat

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=10)
SILENT = timedelta(seconds=30)
FORGOTTEN = timedelta(days=1)
MOST_TRIES = 5
AHEAD = timedelta(minutes=5)
"""As far as the clocks of two machines may differ. What lies further ahead was written before a clock was set back."""


def new_name() -> str:
    """A name for this process that no other has, on whichever machine: process numbers begin anew in every container."""
    return f"{socket.gethostname()[:100]}-{os.getpid()}-{secrets.token_hex(4)}"


def queue_name(worker: str, queue: str) -> str:
    """What a worker calls itself in one queue."""
    return f"{worker}/{queue}"


def beat(worker: str, *, at: datetime) -> None:
    """This worker lives."""
    Beat.objects.update_or_create(worker=worker, defaults={"at": at})
    Beat.objects.filter(at__lt=at - FORGOTTEN).delete()


def alive(*, at: datetime) -> int:
    """How many workers have said so lately."""
    return _living(at).count()


def _living(at: datetime) -> QuerySet[Beat]:
    return Beat.objects.filter(at__gt=at - SILENT, at__lt=at + AHEAD)


def take_up_again(*, at: datetime) -> int:
    """Put the jobs of workers that went silent back into their queues; how many.

    A worker that was only slow may finish beside the one that takes its job up: every job is one that changes nothing the second
    time. A job that has brought down `MOST_TRIES` workers is put aside as failed, so that it does not bring down all others.
    """
    living = set(_living(at).values_list("worker", flat=True))
    with transaction.atomic():
        begun = Q(started_at__lt=at - SILENT) | Q(started_at__gt=at + AHEAD)
        running = DBTaskResult.objects.select_for_update(skip_locked=True).running().filter(begun)
        left = [job for job in running if not job.worker_ids or job.worker_ids[-1].rpartition("/")[0] not in living]
        for job in left:
            again = len(job.worker_ids) < MOST_TRIES
            job.status = TaskResultStatus.READY if again else TaskResultStatus.FAILED
            job.started_at = None if again else job.started_at
            job.finished_at = None if again else at
            job.save(update_fields=["status", "started_at", "finished_at"])
            log.warning("job %s of a worker that went silent is %s", job.task_path, "taken up again" if again else "given up")
    return len(left)
