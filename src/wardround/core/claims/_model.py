"""What documents other than CVE records say: of which product, what, and on whose word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

AFFECTED, UNAFFECTED, UNKNOWN = "affected", "unaffected", "unknown"


@dataclass(frozen=True, slots=True)
class Product:
    """A product as a document identifies it. `versions` is its text for a person; `entries` are entries of a CVE record's
    `versions`, without their status; none of them: every version. `platforms` narrow it (`by_architecture`: to what it is
    built for); `pointer` is where it is identified.
    """

    vendor: str
    name: str
    versions: str = ""
    entries: tuple[Mapping[str, Any], ...] = ()
    package: str = ""
    platforms: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    purl: str = ""
    models: tuple[str, ...] = ()
    distribution: bool = False
    by_architecture: bool = False
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One status of one product. `effect` is what it makes of the versions: affected, unaffected, unknown; empty: nothing.

    `otherwise` is what the statement itself says of every other version (`defaultStatus`); empty: nothing.
    """

    product: Product
    status: str
    effect: str
    otherwise: str = ""
    justification: str = ""
    action: str = ""
    pointer: str = ""
    stated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """What one document says of one vulnerability: a CVE, or where it has none, the id that the document gives it."""

    subject: str
    title: str
    said: tuple[Said, ...]
    pointer: str
    description: str = ""
    cvss: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document. `subject` is what it is filed under: the same for all versions of it.

    `withdrawn` is when its publisher took it back. `marks` says why it is not valid though it can be read: it is then kept,
    shown, and never decides. `document` is kept whole.
    """

    feed: str
    subject: str
    id: str
    publisher: str
    title: str
    published: datetime
    updated: datetime
    words: tuple[Word, ...]
    withdrawn: datetime | None = None
    marks: str = ""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    filed: dict[str, list[Word]] = field(init=False, default_factory=dict, repr=False, compare=False)

    def words_on(self, subject: str) -> Sequence[Word]:
        """What it says of one vulnerability; filed once, since one document may speak of many thousands."""
        if not self.filed:
            filed: dict[str, list[Word]] = {}
            for word in self.words:
                filed.setdefault(word.subject, []).append(word)
            self.filed.update(filed)  # all at once: another thread may be reading the same document
        return self.filed.get(subject, ())


@dataclass(frozen=True, slots=True)
class Claim:
    """A supplier's or distribution's own word on one product, to be shown beside our verdict. It is theirs, dated, and not ours.

    `status` is as the document has it (`known_not_affected`, `fixed`, `in_triage`...); `justification` is why, `action` what to do
    about it; `pointer` is the JSON pointer in the document that `source` names.
    """

    cve: str
    vendor: str
    product: str
    versions: str
    status: str
    justification: str
    action: str
    source: str
    stated_at: datetime
    pointer: str
    marks: str = ""
