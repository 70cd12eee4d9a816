"""The worker: runs the jobs, sends the outbox, and runs the gate again when time alone may have changed its answer.

Several may run on one database: each says every few seconds that it lives, and takes up the jobs of those that went silent.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from wardround.connectors.notify import mailer_for
from wardround.hub import clock
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.hunting import hunt_what_is_new
from wardround.hub.audit.sealing import seal_what_is_new
from wardround.hub.outbox.services import deliver
from wardround.hub.reach import EVERYTHING, reach_from_here
from wardround.hub.retention.removing import remove_what_is_due
from wardround.hub.retention.steady import steady
from wardround.hub.signin.emergency import run_out as end_what_ran_out
from wardround.hub.signin.sessions import tidy
from wardround.hub.suppliers.services import publish_what_is_kept
from wardround.hub.workers.services import EVERY, beat, new_name, queue_name, take_up_again
from wardround.lake.settings import value_of

log = logging.getLogger(__name__)
PAUSE = 1.0
GATE_EVERY = 60.0
RETAIN_EVERY = 3600.0
BESIDE_EVERY = 5.0
LEAVE = 5.0  # a count that is not done by then is asked for again
AHEAD = timedelta(seconds=5)  # the hub's process started before this one: its clock is a little further


@dataclass
class Rounds:
    """Goes round until it is told to stop, or until the process that started it is gone."""

    stop: threading.Event
    parent: int | None = None
    name: str = field(default_factory=new_name)
    beside: Callable[[datetime], object] = lambda at: None
    published: object = None

    def run(self) -> None:
        """One round a second. What fails is logged and tried again in the next round."""
        gate_at = 0.0
        reach_from_here(EVERYTHING)
        counting = threading.Thread(target=self._count, name="counting", daemon=True)
        counting.start()
        threading.Thread(target=self._live, name="living", daemon=True).start()
        threading.Thread(target=self._beside, name="beside", daemon=True).start()
        while not self.stop.is_set() and (self.parent is None or os.getppid() == self.parent):
            close_old_connections()
            try:
                self.once(gate=time.monotonic() >= gate_at)
            except Exception:
                log.exception("a round of the worker failed and is tried again")
            if time.monotonic() >= gate_at:
                gate_at = time.monotonic() + GATE_EVERY
            self.stop.wait(PAUSE)
        self.stop.set()
        counting.join(LEAVE)

    def once(self, *, gate: bool) -> None:
        """Run the waiting jobs, send the waiting messages; now and then run the gate of every response, and sign the record."""
        _jobs("default", self.name)
        if gate:
            self._gate()
        mailer = mailer_for(value_of("WARDROUND_SMTP_URL"), folder=settings.HOME.path / "outgoing-mail")
        deliver(mailer, at=clock.now())
        _keep_time()

    def _gate(self) -> None:
        """What time alone may change, each apart: a response that cannot be assessed keeps no record unsigned."""
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("publishing suppliers' answers", self._publish),
            ("the gate", lambda: reconsider(at=clock.now())),
            ("signing the record", lambda: seal_what_is_new(at=clock.now())),
            ("ending what ran out", end_what_ran_out),
            ("tidying sessions", lambda: tidy(now=clock.now())),
        )
        for what, step in steps:
            try:
                step()
            except Exception:
                log.exception("%s failed and is tried again", what)

    def _publish(self) -> None:
        self.published = publish_what_is_kept(self.published, at=clock.now())

    def _live(self) -> None:
        """Say that this worker lives, whatever its jobs take, and look for those that do not."""
        reach_from_here(EVERYTHING)
        while not self.stop.is_set():
            close_old_connections()
            try:
                beat(self.name, at=timezone.now())
                take_up_again(at=timezone.now())
            except Exception:
                log.exception("saying that this worker lives failed and is tried again")
            self.stop.wait(EVERY.total_seconds())
        connections.close_all()

    def _beside(self) -> None:
        """What pages show and nobody should wait for while it is worked out, every few seconds."""
        reach_from_here(EVERYTHING)
        while not self.stop.wait(BESIDE_EVERY):
            close_old_connections()
            try:
                self.beside(clock.now())
            except Exception:
                log.exception("what pages show could not be counted and is tried again")
        connections.close_all()

    def _count(self) -> None:
        """What takes minutes, beside the rounds: no message and no gate waits for it."""
        reach_from_here(EVERYTHING)
        hunt_at, retain_at = time.monotonic() + GATE_EVERY, time.monotonic() + GATE_EVERY
        while not self.stop.is_set():
            close_old_connections()
            try:
                _jobs("counting", self.name)
                if time.monotonic() >= hunt_at:
                    hunt_at = time.monotonic() + GATE_EVERY
                    hunt_what_is_new(at=clock.now())
                if time.monotonic() >= retain_at:
                    retain_at = time.monotonic() + RETAIN_EVERY
                    if steady(settings.HOME.cache / "retention.json", at=clock.now()):
                        remove_what_is_due(at=clock.now(), machine_time=timezone.now())
            except Exception:
                log.exception("counting failed and is tried again")
            self.stop.wait(PAUSE)
        connections.close_all()


def _jobs(queue: str, worker: str) -> None:
    """Run what waits in one queue."""
    Worker(
        queue_names=[queue],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=queue_name(worker, queue),
        excluded_queue_names=[],
    ).run()


def _keep_time() -> None:
    """Write down how far a demonstration's clock has come: it goes back neither after a crash nor in a command beside the hub."""
    if settings.INSTALLATION.demo_at:
        settings.INSTALLATION.frozen(clock.now() + AHEAD).write(settings.HOME)
