"""From documents to the store: what is sound goes in, what is broken is set aside, everything is counted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from wardround.connectors.feeds._split import Found, Unknown
from wardround.core.advisories import read_cve, read_epss, read_kev
from wardround.core.claims import FEEDS as DOCUMENTS
from wardround.core.claims import read_document
from wardround.core.vocab import BadInput, Rejected
from wardround.lake.statements import CHANGED, FEEDS, NEW, Writer

BATCH = 2_000  # documents between two checkpoints
NAMED = 20  # files named for each folder or archive of what was left
AHEAD = timedelta(days=366)  # a date further ahead of the clock is a mistake, not an embargo


@dataclass
class Report:
    """What one sync did. For each feed: `records` distinct subjects read and kept, `duplicates` more documents on the same ones."""

    source: str
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter, {feed: Counter() for feed in FEEDS}))
    rejected: list[tuple[str, Rejected]] = field(default_factory=list)
    left: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    reached: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)

    def in_short(self) -> dict[str, Any]:
        """What the store remembers of a sync; what was set aside is kept there one by one."""
        return {key: value for key, value in self.as_json().items() if key in ("feeds", "reached")}

    def as_json(self) -> dict[str, Any]:
        """The document that `feeds sync --json` prints."""
        keys = ("records", "rejected", NEW, CHANGED, "duplicates")
        feeds: list[dict[str, Any]] = []
        for feed, counts in self.counts.items():
            feeds.append({"name": feed, **{key: counts[key] for key in keys}, "unchanged": feed in self.unchanged})
            if feed in self.failed:
                feeds[-1]["failed"] = self.failed[feed]
        return {
            "source": self.source,
            "feeds": feeds,
            "rejected": [{"feed": feed, "place": r.where, "what": r.what} for feed, r in self.rejected],
            "left": [
                {"place": place, "why": why, "files": len(names), "names": names[:NAMED]}
                for (place, why), names in sorted(self.left.items())
            ],
            "reached": sorted(self.reached),
        }


@dataclass
class Intake:
    """Takes documents in, one at a time, within the writer's transaction."""

    writer: Writer
    report: Report
    now: datetime
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _since: int = 0

    def leave(self, place: str, why: str) -> None:
        """Something that belongs to no feed: listed under its archive or folder."""
        outer, archive, inner = place.partition("!")
        folder, _, name = (inner if archive else outer).rpartition("/")
        self.report.left[outer if archive else folder or ".", why].append(inner if archive else name)

    def take(self, found: Found | Unknown) -> None:
        """Keep it, set it aside or leave it."""
        if isinstance(found, Unknown):
            self.leave(found.place + (f" ({found.count:,} documents)" if found.count > 1 else ""), found.why)
            return
        try:
            if found.document is None:
                raise BadInput(found.broken, where=found.place)
            TAKE[found.feed](self, found)
        except BadInput as error:
            self.reject(found.feed, Rejected(error.where or found.place, error.what), found)
        self._since += 1
        if self._since >= BATCH:
            self.writer.checkpoint()
            self._since = 0

    def reject(self, feed: str, rejected: Rejected, found: Found) -> None:
        """Set one thing aside with its reason and its bytes."""
        try:
            raw = found.raw or orjson.dumps(found.document)
        except orjson.JSONEncodeError:  # nested too deeply to be written again: what it was in is still at its place
            raw = b""
        self.writer.reject(feed, rejected, raw)
        self.report.rejected.append((feed, rejected))
        self.report.counts[feed]["rejected"] += 1

    def count(self, feed: str, subject: str, how: str) -> None:
        """One document kept."""
        counts = self.report.counts[feed]
        counts[how] += 1
        counts["duplicates" if (feed, subject) in self._seen else "records"] += 1
        self._seen.add((feed, subject))
        self.report.reached.add(feed)

    def unchanged(self, feed: str) -> None:
        """The source has nothing new: the feed is up to date."""
        self.report.reached.add(feed)
        if not self.report.counts[feed]["records"]:
            self.report.unchanged.add(feed)

    def not_ahead(self, stated_at: datetime, where: str) -> None:
        """Raises BadInput for a date more than a year ahead of this machine's clock."""
        if stated_at > self.now + AHEAD:
            raise BadInput(
                f"dated {stated_at:%Y-%m-%d}, more than a year ahead", where=where, do="check the record, or this machine's clock"
            )


def _cve(intake: Intake, found: Found) -> None:
    record = read_cve(found.document, where=found.place)
    intake.not_ahead(record.published, found.place)
    intake.count("cve", record.cve, intake.writer.cve(record, source=found.place))


def _document(intake: Intake, found: Found) -> None:
    document = read_document(found.document, feed=found.feed, where=found.place)
    intake.not_ahead(document.published, found.place)
    intake.count(found.feed, document.subject, intake.writer.document(document, source=found.place))


def _kev(intake: Intake, found: Found) -> None:
    catalogue = read_kev(found.document, where=found.place)
    intake.not_ahead(catalogue.released, found.place)
    for rejected, as_it_came in catalogue.rejected:
        intake.reject("kev", rejected, Found("kev", found.place, b"", as_it_came))
    for entry in catalogue.entries:
        try:
            intake.not_ahead(entry.stated.stated_at, f"{found.place} {entry.cve}")
            intake.count("kev", entry.cve, intake.writer.kev(entry, source=found.place))
        except BadInput as error:
            intake.reject("kev", Rejected(error.where, error.what), Found("kev", found.place, b"", entry.entry))
    intake.writer.release("kev", catalogue.released, b"", source=found.place)


def _epss(intake: Intake, found: Found) -> None:
    day = read_epss(found.document, where=found.place)
    intake.not_ahead(day.stated_at, found.place)
    for rejected in day.rejected:
        intake.reject("epss", rejected, Found("epss", found.place, rejected.what.encode()))
    how = intake.writer.epss(day, source=found.place)
    intake.report.counts["epss"].update({"records": len(day.scores), NEW: how[NEW], CHANGED: how[CHANGED]})
    intake.report.reached.add("epss")


TAKE: Mapping[str, Callable[[Intake, Found], None]] = {"cve": _cve, "kev": _kev, "epss": _epss} | dict.fromkeys(
    DOCUMENTS, _document
)
