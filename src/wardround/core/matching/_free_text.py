"""What a sentence about versions probably means: a draft for a person to check, never a verdict.

The grammar is wider than the fixed one (`_text`), and may be wrong: what it drafts goes into a proposal and decides nothing.

>>> drafted("before 7.0 SP1")
({'version': '0', 'lessThan': '7.0 SP1', 'status': 'affected'},)
>>> drafted("V4.4.5 and prior; 5.0 to 5.2")[1]
{'version': '5.0', 'lessThanOrEqual': '5.2', 'status': 'affected'}
>>> drafted("Fixed in 2.1.3 (Affected 2.0)")
({'version': '2.0', 'status': 'affected'}, {'version': '2.1.3', 'lessThan': '*', 'status': 'unaffected'})
>>> drafted("Snapdragon 855 Mobile Platform")
()
"""

import re
from collections.abc import Mapping

LONGEST = 600
_SUFFIX = r"(?: ?(?:sp|service pack|u|update|patch|p|build|hotfix|hf|cu|rev\.?|mr|r) ?\d+[a-z]?(?:\.\d+)*)"
_V = rf"v?(\d+(?:[._-]\w+|\w)*(?:\(\d+\)\w*)*{_SUFFIX}*)"
_NOUN = r"(?:(?:the |all |any )?(?:firmware|software|versions?|releases?|ver\.?|builds?|series|app)[ :]*)*"
_EARLIER = r"(?:earlier|prior|below|older|lower|previous|before|under|lesser)"
_TAIL = r"(?: (?:versions?|releases?|builds?|firmware))*"
Entry = Mapping[str, str]

_START, _TO = r"(?:from |>=? ?|between )?", r"(?:-|–|to|through|thru|until|up to|and up to|~|,? ?<=)(?: and including)?"
_BEFORE = r"(?:before|prior to|earlier than|older than|lower than|less than|below|prior|<)"
_LATER = r"(?:later|above|newer|higher|up)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.ASCII))
    for kind, pattern in (
        ("between", rf"{_START}{_NOUN}{_V},? (?:up to|to|until|and)? ?(?:but )?(?:not including|{_BEFORE}) ?{_NOUN}{_V}"),
        ("through", rf"{_START}{_NOUN}{_V} ?{_TO} ?{_NOUN}{_V}"),
        ("up_to", rf"{_NOUN}{_V},? ?(?:and|or|&|\(and) (?:all )?{_NOUN}{_EARLIER}\)?{_TAIL}"),
        ("up_to", rf"(?:up to(?:,? and including|, including)?|through|<=|until|till) ?{_NOUN}{_V}"),
        ("before", rf"{_NOUN}{_BEFORE} ?{_NOUN}{_V}"),
        ("fixed", rf"(?:is |was )?(?:fixed|patched|resolved|corrected)(?: in)?:? ?{_NOUN}{_V}(?: (?:and|or) {_LATER})?{_TAIL}"),
        ("from", rf"(?:from |since |starting (?:from|with) |>= ?){_NOUN}{_V}(?: (?:on|onwards?|and {_LATER}))?"),
        ("from", rf"{_NOUN}{_V},? (?:and|or) {_LATER}{_TAIL}"),
        ("one", rf"(?:= ?|affected:? )?{_NOUN}{_V}"),
        ("all", r"(?:all|any|every)(?: known| supported| current)?(?: versions?| releases?)?"),
    )
)
_BETWEEN_PARTS = re.compile(
    r";|\n|(?<![<>=\d]) / |, and (?=\D*\d)|,(?! ?<)| and (?=(?:versions? )?v?\d[\w.]*(?:$| to | through |,))"
)


def drafted(text: str, *, product: str = "") -> tuple[Entry, ...]:
    """Entries of `versions` that the text may stand for; empty when a part of it is not understood. `product` is passed over."""
    if len(text) > LONGEST:
        return ()
    flat = " ".join(text.replace("“", "").replace("”", "").split()).rstrip(".")
    if product:
        flat = re.sub(rf"(?i)(?<!\w){re.escape(product)}(?!\w)[ :]*", "", flat)
    flat = re.sub(r"\((?:affected|fixed|patched)([^)]*)\)", lambda note: f"; {note[0][1:-1]}", flat, flags=re.IGNORECASE)
    parts = [part.strip(" .:") for part in _BETWEEN_PARTS.split(flat) if part.strip(" .:")]
    entries = [_entry(part) for part in parts]
    read = [entry for entry in entries if entry]
    # What is affected comes first, so that the fix of one branch does not speak for another.
    return tuple(sorted(read, key=lambda entry: entry["status"] != "affected")) if len(read) == len(parts) else ()


def _entry(part: str) -> Entry | None:
    """One part, read by the first rule that takes all of it; the letters of the versions stay as they were written."""
    for kind, rule in _RULES:
        if found := rule.fullmatch(part.casefold()):
            first, *more = (part[found.start(n) : found.end(n)] for n in range(1, (rule.groups or 0) + 1)) if rule.groups else ("",)
            return _as_entry(kind, first, more[0] if more else "")
    return None


def _as_entry(kind: str, first: str, second: str) -> Entry:
    affected = {"status": "affected"}
    if kind == "between":
        return {"version": first, "lessThan": second, **affected}
    if kind == "through":
        return {"version": first, "lessThanOrEqual": second, **affected}
    if kind == "up_to":
        return {"version": "0", "lessThanOrEqual": first, **affected}
    if kind == "before":
        return {"version": "0", "lessThan": first, **affected}
    if kind == "fixed":
        return {"version": first, "lessThan": "*", "status": "unaffected"}
    if kind == "from":
        return {"version": first, "lessThan": "*", **affected}
    return {"version": first, **affected} if kind == "one" else {"version": "0", "lessThan": "*", **affected}
