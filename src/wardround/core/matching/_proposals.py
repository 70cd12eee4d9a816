"""Text that the fixed grammar does not read becomes a proposed override: its words, its place and a draft. Never a verdict.

A draft is an override in JSON without author and date: it is refused as it stands (`Overrides.adding`), until a person has
checked it against the source and put their name to it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wardround.core.advisories import Advisory
from wardround.core.matching._free_text import Entry, drafted
from wardround.core.matching._product_order import form_of_object
from wardround.core.matching._text import read
from wardround.core.names import key_of

_TOKEN = re.compile(r"[\w.+:~()*\\/@-]*", re.ASCII)
_VAGUE = frozenset({"", "n/a", "na", "-", "unspecified", "unknown", "see references", "see advisory", "not specified"})
_IN_PROSE = re.compile(
    r"(?<![\w.-])(?:(?:all |in )?versions? (?:prior to|before|below|up to(?: and including)?|earlier than) v?\d[\w.-]*"
    r"|(?:before|prior to|through|up to(?: and including)?) (?:version )?v?\d[\w.-]*"
    r"|(?:versions? )?v?\d[\w.-]* (?:and|or) (?:earlier|prior|below|older)(?: versions)?"
    r"|(?:versions? )?v?\d[\w.-]* (?:through|to) v?\d[\w.-]*)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One product of one record whose versions are stated in words. `entries` is the draft; empty when they are not understood.

    `texts` are the words, each with its JSON pointer in the record; `default` is the object's default status.
    """

    cve: str
    vendor: str
    product: str
    texts: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    default: str
    source: str

    @property
    def draft(self) -> dict[str, Any]:
        """An override of kind `statement` for a person to check and complete: author and date are left open."""
        slug = "-".join(re.sub(r"[^a-z0-9]+", "-", part.casefold()).strip("-") for part in (self.cve, self.product))[:70].strip("-")
        said = "; ".join(f"“{text[:200]}”" for _, text in self.texts[:5])
        statement = {"defaultStatus": self.default, "versions": [{**e, "versionType": "custom"} for e in self.entries]}
        return {
            "id": f"proposed-{slug}",
            "revision": 1,
            "cves": [self.cve],
            "vendor": self.vendor,
            "product": self.product,
            "kind": "statement",
            "statement": statement,
            "author": "",
            "source": self.source,
            "date": "",
            "reason": f"The record states the versions in words: {said}",
            "supersedes": [],
            "proposed_from": [{"pointer": pointer, "text": text} for pointer, text in self.texts],
        }


def proposals(advisory: Advisory) -> list[Proposal]:
    """What the record's own containers say in words, one proposal for each product object. Empty for the great majority."""
    found: list[Proposal] = []
    for container in advisory.containers:
        if container.kind == "record":
            for place, affected in enumerate(container.affected):
                if isinstance(affected, Mapping) and (one := _of_object(advisory, affected, f"{container.pointer}/{place}")):
                    found.append(one)
    return found


def ranked(found: Iterable[Proposal], *, installs: Mapping[tuple[str, str], int] | None = None) -> list[tuple[Proposal, int, int]]:
    """Proposals by what they would decide: (proposal, installs, records), most first, those with a draft before the others.

    `installs` counts an estate's installs by vendor and product key (a vendor that is not stated is empty); records are those
    of the same product among the proposals.
    """
    listed, counted = list(found), installs or {}
    names = [(key_of(one.vendor), key_of(one.product)) for one in listed]
    records = Counter(name for name in names if name[1])
    rows = [
        (one, counted.get(name, 0) + (counted.get(("", name[1]), 0) if name[0] else 0), records[name])
        for one, name in zip(listed, names, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row[1], not row[0].entries, -row[2], row[0].cve))


def _of_object(advisory: Advisory, affected: Mapping[str, Any], at: str) -> Proposal | None:
    listed = affected.get("versions")
    entries: Sequence[Any] = listed if isinstance(listed, list) else ()
    product, form = str(affected.get("product") or ""), form_of_object(affected)
    texts: list[tuple[str, str]] = []
    draft: list[Entry] = []
    understood = True
    for place, entry in enumerate(entries[:500]):
        if not isinstance(entry, Mapping):
            continue
        words = _words(entry)
        if not words or (form and all(form.reads(text) for _, text in words)):
            draft.append({k: v for k, v in entry.items() if isinstance(v, str) and k != "versionType"})
            continue
        texts += [(f"{at}/versions/{place}/{key}", text) for key, text in words]
        new = [one for _, text in words for one in drafted(text, product=product)]
        understood = understood and bool(new)
        draft += [{**one, "status": "unaffected"} if entry.get("status") == "unaffected" else one for one in new]
    if not texts:
        texts, draft = _in_description(advisory, entries)
        understood = bool(draft)
    if not texts or (draft and [e.get("version") for e in draft if len(e) == 2] == [text for _, text in texts]):
        return None  # nothing in words, or nothing but the names of single versions, which equality decides already
    default = affected.get("defaultStatus")
    stated = default if default in ("affected", "unaffected", "unknown") else "unknown"
    source = advisory.references[0] if advisory.references else ""
    vendor = str(affected.get("vendor") or "")
    named = [name if key_of(name) else "" for name in (vendor, product)]
    return Proposal(advisory.cve, named[0], named[1], tuple(texts), tuple(draft) if understood else (), stated, source)


def _words(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The texts of an entry that are neither a version nor a range of the fixed grammar."""
    keys = ("version", "lessThan", "lessThanOrEqual")
    texts = ((key, " ".join(str(entry.get(key) or "").split())) for key in keys)
    return [
        (key, text) for key, text in texts if not _TOKEN.fullmatch(text) and text.casefold() not in _VAGUE and read(text) is None
    ]


def _in_description(advisory: Advisory, entries: Sequence[Any]) -> tuple[list[tuple[str, str]], list[Entry]]:
    """Where no object of the record states a version at all, what the description says; nothing where one does."""
    objects = [one for container in advisory.containers for one in container.affected if isinstance(one, Mapping)]
    if not _silent(entries) or not all(_silent(one.get("versions")) for one in objects):
        return [], []
    said = list(dict.fromkeys(" ".join(found[0].split()) for found in _IN_PROSE.finditer(advisory.description[:4000])))[:10]
    texts = [("/containers/cna/descriptions/0/value", text.rstrip(".,")) for text in said]
    draft = [drafted(text) for _, text in texts]
    return texts, [entry for entries_of in draft for entry in entries_of] if all(draft) else []


def _silent(entries: Any) -> bool:
    """True where no entry states a version or an end."""
    listed = [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
    keys = ("version", "lessThan", "lessThanOrEqual")
    return all(str(entry.get(key) or "").strip().casefold() in _VAGUE for entry in listed for key in keys)
