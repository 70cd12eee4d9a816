"""A second matcher, slow and simple, row by row from the CVE schema's versions.md and FACTS 9. It shares no code with the other.

`plain_verdict` answers for an install whose platform and package scheme are not known, without overrides.
"""

import re
from itertools import pairwise
from typing import Any

from .plain_orders import Doubt, NoOpinion, beside_early, compare, early, is_plain, kind_of, numbered_apart, numbers_of

SAID = {"affected": "affected", "unaffected": "not_affected", "unknown": "unknown"}
HEAVIEST_FIRST = ("affected", "not_evaluable", "unknown", "not_affected")
NARROW_NOTHING = {"", "-", "all", "all platforms", "any", "n/a", "unknown", "various"}
ARCHITECTURES = [
    "32-bit systems",
    "32 bit",
    "32-bit",
    "64 bit",
    "64-bit",
    "amd64",
    "arm",
    "arm64",
    "arm64-based systems",
    "aarch64",
    "itanium-based systems",
    "x64",
    "x64-based systems",
    "x86",
    "x86_64",
]
NO_VERSION = ("n/a", "na", "-", "*", "?", "unknown", "unspecified", "none", "null", "not available", "not applicable")
OLDER = ("prior", "previous", "earlier", "below", "lower", "older")
ELSEWHERE = "unknown*"
"""Unknown, and affected on a platform that it may be on: what is asked later clears nothing."""


def plain_verdict(containers: list[list[dict[str, Any]]], version: str) -> str:
    """One of the four answers of a record's containers, each given as its objects on the product."""
    version = "" if version.strip().lower() in NO_VERSION else version.strip()
    answers = [of_container(objects, version) for objects in containers if objects]
    for place, answer in enumerate(answers):
        if answer == "affected" or (answer == "not_affected" and ELSEWHERE not in answers[:place]):
            return answer
    return answers[0].rstrip("*") if answers else "unknown"


def of_container(objects: list[dict[str, Any]], version: str) -> str:
    """Every variant that CPE names narrow to must get the same answer; one that nothing is said of contradicts no affected."""
    held = [(variants(o), platforms(o), of_narrowed(o, version)) for o in objects if not only_commits(o, version)]
    if not held:
        return "not_evaluable"
    narrowed = {variant for variant, _, _ in held if variant}
    general = [(listed, answer) for variant, listed, answer in held if not variant]
    worlds = {on_platforms(general + [(listed, a) for v, listed, a in held if v == one]) for one in narrowed}
    if general:
        worlds.add(on_platforms(general))
    if len(worlds) > 1:
        worlds = {world.rstrip("*") for world in worlds}
    if worlds == {"affected", "unknown"}:
        return "affected"
    return worlds.pop() if len(worlds) == 1 else "unknown"


def on_platforms(held: list[tuple[set[str], str]]) -> str:
    """Every platform that is named must get the same answer, and so must those that are not named."""
    named = {p for listed, _ in held for p in listed}
    general = [answer for listed, answer in held if not listed]
    worlds = {heaviest([answer for listed, answer in held if not listed or p in listed]) for p in named}
    if not named or not named <= set(ARCHITECTURES):
        worlds.add(heaviest(general) if general else "unknown")
    return worlds.pop() if len(worlds) == 1 else ELSEWHERE if "affected" in worlds else "unknown"


def variants(affected: dict[str, Any]) -> frozenset[str]:
    """What the CPE names of an object narrow it to, where an install states nothing of its variant; empty: the whole product."""
    found = set()
    for cpe in affected.get("cpes") or []:
        listed = re.split(r"(?<!\\):", str(cpe))
        if str(cpe).startswith("cpe:/"):
            fields = [*listed[1:], *["*"] * 8][:8]
            if "~" in fields[5]:
                raise NoOpinion
            version, update, narrow, product = fields[3], fields[4], fields[5:6], fields[2]
        elif len(listed) > 4:
            fields = [*listed, *["*"] * 13][:13]
            version, update, narrow, product = fields[5], fields[6], [fields[7], *fields[9:12]], fields[4]
        else:
            return frozenset()
        stated = [v for v in (*([update] if version in "*-" else []), *narrow) if v not in ("", "*")]
        if product in ("", "*", "-") or all(v == "-" for v in stated):
            return frozenset()
        found.add(str((version if update not in ("", "*") else "", update, narrow)).lower())
    return frozenset(found)


def of_narrowed(affected: dict[str, Any], version: str) -> str:
    """What a name narrows that is no CPE name, nobody can tell: it clears nothing."""
    answer = of_object(affected, version)
    return "not_evaluable" if answer == "not_affected" and not all(map(is_cpe, affected.get("cpes") or [])) else answer


def is_cpe(name: Any) -> bool:
    """A formatted string of at most eleven parts (it may be cut short after the product), or a URI of at most seven."""
    found = re.fullmatch(r"cpe:(2\.3:|/)(.*)", name, re.IGNORECASE) if isinstance(name, str) else None
    parts = re.split(r"(?<!\\):", found[2]) if found else []
    if not found or parts[0].lower() not in ("a", "o", "h", *(["*", "-"] if found[1] == "2.3:" else [""])):
        return False
    return len(parts) <= 7 if found[1] == "/" else 3 <= len(parts) <= 11 and "" not in parts


def heaviest(answers: list[str]) -> str:
    return min(answers, key=HEAVIEST_FIRST.index)


def platforms(affected: dict[str, Any]) -> set[str]:
    listed = affected.get("platforms")
    keys = {" ".join(p.split()).lower() for p in listed if isinstance(p, str)} if isinstance(listed, list) else set()
    computers = ("windows", ("macos", "mac os"), "linux")
    if all(any(key.removeprefix("microsoft ").removeprefix("apple ").startswith(word) for key in keys) for word in computers):
        return set()
    return set() if keys & NARROW_NOTHING else keys


def only_commits(affected: dict[str, Any], version: str) -> bool:
    """An object whose scheme cannot hold the version is passed over together with its default."""
    types = {str(row["versionType"]).strip().lower() for row in rows_of(affected) if row.get("versionType")}
    commit = re.fullmatch("[0-9a-f]{7,64}", version.lower()) and re.search("[a-f]", version.lower())
    texts = {str(row.get(key)).strip() for row in rows_of(affected) for key in ("version", "lessThan", "lessThanOrEqual")}
    return types == {"git"} and version != "" and not commit and version not in texts


def rows_of(affected: dict[str, Any]) -> list[dict[str, Any]]:
    return affected.get("versions") or []


def of_object(affected: dict[str, Any], version: str) -> str:
    """The first row that contains the version decides; what cannot be told matters only where it could change the answer."""
    possible: set[str] = set()
    doubts: list[str] = []
    covered = False
    for row in rows_of(affected):
        statuses, certain, doubt = of_row(row, version)
        possible |= statuses
        if statuses and (not certain or len(statuses) > 1):
            doubts.append(doubt)
        if statuses and certain:
            covered = True
            break
    if not covered:
        possible.add(default_of(affected, version))
    if len(possible) == 1:
        return possible.pop()
    return "not_evaluable" if "not_evaluable" in doubts else "unknown"


def default_of(affected: dict[str, Any], version: str) -> str:
    """The stated default; else the convention past the end of the highest affected range; else unknown."""
    if affected.get("defaultStatus") in SAID:
        return SAID[affected["defaultStatus"]]
    bad = [row for row in rows_of(affected) if status_of(row) == "affected"]
    ends = [end_of(row) for row in bad]
    if any(end not in (None, "*") for end, _ in ends) and all(is_past(row, version) for row in bad):
        return "not_affected"
    return "unknown"


def status_of(row: dict[str, Any]) -> str:
    return SAID.get(str(row.get("status")).strip().lower(), "unknown")


def of_row(row: dict[str, Any], version: str) -> tuple[set[str], bool, str]:
    """Statuses that are possible inside (none: outside for certain), whether inside is certain, and what a doubt makes of it."""
    try:
        inside = contains(row, version)
        certain, doubt = inside, "unknown"
    except Doubt as trouble:
        inside, certain, doubt = True, False, trouble.verdict
    if not inside:
        return set(), True, ""
    statuses = {status_of(row)}
    if end_of(row)[0] is None or words_of(row) is not None:
        return statuses, certain, doubt
    if not certain and are_broken(row):
        return statuses, certain, doubt
    place = disorder(row)
    if version and place is not None and (place == "" or signs(row, version, place) != {-1}):
        return {"affected", "not_affected", "unknown"}, certain, "not_evaluable"
    if any(one == other != status_of(row) for (_, one), (_, other) in pairwise(in_order(row))):
        raise NoOpinion("changes that say the same again")
    for at, status in in_order(row):
        try:
            if not version:
                raise Doubt("unknown")
            if compare(row, version, at) >= 0:
                statuses = {status}
        except Doubt as trouble:
            reached = getattr(trouble, "spread", {-1}) <= {0, 1}
            statuses = {status} if reached else statuses | {status}
            doubt = doubt if reached else trouble.verdict
    return statuses, certain, doubt


def are_broken(row: dict[str, Any]) -> bool:
    """The ends of the range are swapped, or it is empty."""
    start, _, end, end_in = bounds_of(row) or (None, True, None, True)
    return bool(start and end) and signs(row, start or "", end) in ([{1}] if end_in else [{1}, {0}])


def disorder(row: dict[str, Any]) -> str | None:
    """From where on the changes tell nothing (empty: nowhere do they); None where they do.

    They do not where one is before the row's start and says other than the row, where they are out of order, and where two
    at one place disagree.
    """
    listed = [(str(change.get("at", "")).strip(), status_of(change)) for change in row.get("changes") or []]
    steps = [step for step in listed if signs(row, step[0], step[0])]
    start = (bounds_of(row) or [None])[0]
    if start and any(status != status_of(row) and lowest(row, at, start) == -1 for at, status in steps):
        return ""
    ordered = in_order(row)[: len(steps)]
    if any(lowest(row, one, other) == 1 for (one, _), (other, _) in pairwise(steps)):
        return ordered[0][0]
    return next((at for (one, said), (at, says) in pairwise(ordered) if said != says and lowest(row, one, at) == 0), None)


def lowest(row: dict[str, Any], one: str, other: str) -> int | None:
    """How the lowest version that a text may stand for stands to the other; None where nobody can tell."""
    return min(signs(row, one, other), default=None)


def signs(row: dict[str, Any], one: str, other: str | None) -> set[int]:
    """Every way in which one may stand to the other; none where nobody can tell."""
    try:
        return {compare(row, one, other or "")}
    except Doubt as trouble:
        return getattr(trouble, "spread", set())


def in_order(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Changes sorted by where they take place; those at what is no version come last."""
    steps = [(str(change.get("at", "")).strip(), status_of(change)) for change in row.get("changes") or []]
    ordered: list[tuple[str, str]] = []
    lost: list[tuple[str, str]] = []
    for step in steps:
        try:
            places = [n for n, other in enumerate(ordered) if compare(row, other[0], step[0], coarse_is="below") <= 0]
            ordered.insert(places[-1] + 1 if places else 0, step)
        except Doubt:
            lost.append(step)
    return ordered + lost


def words_of(row: dict[str, Any]) -> tuple[str | None, bool, str | None, bool] | None:
    """A range written as text in `version`: (start, start included, end, end included)."""
    if row.get("lessThan") or row.get("lessThanOrEqual"):
        return None
    return read_words(str(row.get("version", "")))


def read_words(text: str) -> tuple[str | None, bool, str | None, bool] | None:
    flat = re.sub(r"\bver\.? ?(?=v?\d)", "", " ".join(text.lower().split()).removeprefix("firmware "))
    words = [w for w in re.sub(r"(<=|>=|==|<|>|=|,)", r" \1 ", flat).split() if w not in ("version", "versions")]
    if words == ["*"]:
        return None, True, None, False
    if words[:1] == ["all"] and re.match("all versions [<>=]", " ".join(text.lower().split())):
        words = words[1:]
    if words and words[0] in ("<", "<=", ">", ">=", "=", "=="):
        return read_signs(words)
    words = [w for w in words if w != ","]
    plain = [bool(re.fullmatch(r"v?\d+(\.\d+)*", w)) for w in words]
    if len(words) == 3 and plain[0] and words[1] in ("and", "or") and words[2] in OLDER:
        return None, True, words[0], True
    if words[:1] == ["all"] and len(words) > 1 and words[1] in ("prior", "before"):
        words, plain = words[1:], plain[1:]
    if len(words) == 3 and words[:2] == ["prior", "to"] and plain[2]:
        return None, True, words[2], False
    if len(words) == 2 and words[0] == "before" and plain[1]:
        return None, True, words[1], False
    if words[:1] == ["from"]:
        words, plain = words[1:], plain[1:]
    if len(words) == 3 and plain[0] and words[1] in ("to", "through") and plain[2]:
        return words[0], True, words[2], True
    return None


def read_signs(words: list[str]) -> tuple[str | None, bool, str | None, bool] | None:
    """`>= 9.0, < 9.2.10` as GitHub writes it: one lower and one upper bound at most."""
    groups = " ".join(words).split(" , ")
    start, start_in, end, end_in = None, True, None, False
    for group in groups:
        found = re.fullmatch(r"(<=|>=|==|<|>|=) (v?\d\S*?)(?:\.final|\.release|\.ga)?", group)
        if not found or not (is_plain(found[2]) or early(found[2])):
            return None
        if found[1] in ("=", "=="):
            return (found[2], True, found[2], True) if len(groups) == 1 else None
        if found[1][0] == ">":
            if start:
                return None
            start, start_in = found[2], found[1] == ">="
        else:
            if end:
                return None
            end, end_in = found[2], found[1] == "<="
    return start, start_in, end, end_in


def end_of(row: dict[str, Any]) -> tuple[str | None, bool]:
    """The end of a row's range and whether it is included; (None, ...) for a single version."""
    if str(row.get("lessThan") or "").strip():
        return str(row["lessThan"]).strip(), False
    if str(row.get("lessThanOrEqual") or "").strip():
        return str(row["lessThanOrEqual"]).strip(), True
    words = read_words(str(row.get("version", "")))
    return (words[2] or "*", words[3]) if words else (None, False)


def bounds_of(row: dict[str, Any]) -> tuple[str | None, bool, str | None, bool] | None:
    """(start, included, end, included) of a range, None for no bound; None for a single version."""
    end, end_in = end_of(row)
    if words := words_of(row):
        start, start_in, end, end_in = words
    elif end is None:
        return None
    else:
        start, start_in = str(row.get("version", "")).strip(), True
    first = start in (None, "*") or bool(re.fullmatch(r"[vV]?0+(\.0+)*", start or ""))
    return (
        None
        if start is None and end is None and not words
        else (None if first else start, start_in, None if end == "*" else end, end_in)
    )


def contains(row: dict[str, Any], version: str) -> bool:
    """Is the version one of the row's? Raises Doubt."""
    stated = str(row.get("version", "")).strip()
    explicit = bool(row.get("lessThan") or row.get("lessThanOrEqual"))
    if version and version == stated and not explicit:
        return True
    bounds = bounds_of(row)
    if bounds is None:
        return equals(row, version, stated)
    start, start_in, end, end_in = bounds
    check_ends(row, bounds, version)
    if not version and (start or end):
        raise Doubt("unknown")
    sides: list[bool | Doubt] = []
    for bound, wanted in ((end, (-1, 0) if end_in else (-1,)), (start, (0, 1) if start_in else (1,))):
        try:
            sides.append(bound is None or compare(row, version, bound) in wanted)
        except Doubt as trouble:
            spread = getattr(trouble, "spread", None)
            sides.append(trouble if not spread or (spread & set(wanted) and spread - set(wanted)) else bool(spread & set(wanted)))
    if False in sides:
        return False
    doubts = [side for side in sides if isinstance(side, Doubt)]
    itself = (version == stated and start_in) or (version == end and end_in)
    if not doubts or (
        itself and not (is_plain(version) and all(b is None or is_plain(b.removesuffix(".*")) for b in (stated, end)))
    ):
        return True
    raise doubts[0]


def check_ends(row: dict[str, Any], bounds: tuple[str | None, bool, str | None, bool], version: str) -> None:
    """Ends that are swapped are not evaluable; a range that is empty decides only what is past it."""
    start, _, end, end_in = bounds
    if start is None or end is None:
        return
    try:
        foretold = kind_of(row) == "custom" and (early(start) or early(end))
        side = 0 if start == end else beside_early(start, end, "") if foretold else compare(row, start, end)
    except Doubt:
        if kind_of(row) != "custom" or not numbered_apart(start, end) or numbers_of(start) < numbers_of(end):
            return
        side = 1
    if side > 0:
        raise Doubt("not_evaluable")
    if side == 0 and not end_in:
        try:
            if version and compare(row, version, start) >= 0:
                return
        except Doubt as trouble:
            if getattr(trouble, "spread", {-1}) <= {0, 1}:
                return
        raise Doubt("unknown")


def equals(row: dict[str, Any], version: str, stated: str) -> bool:
    """A single version: equal under its type. Text that may stand for several decides nothing."""
    if not re.search(r"\d", stated) or not version:
        raise Doubt("unknown")
    kind = kind_of(row)
    if kind == "custom" and not (is_plain(stated) and is_plain(version)):
        if other_tokens(stated, version):
            return False
        raise Doubt("unknown")
    return compare(row, version, stated) == 0


def other_tokens(one: str, other: str) -> bool:
    """Two single words with digits, neither a pattern, the beginning of the other, or the same numbers in another notation."""
    for text in (one, other):
        wild = re.search(r"(^|[.\-_])[xX]+($|[.\-_])|\d[xX]{2,}|\d-\d", text)
        if wild or not re.search("[0-9]", text) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+:()\\-]*", text):
            return False
    one, other = one.lower().lstrip("v"), other.lower().lstrip("v")
    if one.startswith(other) or other.startswith(one):
        return False
    numbers = [".".join(n.lstrip("0") or "0" for n in re.findall("[0-9]+", text)) for text in (one, other)]
    if re.sub(r"(^|\.)0(\.0)*$", "", numbers[0]) != re.sub(r"(^|\.)0(\.0)*$", "", numbers[1]):
        return True
    # The same numbers: another notation, unless single letters tell them apart.
    words = [re.findall("[a-z]+", text) for text in (one, other)]
    return words[0] != words[1] and list(map(len, words[0])) == list(map(len, words[1])) == [1] * len(words[0])


def is_past(row: dict[str, Any], version: str) -> bool:
    """At or past the end of the row, for certain."""
    bounds = bounds_of(row)
    stated = str(row.get("version", "")).strip()
    try:
        if not version or (bounds and contains(row, version)):
            return False
        if bounds is None:
            return (
                not (kind_of(row) == "custom" and not (is_plain(stated) and is_plain(version)))
                and compare(row, version, stated) > 0
            )
        if bounds[2] is None:
            return False
        side = compare(row, version, bounds[2])
        return side > 0 or (side == 0 and not bounds[3])
    except Doubt as trouble:
        spread: set[int] = getattr(trouble, "spread", set())
        return (
            bool(spread) and bounds is not None and not contains_or_doubt(row, version) and spread <= ({1} if bounds[3] else {0, 1})
        )


def contains_or_doubt(row: dict[str, Any], version: str) -> bool:
    try:
        return contains(row, version)
    except Doubt:
        return True
