"""Modifiers of text as the specification has them (2.1, modifiers appendix), in pySigma's form; imported when rules are read."""

import re
from base64 import b64encode
from typing import Any

from sigma.exceptions import SigmaValueError
from sigma.modifiers import SigmaValueModifier
from sigma.types import Placeholder, SigmaExpansion, SigmaRegularExpression, SigmaString

DASHES = "-/\u2013\u2014\u2015"  # hyphen, slash, en dash, em dash, horizontal bar
FLAG = re.compile(rf"(?<!\w)[{DASHES}]")
MOST_DASHES = 3  # 5 forms for each of more dashes would be too many texts
MOST_TEXTS = 20_000  # and so would those of a long list
ANY_DASH = "_windash"  # the placeholder that stands for any of the five
MARK = "\u00ff\u00fe"  # the byte order mark of UTF-16LE, a character for each byte


class Octets(SigmaString):
    """Text whose characters are bytes (0 to 255)."""


def text_of(parts: list[Any], kind: type[SigmaString] = SigmaString) -> SigmaString:
    """Parts as one text of pySigma's, neighbours joined."""
    made = kind()
    made.s = []
    for part in parts:
        if isinstance(part, str) and made.s and isinstance(made.s[-1], str):
            made.s[-1] += part
        elif part != "":
            made.s.append(part)
    return made


def octets(value: SigmaString) -> bytes:
    """The bytes that a value stands for."""
    if any(not isinstance(part, str) for part in value.s):
        raise SigmaValueError("text with wildcards or placeholders cannot be written in Base64")
    return "".join(map(str, value.s)).encode("latin-1" if isinstance(value, Octets) else "utf-8")


def wide(value: SigmaString, encoding: str) -> list[Any]:
    """The parts in UTF-16, a character for each byte; wildcards stay."""
    return [p.encode(encoding, "surrogatepass").decode("latin-1") if isinstance(p, str) else p for p in value.s]


class OurUTF16LE(SigmaValueModifier[SigmaString, SigmaString]):
    """`utf16le` and `wide`: of every character, where pySigma knows only ASCII's."""

    def modify(self, val: SigmaString) -> SigmaString:
        """As in pySigma."""
        return text_of(wide(val, "utf-16-le"), Octets)


class OurUTF16BE(SigmaValueModifier[SigmaString, SigmaString]):
    """`utf16be`."""

    def modify(self, val: SigmaString) -> SigmaString:
        """As in pySigma."""
        return text_of(wide(val, "utf-16-be"), Octets)


class OurUTF16(SigmaValueModifier[SigmaString, SigmaString]):
    """`utf16`: little-endian after its byte order mark."""

    def modify(self, val: SigmaString) -> SigmaString:
        """As in pySigma."""
        return text_of([MARK, *wide(val, "utf-16-le")], Octets)


class OurBase64(SigmaValueModifier[SigmaString, SigmaString]):
    """`base64`."""

    def modify(self, val: SigmaString) -> SigmaString:
        """As in pySigma."""
        return text_of([b64encode(octets(val)).decode()])


class OurBase64Offset(SigmaValueModifier[SigmaString, SigmaExpansion]):
    """`base64offset`: what stays the same of the Base64 wherever the value stands, after 0, 1 or 2 bytes more."""

    def modify(self, val: SigmaString) -> SigmaExpansion:
        """As in pySigma."""
        data = octets(val)
        made: list[Any] = []
        for before in range(3):
            whole = b64encode(b" " * before + data).decode()
            tail = (0, 3, 2)[(len(data) + before) % 3]
            made.append(text_of([whole[(0, 2, 3)[before] : len(whole) - tail]]))
        return SigmaExpansion(made)


class OurWindash(SigmaValueModifier[SigmaString, SigmaString]):
    """`windash`: a flag's dash in each of its five forms, whichever the rule wrote. A dash inside a word is no flag's."""

    def modify(self, val: SigmaString) -> Any:
        """As in pySigma, which replaces two of the five and refuses more than three dashes."""
        split = [p for part in val.s for p in (_at_dashes(part) if isinstance(part, str) else [part])]
        dashes = sum(part is None for part in split)
        if dashes > MOST_DASHES or len(self.detection_item.value) * 5**dashes > MOST_TEXTS:
            return text_of([Placeholder(ANY_DASH) if part is None else part for part in split])
        made: list[list[Any]] = [[]]
        for part in split:
            made = [[*start, choice] for start in made for choice in (DASHES if part is None else [part])]
        return SigmaExpansion([text_of(parts) for parts in made])


class OurExpand(SigmaValueModifier[SigmaString | SigmaRegularExpression, SigmaString | SigmaRegularExpression]):
    r"""`expand`: placeholders between per cent signs, of which `\%` is a plain one."""

    def modify(self, val: SigmaString | SigmaRegularExpression) -> SigmaString | SigmaRegularExpression:
        """As in pySigma."""
        if isinstance(val, SigmaRegularExpression):
            return val.insert_placeholders()
        parts: list[Any] = []
        for part in val.s:
            parts += _with_placeholders(part) if isinstance(part, str) else [part]
        return text_of(parts)


MODIFIERS: dict[str, type[SigmaValueModifier[Any, Any]]] = {
    "our_windash": OurWindash,
    "our_utf16le": OurUTF16LE,
    "our_utf16be": OurUTF16BE,
    "our_utf16": OurUTF16,
    "our_base64": OurBase64,
    "our_base64offset": OurBase64Offset,
    "our_expand": OurExpand,
}


def _at_dashes(text: str) -> list[Any]:
    """The text between the dashes of flags, None for each dash. A dash inside a word (`param-name`) is none."""
    out: list[Any] = []
    at = 0
    for found in FLAG.finditer(text):
        out += [text[at : found.start()], None]
        at = found.end()
    return [*out, text[at:]]


ESCAPED = re.compile(r"(\\%)|%([^%\\]+)%")
PLAIN = re.compile(r"(\\%(?!))|%([^%\\]+)%")


def _with_placeholders(text: str) -> list[Any]:
    r"""`\%` is a plain per cent sign (specification, Placeholders).

    Where that reading would leave a sign without its pair and the other one does not, the backslash is a folder's:
    `C:\%user%\x` means a placeholder in a path.
    """
    parts, _ = min((_read(text, ESCAPED), _read(text, PLAIN)), key=lambda reading: reading[1])
    return [Placeholder(part[1]) if isinstance(part, tuple) else part for part in parts]


def _read(text: str, pattern: re.Pattern[str]) -> tuple[list[Any], int]:
    """The parts (a placeholder as a pair), and how many signs stand alone."""
    parts: list[Any] = []
    at = alone = 0
    for found in pattern.finditer(text):
        alone += text.count("%", at, found.start())
        parts += [text[at : found.start()], "%" if found[1] else ("placeholder", found[2])]
        at = found.end()
    return [*parts, text[at:]], alone + text.count("%", at)
