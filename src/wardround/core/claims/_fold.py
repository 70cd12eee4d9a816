"""A CVE record's advisory with what the documents say beside it; or an advisory of theirs, where no record is known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from wardround.core.advisories import Advisory, Stated
from wardround.core.claims._gather import containers
from wardround.core.claims._model import Document, Word

Standing = tuple[Document, datetime]
"""A version of a document, and when it counts from."""

_KINDS = ("distribution", "supplier")


def with_documents(
    advisory: Advisory | None, standing: Sequence[Standing], *, subject: str, stated: Iterable[Stated] = ()
) -> Advisory | None:
    """The advisory with the containers of these documents after its own: the distributions', then the suppliers', newest first.

    Without a record, the documents' own words make it one, in state PUBLISHED, with what others `stated` on it (KEV, EPSS);
    None when there is neither.
    """
    spoken = [(d, at, d.words_on(subject)) for d, at in sorted(standing, key=lambda s: (s[1], s[0].subject), reverse=True)]
    spoken = [(d, at, words) for d, at, words in spoken if words]
    if not spoken:
        return advisory
    found = [c for d, at, _ in spoken for c in containers(d, subject, stated_at=at)]
    ordered = tuple(sorted(found, key=lambda c: _KINDS.index(c.kind)))
    if advisory is None:
        advisory = _of_documents(spoken, subject, stated)
    return replace(advisory, containers=(*advisory.containers, *ordered))


def _of_documents(spoken: Sequence[tuple[Document, datetime, Sequence[Word]]], subject: str, stated: Iterable[Stated]) -> Advisory:
    words = [word for _, _, listed in spoken for word in listed]
    scores = [
        Stated("cvss", w.cvss, f"CVSS by {d.publisher or d.id}", d.published) for d, _, listed in spoken for w in listed if w.cvss
    ]
    first = spoken[0][0]
    return Advisory(
        cve=subject,
        state="PUBLISHED",
        published=min(d.published for d, _, _ in spoken),
        updated=max(at for _, at, _ in spoken),
        title=next((title for d, _, listed in spoken if (title := d.title or listed[0].title)), subject),
        description=next((w.description for w in words if w.description), ""),
        containers=(),
        stated=tuple(sorted([*scores, *stated], key=lambda s: s.stated_at)),
        references=tuple(dict.fromkeys(url for w in words for url in w.references)),
        source=f"{first.feed} {first.subject}",
        sha256="",
    )
