"""Whether the clock can be trusted with what does not come back: a time that jumped removes nothing until it has stood a day."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from wardround.core.vocab import WardroundError
from wardround.core.vocab._times import parse_time
from wardround.lake.files import written_whole

log = logging.getLogger(__name__)
STEP, BACK, WAIT = timedelta(days=2), timedelta(minutes=5), timedelta(days=1)


def steady(mark: Path, *, at: datetime) -> bool:
    """Whether the rules may be applied at that time; keeps it in the file `mark` for the next look.

    Where more than `STEP` lies between two looks, or the time went back by more than `BACK`, the clock jumped or nobody looked:
    then, and at the first look of all, a day has to pass in steps that are no jumps. A jump that is taken back within that day
    removes nothing.
    """
    last, until = _read(mark)
    if last is None or until is None or not last - BACK <= at <= last + STEP:
        until = at + WAIT
    with written_whole(mark.parent, name=lambda: mark) as file:
        file.write(orjson.dumps({"last": at.isoformat(), "until": until.isoformat()}))
    if at < until:
        why = f"the clock stood at {last} when they last looked" if last else "they have not looked before"
        log.warning("the rules of retention remove nothing until %s: %s", until, why)
    return at >= until


def _read(mark: Path) -> tuple[datetime | None, datetime | None]:
    """When the last look was, and until when nothing is removed; nothing where that cannot be read."""
    try:
        kept = orjson.loads(mark.read_bytes())
        return parse_time(kept["last"]), parse_time(kept["until"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, WardroundError):
        return None, None
