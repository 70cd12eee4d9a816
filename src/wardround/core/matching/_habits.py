"""The ways in which publishers' habits change an object before it is read: each takes it as written and gives it as meant.

None is given where the object does not have the habit. Which publisher has which habit is data: `tables/conventions.json`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wardround.core.matching._orders import KERNEL, order_of
from wardround.core.matching._prereleases import STAGES
from wardround.core.matching._spelling import end_of, start_of

Entry = Mapping[str, Any]

DOTTED = re.compile(r"[vV]?(\d{1,18}(?:\.\d{1,18})*)", re.ASCII)
_BRANCH = re.compile(r"[ .\-]?[A-Za-z]*\d+$", re.ASCII)
_LOWER = re.compile(r">=? ?(\d+(?:\.\d+)*)", re.ASCII)
_NOTHING = frozenset({"n/a", "na", "-", ""})
_NUMBERED = re.compile(r"\d+(?:\.\d+)*(?:R\d+)?", re.ASCII)
_OF_KERNEL = frozenset({"", "custom", "semver", "original_commit_for_fix"})
_MAJOR = re.compile(r"[vV]?\d+", re.ASCII)
_LONGER_THAN_SEMVER = re.compile(r"\d+(?:\.\d+){3,}", re.ASCII)
_RELEASE = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_CANDIDATE = re.compile(rf"(\d+(?:\.\d+){{2,}})-?(?:{STAGES})\d+", re.ASCII)
_OF_COMPONENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]* (\d+(?:\.\d+)?)", re.ASCII)
_WRITTEN_TOGETHER = re.compile(r"([1-9])(\d\d)", re.ASCII)
_LINE_OF, _SEVERAL = 3, 2
_LINE = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_TRACK = re.compile(r"(?:current|long term service) release \((?:cr|ltsr)\)(?: 0)?", re.ASCII | re.IGNORECASE)
_LINE_AND_UPDATE = re.compile(r"(\d{4}) LTSR (CU\d+)(?: .*)?", re.ASCII)
_UPDATE = re.compile(r"[cC][uU]\d+", re.ASCII)


def entries_of(affected: Mapping[str, Any]) -> Iterator[Entry]:
    """The entries of an object that are objects."""
    listed = affected.get("versions")
    return (entry for entry in (listed if isinstance(listed, list) else ()) if type(entry) is dict or isinstance(entry, Mapping))


def with_entries(affected: Mapping[str, Any], change: Callable[[Any], Any]) -> Mapping[str, Any]:
    """The object with each entry changed."""
    listed = affected.get("versions")
    return {**affected, "versions": [change(entry) for entry in listed] if isinstance(listed, list) else []}


def numbers_of(version: str) -> tuple[int, ...]:
    """The numbers of a dotted version; empty for anything else."""
    found = DOTTED.fullmatch(version)
    return tuple(map(int, found[1].split("."))) if found else ()


def _equal_ends(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fix at both ends (`lessThan`), or the last affected version (`lessThanOrEqual`): what comes before is meant.

    Of several, each speaks of its own branch. An unaffected one below them says that what is before it is unaffected; one that
    is above them says so of itself.
    """
    return _by_one_version(affected, _branch)


def _equal_ends_of_majors(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The same of a product that mends several major versions at once: even a single one speaks of its own only."""
    return _by_one_version(affected, lambda version: found[0] if (found := _MAJOR.match(version)) else version)


def _by_one_version(affected: Mapping[str, Any], branch: Callable[[str], str]) -> Mapping[str, Any] | None:
    entries = list(entries_of(affected))
    bad = [entry for entry in entries if entry.get("status") == "affected"]
    good = [entry for entry in entries if entry.get("status") == "unaffected" and entry.get("lessThan")]
    if not bad or len(bad) + len(good) < len(entries) or any(not start_of(e) or start_of(e) != end_of(e) for e in entries):
        return None
    lowest = min(numbers_of(end_of(entry)) for entry in bad)
    before = [{**entry, "version": "0"} for entry in good if numbers_of(end_of(entry)) <= lowest]
    before += [
        {"version": end_of(e), "status": "unaffected", "versionType": _type(e)} for e in good if numbers_of(end_of(e)) > lowest
    ]
    if branch is _branch:
        # What is past the last affected version may yet be a build of it: 9.1R18.1 of 9.1R18.
        deep = [end_of(e) for e in bad if e.get("lessThanOrEqual") and _NUMBERED.fullmatch(end_of(e))]
        before += [{"version": end, "status": "affected", "versionType": _type(bad[0])} for end in deep]
        before += [{"version": end, "lessThan": f"{end}.*", "status": "unknown", "versionType": _type(bad[0])} for end in deep]
        if len(bad) == 1:
            return {**affected, "versions": [*before, {**bad[0], "version": "0"}]}
    # `6` alone is no fix in a branch, it names one: which of its releases have the flaw is not said.
    whole = [e for e in bad if e.get("lessThan") and branch is _branch and _MAJOR.fullmatch(end_of(e))]
    before += [{"version": end_of(e), "lessThan": f"{end_of(e)}.*", "status": "unknown", "versionType": _type(e)} for e in whole]
    bad = [entry for entry in bad if entry not in whole]
    branches = [{**entry, "version": branch(end_of(entry))} for entry in bad]
    mended = [
        {"version": end_of(e), "lessThan": f"{branch(end_of(e))}.*", "status": "unaffected", "versionType": _type(e)}
        for e in bad
        if e.get("lessThan")
    ]
    read = {**affected, "versions": [*before, *branches, *mended]}
    # A version that is named as the last affected one was that on the day of the record: nothing past it is cleared.
    return {**read, "defaultStatus": "unknown"} if len(mended) < len(bad) and branch is not _branch else without_default(read)


def _type(entry: Entry) -> Any:
    return entry.get("versionType", "")


def _no_order(entry: Entry) -> bool:
    """True where the entry declares no order of its versions."""
    return order_of(str(_type(entry) or "")).coarse


def _branch(version: str) -> str:
    return _BRANCH.sub("", version) or version


def _no_start(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`n/a`, `-` or nothing where the one range starts: from the first version on."""
    open_starts = [e for e in entries_of(affected) if end_of(e) not in ("", "*") and start_of(e).casefold() in _NOTHING]
    if len(open_starts) != 1 or open_starts[0].get("status") != "affected":
        return None
    return with_entries(affected, lambda entry: {**entry, "version": "0"} if entry is open_starts[0] else entry)


def _fixed_from(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """One unaffected version at both ends beside a default of *affected*: what is before it is affected, what is past it is not.

    Of that version itself nobody can tell: it is the fix in some records, and the last affected one in others.
    """
    entries = list(entries_of(affected))
    if len(entries) != 1 or affected.get("defaultStatus") != "affected" or entries[0].get("status") != "unaffected":
        return None
    version, kind = start_of(entries[0]), {"versionType": _type(entries[0])}
    if not version or version != end_of(entries[0]):
        return None
    affected_before = {"version": "0", "lessThan": version, "status": "affected", **kind}
    itself = {"version": version, "status": "unknown", **kind}
    return without_default({**affected, "versions": [affected_before, itself]})


def _slipped_default(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """*Affected* as the default beside ranges that are all affected and end: the default of the form, left as it was."""
    entries = list(entries_of(affected))
    bad = [entry for entry in entries if entry.get("status") == "affected"]
    if affected.get("defaultStatus") != "affected" or not any(end_of(e) not in ("", "*") for e in bad):
        return None
    if any(e.get("status") not in ("affected", "unknown") or not _only_fixes(e.get("changes")) for e in entries):
        return None
    return without_default(affected)


def _listed_default(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """*Affected* as the default beside single versions that are affected."""
    entries = list(entries_of(affected))
    if affected.get("defaultStatus") != "affected" or not entries:
        return None
    listed = all(entry.get("status") == "affected" and start_of(entry)[:1].isdigit() and not end_of(entry) for entry in entries)
    return without_default(affected) if listed else None


def _worded_default(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """*Affected* as the default beside affected entries of which one states its limit in words (`before v9.2.1 and v9.1.1d`)."""
    entries = list(entries_of(affected))
    if affected.get("defaultStatus") != "affected" or any(e.get("status") != "affected" or end_of(e) for e in entries):
        return None
    return without_default(affected) if any(" " in start_of(entry) for entry in entries) else None


def _listed_short(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Single versions of one or two numbers (`3.2`) beside a default of *unaffected*: of what is deeper in them nobody speaks.

    Only where no order of versions is declared, by which 3.2 would be 3.2.0. A version 0 names none: then nobody speaks of any.
    """
    entries = list(entries_of(affected))
    if affected.get("defaultStatus") != "unaffected" or any(end_of(e).endswith(".*") for e in entries):
        return None
    listed = [e for e in entries if e.get("status") == "affected" and not end_of(e) and _no_order(e)]
    short = [line for entry in listed if _LINE.fullmatch(line := start_of(entry).lstrip("vV"))]
    unknown = [e for e in entries if e.get("status") == "unknown" and not end_of(e) and _no_order(e)]
    if "0" in short or any(start_of(e) == "0" for e in unknown):
        return without_default(affected)
    more = [{"version": line, "lessThan": f"{line}.*", "status": "unknown", "versionType": "custom"} for line in short]
    return {**affected, "versions": [*affected["versions"], *more]} if more else None


def _only_fixes(changes: Any) -> bool:
    """True where `changes` name the version that repairs, and nothing else."""
    listed = changes if isinstance(changes, list) else ()
    return all(isinstance(change, Mapping) and change.get("status") == "unaffected" for change in listed)


def without_default(affected: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object without what it says of the rest."""
    return {key: value for key, value in affected.items() if key != "defaultStatus"}


def _turned_around(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Ranges that end at a fix, all *unaffected*, beside a default of *affected*: by the letter the fix alone has the flaw.

    Nobody can tell which of the two words slipped, so the object says nothing. The kernel's lines are written so on purpose.
    """
    entries = list(entries_of(affected))
    if not entries or affected.get("defaultStatus") != "affected" or "linux" in str(affected.get("vendor")).casefold():
        return None
    ends = [end_of(e) for e in entries if e.get("status") == "unaffected" and e.get("lessThan") and not e.get("changes")]
    if len(ends) < len(entries) or any(end.endswith("*") for end in ends):
        return None
    unsaid = with_entries(affected, lambda entry: {**entry, "status": "unknown"} if isinstance(entry, Mapping) else entry)
    return {**unsaid, "defaultStatus": "unknown"}


def _listed_lower_bounds(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`>= 8.3.0` affected, `>= 8.3.3` unaffected: each holds up to the next one, a fix no further than its own series."""
    bounds = [(found[1], e) for e in entries_of(affected) if not end_of(e) and (found := _LOWER.fullmatch(start_of(e)))]
    if not bounds:
        return None
    bounds.sort(key=lambda bound: numbers_of(bound[0]))
    ends = dict(zip((version for version, _ in bounds), [*(version for version, _ in bounds[1:]), "*"], strict=True))

    def change(entry: Any) -> Any:
        found = next((version for version, one in bounds if one is entry), None)
        if found is None:
            return entry
        end, series = ends[found], ".".join(found.split(".")[:2])
        if end == "*" and entry.get("status") == "affected":
            return {**entry, "version": found}  # of what comes after the last one nobody speaks
        within = end == "*" or entry.get("status") == "affected" or numbers_of(end)[:2] == numbers_of(series)
        return {**entry, "version": found, "lessThan": end if within else f"{series}.*"}

    return with_entries(affected, change)


def _dotted(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A `versionType` that is none, beside plain dotted versions."""
    if not any("versionType" in entry for entry in entries_of(affected)):
        return None
    return with_entries(affected, lambda entry: {**entry, "versionType": "custom"} if isinstance(entry, Mapping) else entry)


def _kernel_releases(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Releases of the Linux kernel: `custom`, `semver` or `original_commit_for_fix`, or without a type; never git's commits."""
    types = {entry.get("versionType", "") for entry in entries_of(affected)}
    if not types or not types <= _OF_KERNEL:
        return None
    return with_entries(affected, lambda entry: {**entry, "versionType": KERNEL} if isinstance(entry, Mapping) else entry)


def _fixed_below_the_start(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A line below the release that brought the flaw, with a fix of its own: the flaw was carried back into it.

    Since which of its releases is not said, so what comes before the fix there is not cleared.
    """
    fixes = {start_of(e) for e in entries_of(affected) if e.get("status") == "unaffected" and end_of(e).endswith(".*")}
    carried = sorted((fix for fix in fixes if len(numbers_of(fix)) >= _LINE_OF), key=numbers_of)

    def change(entry: Any) -> Any:
        if not isinstance(entry, Mapping) or start_of(entry) != "0" or entry.get("status") != "unaffected" or entry.get("changes"):
            return entry
        below = [fix for fix in carried if numbers_of(fix) < numbers_of(end_of(entry))]
        steps = [({"at": fix.rpartition(".")[0], "status": "unknown"}, {"at": fix, "status": "unaffected"}) for fix in below]
        return {**entry, "changes": [step for pair in steps for step in pair]} if steps else entry

    changed = with_entries(affected, change)
    return None if changed["versions"] == affected.get("versions") else changed


def _dotted_beyond_semver(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`semver` beside bounds of four numbers and more, which no semantic version has: plain numbers are meant."""
    entries = list(entries_of(affected))
    typed_so = [e for e in entries if e.get("versionType") == "semver"]
    if not any(_LONGER_THAN_SEMVER.fullmatch(bound) for e in typed_so for bound in (start_of(e), end_of(e))):
        return None

    def change(entry: Any) -> Any:
        typed = isinstance(entry, Mapping) and entry.get("versionType") == "semver"
        return {**entry, "versionType": "custom"} if typed else entry

    return with_entries(affected, change)


def _listed_releases(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Releases, each listed by its number alone: of the patch levels of one nobody speaks. `753` may be written `7.53`, and so."""
    known = {start_of(e) for e in entries_of(affected)}
    more = []
    for entry in entries_of(affected):
        stated = start_of(entry)
        if found := _OF_COMPONENT.fullmatch(stated):
            stated = found[1]  # `SAP_BASIS 755`
        if end_of(entry) or entry.get("status") != "affected" or not _RELEASE.fullmatch(stated):
            continue
        ways = [stated]
        if together := _WRITTEN_TOGETHER.fullmatch(stated):
            ways += [f"{together[1]}.{together[2]}", *([f"{together[1]}.{together[2][0]}"] if together[2][1] == "0" else [])]
        elif re.fullmatch(r"\d\.\d\d", stated, re.ASCII):
            ways.append(stated.replace(".", ""))
        more += [{**entry, "version": way} for way in ways if way not in known]
        more += [{"version": way, "lessThan": f"{way}.*", "status": "unknown", "versionType": _type(entry)} for way in ways]
    listed = affected.get("versions")
    return {**affected, "versions": [*listed, *more]} if more and isinstance(listed, list) else None


def _listed_lines(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Releases of one or two numbers, whose fix packs have more: of those nobody speaks. `8.5, 9.0` in one text is a list."""
    listed = affected.get("versions")
    if not isinstance(listed, list) or any(end_of(entry) for entry in entries_of(affected)):
        return None
    single = [e for e in entries_of(affected) if e.get("status") == "affected" and _LINE.fullmatch(start_of(e))]
    more = [
        {"version": line, "lessThan": f"{line}.*", "status": "unknown", "versionType": "custom"} for line in map(start_of, single)
    ]
    return {**affected, "versions": [*listed, *more]} if more else None


def _releases_and_updates(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`1912 LTSR` up to `CU9`, and `2404` up to `1` (2404.1): the update that mends a release, written apart from it.

    What is before the release that mends the current line is meant too, but for the lines that are spoken of.
    """
    lines, current = [], []
    for entry in entries_of(affected):
        start, end = start_of(entry), end_of(entry)
        if _TRACK.fullmatch(start):
            start, end = found.groups() if (found := _LINE_AND_UPDATE.fullmatch(end)) else (end, "0")
        elif start == "22.3 LTSR":
            start = "2203 LTSR"
        if entry.get("versionType") != "patch" or entry.get("status") != "affected" or not start[:4].isdigit():
            return None
        rest = {"versionType": "custom", "status": "affected"}
        if _UPDATE.fullmatch(end):
            mended = f"{start[:4]} LTSR {end}"
            lines += [
                {"version": start[:4], "lessThan": mended, **rest},
                {**rest, "version": mended, "lessThan": f"{start[:4]}.*", "status": "unaffected"},
            ]
        elif end.isdigit():
            current.append({"version": "0", "lessThan": start[:4] if end == "0" else f"{start[:4]}.{end}", **rest})
        else:
            return None
    return {**affected, "versions": [*lines, *current]} if lines or current else None


def _before_the_candidate(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`6.0.18rc1` at the end of a range, or as its change: the first candidate of the release with the fix, which stands for it."""

    def change(entry: Any) -> Any:
        if not isinstance(entry, Mapping):
            return entry
        found: dict[str, Any] = {"lessThan": end} if (end := _released(entry.get("lessThan"))) else {}
        steps = entry.get("changes")
        if isinstance(steps, list) and any(isinstance(step, Mapping) and _released(step.get("at")) for step in steps):
            found["changes"] = [
                {**step, "at": _released(step.get("at")) or step.get("at")} if isinstance(step, Mapping) else step for step in steps
            ]
        return {**entry, **found} if found else entry

    changed = with_entries(affected, change)
    return None if changed["versions"] == affected.get("versions") else changed


def _released(version: Any) -> str:
    """The release that a candidate comes before; empty for what is none."""
    found = _CANDIDATE.fullmatch(version.strip()) if isinstance(version, str) else None
    return found[1] if found else ""


def _on_its_one_platform(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A product that runs on one platform only is not narrowed by naming it."""
    return {key: value for key, value in affected.items() if key != "platforms"} if affected.get("platforms") else None


def mended_lines(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Where several ranges end: what follows each end in its own line (7.4.6 after 7.4.5) has the fix, and is unaffected.

    Only where nothing is said of the rest, and of ends of three numbers and more; what is called affected stays so.
    """
    entries = list(entries_of(affected))
    bad = [e for e in entries if end_of(e) and e.get("versionType") != "git"]
    starts = {start_of(e) for e in entries}
    ends = {end_of(e): _type(e) for e in bad if len(numbers_of(end_of(e))) >= _LINE_OF and end_of(e) not in starts}
    if "defaultStatus" in affected or any(e.get("status") != "affected" for e in entries):
        return None
    if len({end_of(e) for e in bad}) < _SEVERAL or not ends:
        return None
    mended = [
        {"version": end, "lessThan": f"{end.lstrip('vV').rpartition('.')[0]}.*", "status": "unaffected", "versionType": kind}
        for end, kind in ends.items()
    ]
    return {**affected, "versions": [*affected["versions"], *mended]}


READINGS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any] | None]] = {
    "equal_ends": _equal_ends,
    "equal_ends_of_majors": _equal_ends_of_majors,
    "fixed_from": _fixed_from,
    "no_start": _no_start,
    "slipped_default": _slipped_default,
    "listed_default": _listed_default,
    "worded_default": _worded_default,
    "turned_around": _turned_around,
    "listed_short": _listed_short,
    "listed_lower_bounds": _listed_lower_bounds,
    "dotted": _dotted,
    "kernel_releases": _kernel_releases,
    "fixed_below_the_start": _fixed_below_the_start,
    "dotted_beyond_semver": _dotted_beyond_semver,
    "listed_releases": _listed_releases,
    "listed_lines": _listed_lines,
    "releases_and_updates": _releases_and_updates,
    "before_the_candidate": _before_the_candidate,
    "on_its_one_platform": _on_its_one_platform,
}
