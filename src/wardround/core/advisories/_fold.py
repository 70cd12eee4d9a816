"""From the statements on one CVE to the advisory as of a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wardround.core.advisories._cve import affected_containers, cvss_scores
from wardround.core.advisories._document import text
from wardround.core.advisories._model import Advisory, CveRecord, Stated


def fold(records: Iterable[CveRecord], stated: Iterable[Stated] = (), *, at: datetime) -> Advisory | None:
    """The advisory as of `at`, from the known versions of one CVE's record and what others stated on it; None before publication.

    What a record says counts from its publication, by its newest version; a rejection counts from its own date, as long as
    an earlier version is known. SSVC, KEV and EPSS count by their own dates, from whichever version or feed; of several KEV
    listings the earliest counts.
    """
    versions = sorted((r for r in records if r.published <= at), key=lambda r: (_in_force(r, at), r.updated))
    if not versions:
        return None
    newest = versions[-1]
    dated = {s for r in versions for s in r.stated if s.stated_at <= at} | {s for s in stated if s.stated_at <= at}
    listings = sorted((s for s in dated if s.key == "kev"), key=lambda s: (s.stated_at, s.source))
    history = [*cvss_scores(newest), *sorted(dated - set(listings[1:]), key=lambda s: (s.stated_at, s.key, s.source, s.value))]
    cna = newest.document["containers"]["cna"]
    description = _description(cna)
    return Advisory(
        cve=newest.cve,
        state=newest.state,
        published=newest.published,
        updated=newest.updated,
        title=text(cna, "title"),
        description=description,
        containers=affected_containers(newest.document),
        stated=tuple(sorted(history, key=lambda s: s.stated_at)),
        references=references_of(newest),
        source=newest.source,
        sha256=newest.sha256,
        tags=_tags(newest),
    )


def _in_force(record: CveRecord, at: datetime) -> bool:
    """False for a rejection that had not happened yet."""
    return record.rejected is None or record.rejected <= at


def _description(cna: dict[str, Any]) -> str:
    """The English description, else the first; of a rejected record, the reason."""
    for key in ("descriptions", "rejectedReasons"):
        listed = cna.get(key)
        told = [d for d in listed if isinstance(d, dict) and text(d, "value")] if isinstance(listed, list) else []
        if told:
            return text(next((d for d in told if text(d, "lang").casefold().startswith("en")), told[0]), "value")
    return ""


def _tags(record: CveRecord) -> tuple[str, ...]:
    """The tags of every container, once, in order."""
    containers = record.document["containers"]
    listed = [c.get("tags") for c in (containers["cna"], *containers.get("adp", ()))]
    return tuple(dict.fromkeys(t for tags in listed if isinstance(tags, list) for t in tags if isinstance(t, str)))


def references_of(record: CveRecord) -> tuple[str, ...]:
    """Every reference of every container, once, in order."""
    containers = record.document["containers"]
    listed = [c.get("references") for c in (containers["cna"], *containers.get("adp", ()))]
    urls = (text(r, "url") for refs in listed if isinstance(refs, list) for r in refs if isinstance(r, dict))
    return tuple(dict.fromkeys(url for url in urls if url))
