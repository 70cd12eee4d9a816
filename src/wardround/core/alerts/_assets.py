"""What the sources say of one asset: whether it stood open, stands open, and since when its fix is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wardround.core.alerts._model import AssetCase, Facts, Sighting
from wardround.core.alerts._reasons import day
from wardround.core.vocab import Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """One source's word on an asset that it saw open: the last time it was open, and every later sighting that was not."""

    source: str
    last_open: Sighting
    fixes: tuple[Sighting, ...]

    @property
    def shown(self) -> tuple[Sighting, ...]:
        """The later sightings that can show a fix: of snapshots that count, oldest first."""
        return tuple(s for s in self.fixes if s.counts)


def words(case: AssetCase) -> Iterator[Word]:
    """One for each source that ever saw the asset open. A sighting at the very instant of an open one shows no fix."""
    for source in sorted({s.source for s in case.sightings if s.verdict.open}):
        its = sorted((s for s in case.sightings if s.source == source), key=lambda s: s.at)
        last_open = [s for s in its if s.verdict.open][-1]
        yield Word(source, last_open, tuple(s for s in its if not s.verdict.open and s.at > last_open.at))


def stood_open(case: AssetCase) -> bool:
    """Whether any source ever saw it affected, unknown or not evaluable."""
    return any(s.verdict.open for s in case.sightings)


def stands_open(case: AssetCase) -> bool:
    """Whether it is open by any source's newest word that counts. Not being seen any more changes nothing."""
    return any(not w.shown for w in words(case))


def ever_affected(case: AssetCase) -> Sighting | None:
    """The last time any source saw it affected."""
    return max((s for s in case.sightings if s.verdict is Verdict.AFFECTED), key=lambda s: s.at, default=None)


def proven_fix(case: AssetCase) -> datetime | None:
    """The first snapshot that shows the fix, after the last time any source saw it open; None while one still does."""
    return None if stands_open(case) else first_fix(case)


def first_fix(case: AssetCase) -> datetime | None:
    """The same, whether or not another source still calls it open."""
    said = list(words(case))
    last_open = max((w.last_open.at for w in said), default=None)
    return min((s.at for w in said for s in w.shown if last_open and s.at > last_open), default=None)


def unconfirmed(case: AssetCase, facts: Facts) -> frozenset[str]:
    """The assumptions that the newest *not affected* of any source rests on and that no person has confirmed."""
    confirmed = {a.key for a in facts.assumptions}
    counting = [s for s in case.sightings if s.counts]
    newest = {s.source: s.at for s in sorted(counting, key=lambda s: s.at)}
    said = (s for s in counting if s.at == newest[s.source] and not s.verdict.open)
    return frozenset(key for s in said for key in s.assumptions if key not in confirmed)


def described(sighting: Sighting) -> str:
    """`12.4.0.1, source mdm-inventory`."""
    return f"{sighting.version or 'no version'}, source {sighting.source}"


def absence(case: AssetCase, source: str) -> str:
    """The sentence on a source whose newest snapshot no longer holds it: said, and worth nothing."""
    when = max((at for name, at in case.not_seen if name == source), default=None)
    return f"; not in its snapshot of {day(when)}, which shows nothing" if when else ""
