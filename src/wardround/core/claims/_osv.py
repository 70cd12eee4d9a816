"""OSV records (Open Source Vulnerability format 1.6): distributions on their packages, and the ecosystems of languages."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wardround.core.advisories._document import WHOLE, document_of, text, time_of, time_or_none
from wardround.core.claims._distributions import Release, release_of, table
from wardround.core.claims._model import AFFECTED, UNAFFECTED, Document, Product, Said, Word
from wardround.core.claims._nodes import node, objects, texts
from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE

Entry = Mapping[str, Any]


def read(raw: bytes | Mapping[str, Any], *, where: str, marks: str | None = None) -> Document:
    """One record. What it says counts for each CVE among its aliases and upstreams (`related` binds nothing), else for its own id.

    Raises BadInput for a record without id or date.
    """
    document = document_of(raw, where=where)
    own = text(document, "id").strip()
    if not own:
        raise BadInput("the id is missing", where=f"{where} /id", do=WHOLE)
    modified = time_of(document.get("modified"), where=f"{where} /modified")
    published = time_or_none(document.get("published")) or modified
    bound = dict.fromkeys(i.strip() for key in ("aliases", "upstream") for i in texts(document.get(key)))
    named = [own, *(bound if not CVE.fullmatch(own) else ())]
    cves = [i for i in dict.fromkeys((*named, *(inside for i in named for inside in _inside(i)))) if CVE.fullmatch(i)]
    said = tuple(_said(document))
    words = tuple(
        Word(
            cve,
            text(document, "summary"),
            said,
            "/affected",
            description=text(document, "details"),
            references=tuple(url for r in _list(document.get("references")) if (url := text(r, "url"))),
        )
        for cve in cves or [own]
    )
    return Document(
        "osv",
        own,
        own,
        _publisher(own, document),
        text(document, "summary"),
        min(published, modified),
        modified,
        words,
        withdrawn=time_or_none(document.get("withdrawn")),
        marks=marks or "",
        document=document,
    )


def _inside(own: str) -> tuple[str, ...]:
    """The CVE in an id that is made of one: `DEBIAN-CVE-2024-0001`, `UBUNTU-CVE-2024-0001`, `ALPINE-CVE-2024-0001`."""
    _, found, rest = own.partition("-CVE-")
    return (f"CVE-{rest}",) if found else ()


def _publisher(own: str, document: Mapping[str, Any]) -> str:
    """Who speaks: the ecosystem where all of it is one's, else the prefix of the id."""
    systems = {_ecosystem(a).partition(":")[0] for a in _list(document.get("affected"))} - {""}
    return systems.pop() if len(systems) == 1 else own.partition("-")[0]


def _said(document: Mapping[str, Any]) -> Iterator[Said]:
    """Each affected package, with its release; where the release itself has no fix, that of its extended contract speaks for it."""
    listed = [(place, a, release_of(_ecosystem(a))) for place, a in enumerate(_list(document.get("affected")))]
    mended = {(_name(a), r.platform, r.extended) for _, a, r in listed if r and _has_fix(a)}
    for place, affected, release in listed:
        if release is None:
            yield from _language(affected, f"/affected/{place}")
            continue
        other = (_name(affected), release.platform, not release.extended)
        if other not in mended or (_has_fix(affected) and not release.extended):
            yield from _distribution(affected, release, f"/affected/{place}")


def _distribution(affected: Mapping[str, Any], release: Release, pointer: str) -> Iterator[Said]:
    """A package of one release: outside its ranges it is not affected, in that release (OSV, `Evaluation`)."""
    entries = tuple(_entries(affected, release.scheme))
    for name in dict.fromkeys((_name(affected), *_binaries(affected))) if entries else ():
        product = Product(
            release.vendor, name, _shown(entries), entries, name, (release.platform,), distribution=True, pointer=pointer
        )
        yield Said(product, AFFECTED, AFFECTED, UNAFFECTED, pointer=pointer)


def _language(affected: Mapping[str, Any], pointer: str) -> Iterator[Said]:
    """A package of a language, whose vendor is its registry (`pkg:npm`), or of a repository.

    Commits are apart: what they do not decide, nothing else here decides.
    """
    system, name = _ecosystem(affected).partition(":")[0], _name(affected)
    kind, scheme = table()["languages"].get(system, ("", ""))
    purl = text(_package(affected), "purl") or (f"pkg:{kind}/{quote(name.replace(':', '/'))}" if kind else "")
    whose = f"pkg:{kind}" if kind else system
    commits = tuple(e for r in _ranges(affected) if r.get("type") == "GIT" for e in _events(r, "git"))
    entries = tuple(_entries(affected, scheme))
    ranged = any(r.get("type") in ("ECOSYSTEM", "SEMVER") for r in _ranges(affected))
    for found, otherwise in ((entries, UNAFFECTED if ranged or not commits else ""), (commits, "")):
        if found and name:
            product = Product(whose, name, _shown(found), found, name, purl=purl, pointer=pointer)
            yield Said(product, AFFECTED, AFFECTED, otherwise, pointer=pointer)


def _entries(affected: Mapping[str, Any], scheme: str) -> Iterator[Entry]:
    """What is affected: the ranges, and the versions that no range needs to repeat."""
    ranges = [r for r in _ranges(affected) if r.get("type") in ("ECOSYSTEM", "SEMVER")]
    if scheme not in table()["packages"] or not ranges:
        for version in dict.fromkeys(texts(affected.get("versions"))):
            yield {"version": version, "versionType": scheme} if scheme else {"version": version}
    for one in ranges:
        yield from _events(one, "semver" if one.get("type") == "SEMVER" else scheme)


def _events(stated: Mapping[str, Any], scheme: str) -> Iterator[Entry]:
    """Events in turn: from each `introduced` to the `fixed` (left out) or `last_affected` (included) after it, else without end.

    `limit` narrows nothing: it is a hint to those who list commits, and leaving it out leaves more affected.
    """
    typed = {"versionType": scheme} if scheme else {}
    start = ""
    for event in _in_turn(_list(stated.get("events"))):
        if introduced := text(event, "introduced"):
            if start:
                yield {"version": start, "lessThan": "*", **typed}
            start = introduced
        for key, bound in (("fixed", "lessThan"), ("last_affected", "lessThanOrEqual")):
            if start and (end := text(event, key)):
                yield {"version": start, bound: end, **typed}
                start = ""
    if start:
        yield {"version": start, "lessThan": "*", **typed}


def _in_turn(events: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events as given; of one start only, that first: the format asks for no order."""
    several = sum("introduced" in event for event in events) > 1
    return events if several else sorted(events, key=lambda event: "introduced" not in event)


def _has_fix(affected: Mapping[str, Any]) -> bool:
    return any("fixed" in event for r in _ranges(affected) for event in _list(r.get("events")))


def _binaries(affected: Mapping[str, Any]) -> Iterator[str]:
    """The binary packages that Ubuntu builds of a source package, where they carry the fixed version of the source."""
    fixed = {text(e, "fixed") for r in _ranges(affected) for e in _list(r.get("events"))} - {""}
    for _, binary in objects(node(affected.get("ecosystem_specific")).get("binaries")):
        if text(binary, "binary_version") in fixed and (name := text(binary, "binary_name")):
            yield name


def _shown(entries: tuple[Entry, ...]) -> str:
    """The entries for a person to read: `from 0 before 1.1.1n-0+deb11u4`."""
    words = ", ".join(_span(entry) for entry in entries[:6])
    return words + (f" and {len(entries) - 6} more" if len(entries) > 6 else "")


def _span(entry: Entry) -> str:
    ends = {"lessThan": "before", "lessThanOrEqual": "through"}
    end = "".join(f" {word} {entry[key]}" for key, word in ends.items() if entry.get(key, "*") != "*")
    return f"from {entry['version']}{end}" if end or "lessThan" in entry else str(entry["version"])


def _package(affected: Mapping[str, Any]) -> Mapping[str, Any]:
    return node(affected.get("package"))


def _ecosystem(affected: Mapping[str, Any]) -> str:
    return text(_package(affected), "ecosystem")


def _name(affected: Mapping[str, Any]) -> str:
    return text(_package(affected), "name").strip()


def _ranges(affected: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _list(affected.get("ranges"))


def _list(listed: Any) -> list[Mapping[str, Any]]:
    return [one for _, one in objects(listed)]
