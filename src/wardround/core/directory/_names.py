"""Names and addresses as people write them, without what only looks like them."""

import re
import unicodedata

from wardround.core.vocab import BadInput

LONGEST_NAME, LONGEST_ADDRESS, MOST_MARKS = 200, 254, 4
# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection), the wide forms too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# What shows nothing, whatever its category: Unicode's Default_Ignorable_Code_Point, and the empty braille cell.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


def plain_name(text: str, *, where: str) -> str:
    """A name with its blanks tidied, in Unicode's composed form.

    Raises BadInput where it is empty, too long, or holds what cannot be seen: control characters, and those that turn the
    direction of writing or take no room, by which one name passes for another. So, too, where it begins like a formula, for
    it stands in tables that people open in a spreadsheet, or where marks on no letter, or heaps of them, would cover its
    neighbours.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if not plain:
        raise BadInput("is empty", where=where, do="write it")
    if len(plain) > LONGEST_NAME:
        raise BadInput(f"is longer than {LONGEST_NAME} characters", where=where, do="shorten it")
    if hidden := next((c for c in plain if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") or _BLANK.match(c)), ""):
        raise BadInput(f"holds a character that cannot be seen (U+{ord(hidden):04X})", where=where, do="type it anew")
    if plain.startswith(_FORMULA):
        raise BadInput("begins like a formula", where=where, do="begin with a letter or a digit")
    if not plain.isascii() and _heaped(plain):
        raise BadInput("has marks without a letter, or too many on one", where=where, do="type it anew")
    return plain


def _heaped(text: str) -> bool:
    """Whether marks stand on no letter, or more of them on one than any living spelling asks for."""
    marks = "".join("m" if unicodedata.category(c).startswith("M") else "." if not c.isspace() else " " for c in f" {text}")
    return " m" in marks or "m" * (MOST_MARKS + 1) in marks


def plain_address(text: str, *, where: str) -> str:
    """An e-mail address in lower case. Raises BadInput where it is none, or has letters that only look like A to Z."""
    plain = text.strip().lower()
    if not plain.isascii():
        raise BadInput(
            "has letters other than a to z, 0 to 9", where=where, do="type it by hand; a domain of other letters in its xn-- form"
        )
    local = plain.partition("@")[0]
    wrong_dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(plain) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(plain) or wrong_dots:
        raise BadInput("is no e-mail address", where=where, do="write it as name@example.org")
    return plain
