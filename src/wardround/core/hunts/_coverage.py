"""Which hours a source let us see, and how many hours of a window that makes."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from wardround.core.hunts._model import SearchedHours, SourceRun, Window, Windows
from wardround.core.logs._seen import ends, gaps, joined
from wardround.core.vocab import BadInput, Coverage
from wardround.core.vocab._hunting import KindCoverage, SourceCoverage, Span

HOUR = timedelta(hours=1)


def windows(
    first_exploited: datetime, *, fixed_at: datetime | None, rebuilt_at: datetime | None = None, at: datetime, margin_days: int = 30
) -> Windows:
    """The two windows of a hunt, as of `at`.

    Traces of the exploit: from `margin_days` before the first known exploitation until the proven fix, or `at` without one.
    Traces of what comes after one: from the same start until a rebuild on a fixed version, or `at` without one.
    An end before the start gives an empty window. Raises BadInput for a time without zone.
    """
    for name, time in (("first_exploited", first_exploited), ("fixed_at", fixed_at), ("rebuilt_at", rebuilt_at), ("at", at)):
        if time is not None and time.tzinfo is None:
            raise BadInput(f"{name} has no time zone", do="give it in UTC")
    start = first_exploited - timedelta(days=margin_days)
    until = (fixed_at or at, rebuilt_at or at)
    exploit, after = (Window(start, max(start, end)) for end in until)
    return Windows(exploit, after)


def searched_hours(coverage: Coverage, *, window: Window, host: str | None = None) -> SearchedHours:
    """How many hours of the window could be searched on a host (on all sources together when `host` is None).

    The window is cut into hours from its start. An hour counts when it lies whole between the first and the last event of the
    host's sources and in no silence of more than an hour. Rotated files follow each other: a silence of up to an hour between two
    files, or at the window's own ends, is no gap, as it is none within a file.
    """
    sources = coverage.sources if host is None else by_host(coverage.sources).get(host, ())
    return searched(hours_seen(sources, window=window), window=window)


def hours_seen(sources: Iterable[SourceCoverage], *, window: Window) -> set[int]:
    """The hours of the window, by their number from 0, that these sources cover together, as `searched_hours` counts them."""
    total = _length(window)
    seen: set[int] = set()
    for start, end in joined(_spans(sources)):
        start = window.start if start - window.start <= HOUR else start
        end = window.until if window.until - end <= HOUR else end
        first = -((window.start - start) // HOUR)
        last = total if end >= window.until else (end - window.start) // HOUR
        seen.update(range(max(first, 0), min(last, total)))
    return seen


def searched(hours: set[int], *, window: Window) -> SearchedHours:
    """So many hours of the window, and the spans that are not among them."""
    total = _length(window)
    return SearchedHours(len(hours), total, tuple(_unseen(window, total, hours)))


def narrowed(source: SourceCoverage, *, kinds: Collection[str] | None = None, host: str | None = None) -> SourceCoverage:
    """What a source lets us see of some of its kinds of lines only, or of one of its hosts: their hours, and the silences between.

    A source that is of one kind and host, or of which only the whole is known, stays as it is.
    """
    own = tuple(one for one in source.kinds if (kinds is None or one.kind in kinds) and host in (None, one.host))
    if len(own) == len(source.kinds):
        return source
    spans = joined(span for one in own for span in _spans([one]))
    first, last = ends(spans)
    return replace(source, first=first, last=last, gaps=gaps(spans), kinds=own)


def by_host(sources: Iterable[SourceCoverage]) -> dict[str, list[SourceCoverage]]:
    """Sources by the host that they are of; one that holds the lines of several hosts, to each of them with its own hours."""
    out: dict[str, list[SourceCoverage]] = {}
    for one in sources:
        for host in dict.fromkeys(kind.host for kind in one.kinds) or (one.host,):
            out.setdefault(host, []).append(narrowed(one, host=host))
    return out


def seen_by(run: SourceRun, rules: Collection[str]) -> SourceCoverage | None:
    """What of a source any of these rules could look at; None when none of them ran on it."""
    ran = [rule for rule in run.ran if rule in rules]
    if not ran:
        return None
    if not all(rule in run.partly for rule in ran):
        return run.coverage
    return narrowed(run.coverage, kinds=frozenset(kind for rule in ran for kind in run.partly[rule]))


def silences(sources: Iterable[SourceCoverage]) -> tuple[Span, ...]:
    """The silences of more than an hour in what these sources cover together, such as the rotated files of one archive."""
    return gaps(joined(_spans(sources)))


def _length(window: Window) -> int:
    return -((window.start - window.until) // HOUR)


def _spans(sources: Iterable[SourceCoverage | KindCoverage]) -> Iterable[Span]:
    for source in sources:
        if source.first is None or source.last is None:
            continue
        start = source.first
        for gap_start, gap_end in source.gaps:
            yield start, gap_start
            start = gap_end
        yield start, source.last


def _unseen(window: Window, total: int, seen: set[int]) -> Iterable[Span]:
    first: int | None = None
    for hour in range(total + 1):
        if hour < total and hour not in seen:
            first = hour if first is None else first
        elif first is not None:
            yield window.start + first * HOUR, min(window.start + hour * HOUR, window.until)
            first = None
