"""The national board's figures, counted by the worker beside the pages: 250 organisations' answers are too many to work out while
somebody waits.

A figure is shown while it is young, with the time at which it was counted; else, and where no worker counts, it is worked out
at once. The figures may be deleted at any time.
"""

import fcntl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Count, Max

from wardround.core.vocab._times import parse_time
from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.models import Alert, Assessment, Response, Word
from wardround.hub.organisations.access import Access, system_access
from wardround.hub.pages.alerts.progress import Figures, Tally, progress_of
from wardround.lake.files import written_whole

RECENT = 50
AGAIN = timedelta(minutes=5)
"""What nobody said, such as a word that ran out or a log that came, is in the figures after so long."""
YOUNG = timedelta(minutes=10)
AHEAD = timedelta(seconds=10)  # another process's clock in a demonstration


def recent() -> list[Alert]:
    """The newest alerts, with their revisions."""
    return list(Alert.objects.prefetch_related("revisions")[:RECENT])


def tallies(alerts: Sequence[Alert], *, access: Access, now: datetime) -> list[Tally]:
    """Each of these alerts that was issued, in figures, for the centre."""
    kept = _read()
    return [t for alert in alerts if (t := _kept(alert, kept, now) or progress_of(alert, access=access, now=now))]


def _kept(alert: Alert, kept: dict[str, Any], now: datetime) -> Tally | None:
    """The figures that were counted, where they are young and no revision has come since."""
    revisions, known = issued(alert), kept.get(alert.reference)
    if not revisions or known is None or known["revision"] != _asked(alert):
        return None
    figures = _figures(known["figures"])
    return Tally(alert, revisions[-1], now, figures) if -AHEAD <= now - figures.at <= YOUNG else None


def count(*, at: datetime) -> int:
    """Count anew what has changed since it was counted, what has a clock that ran out, and what is old; how many alerts.

    Of several workers one counts at a time.
    """
    folder = settings.HOME.counted
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "national-board.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return _count(folder, at)


def _count(folder: Path, at: datetime) -> int:
    alerts, kept = [a for a in recent() if issued(a)], _read()
    access, again = system_access("counting for the centre"), 0
    said = _said(alerts, access)
    document: dict[str, Any] = {}
    for alert in alerts:
        known, asked = kept.get(alert.reference), {"revision": _asked(alert), "said": said.get(alert.pk, [])}
        if known is None or known | asked != known or _old(_figures(known["figures"]), at):
            progress = progress_of(alert, access=access, now=at)
            known = asked | {"figures": progress.figures if progress else None}
            again += 1
        document[alert.reference] = known
    if again or document.keys() != kept.keys():
        with written_whole(folder, name=lambda: folder / "national-board.json") as file:
            file.write(orjson.dumps(document))
    return again


def _asked(alert: Alert) -> list[str]:
    return [*(f"{r.number} {r.material}" for r in issued(alert)), str(alert.withdrawn_at)]


def _said(alerts: Sequence[Alert], access: Access) -> dict[int, list[int]]:
    """How far the words and the assessments of each alert's responses have come."""
    found: dict[int, list[int]] = {}
    for model, alert in ((Word, "response__alert"), (Assessment, "response__alert"), (Response, "alert")):
        rows = model.objects.within(access)
        for key, last, number in (
            rows.filter(**{f"{alert}__in": alerts}).order_by().values_list(alert).annotate(Max("pk"), Count("pk"))
        ):
            found.setdefault(key, []).extend((last, number))
    return found


def _old(figures: Figures, at: datetime) -> bool:
    return not -AHEAD <= at - figures.at < AGAIN or bool(figures.next_clock and figures.next_clock <= at)


def _read() -> dict[str, Any]:
    try:
        found = orjson.loads((settings.HOME.counted / "national-board.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _figures(document: dict[str, Any]) -> Figures:
    times = {name: parse_time(document[name]) if document[name] else None for name in ("at", "silent_since", "next_clock")}
    due = datetime.fromisoformat(document["due"]).date() if document["due"] else None
    return Figures(**document | times | {"due": due})
