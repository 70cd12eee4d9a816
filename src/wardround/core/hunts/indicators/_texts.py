"""What of the kinds that indicators have stands in a text: hashes, addresses, names and URLs, each with its boundaries."""

import re
from collections.abc import Iterator

from wardround.core.hunts.indicators._model import Type
from wardround.core.hunts.indicators._normal import HASHES, Url, address, folded, host_name, url

HASH = re.compile(
    r"(?:\b([A-Za-z][A-Za-z0-9-]{2,9})[=:]\s?)?(?<![0-9A-Za-z])([0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Za-z])",
    re.ASCII,
)
LABELS = {
    "MD5": Type.MD5,
    "SHA1": Type.SHA1,
    "SHA-1": Type.SHA1,
    "SHA256": Type.SHA256,
    "SHA-256": Type.SHA256,
    "IMPHASH": Type.IMPHASH,
}
# `Chrome/120.0.0.0` is a version: what follows a letter and a slash is no address.
FOUR = re.compile(r"(?<![\w.])(?<![A-Za-z0-9]/)\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", re.ASCII)
SIX = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])", re.ASCII)
NAME = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)+")
LONGEST_NAME = 253
IN_FULL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>|^`{}\\]+", re.ASCII)
WITHOUT_SCHEME = re.compile(r"(?<![\w./@:-])(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?/[^\s\"'<>|^`{}\\]*", re.ASCII)
TRAILING = ".,;:!?)]"


def hashes(text: str) -> Iterator[tuple[Type, str, bool]]:
    """Hashes by their length, or by the name that stands before them (`MD5=...,IMPHASH=...`): the last says whether one does."""
    if len(text) < 32:
        return
    for found in HASH.finditer(text):
        by_length = HASHES[len(found[2])]
        stated = LABELS.get((found[1] or "").upper())
        if stated in (None, by_length) or (stated is Type.IMPHASH and by_length is Type.MD5):
            yield stated or by_length, found[2].lower(), stated is not None


def addresses(text: str) -> Iterator[str]:
    """Addresses in their shortest form; mapped ones as version 4."""
    if text.count(".") >= 3:
        for found in FOUR.finditer(text):
            if read := address(found[0]):
                yield read
    if text.count(":") >= 2:
        for found in SIX.finditer(text):
            token = found[0]
            if ("::" in token or token.count(":") >= 6) and (read := address(token)):
                yield read


def names(text: str) -> Iterator[str]:
    """Everything with a point in it that could be a name, in lower case and ASCII."""
    if "." in text:
        for found in NAME.finditer(text):
            token = found[0]
            if len(token) <= LONGEST_NAME:
                name = token.lower() if token.isascii() else host_name(token)
                if name:
                    yield name


def urls(text: str) -> Iterator[Url]:
    """URLs, whole: the text itself, and those that stand in it, also without a sentence's signs behind them."""
    if "/" not in text:
        return
    tokens = [text] if "://" in text[:24] and len(text) <= 8_192 else []
    if "://" in text:
        tokens += IN_FULL.findall(text)
    if "." in text:
        tokens += WITHOUT_SCHEME.findall(text)
    for token in dict.fromkeys(tokens):
        for form in dict.fromkeys((token, token.rstrip(TRAILING))):
            if read := url(form):
                yield read


class Paths:
    """Paths and files' names in texts. Those with a leading slash regard case, all others do not."""

    def __init__(self, values: Iterator[str]) -> None:
        self._by_key: dict[str, list[str]] = {}
        for value in values:
            self._by_key.setdefault(folded(value.removeprefix("*")), []).append(value)
        self._keys = list(self._by_key)
        self._automaton: object | None = None

    def __bool__(self) -> bool:
        return bool(self._keys)

    def find(self, text: str) -> Iterator[tuple[str, bool]]:
        """Which of them stand in a text, and whether they are all of it."""
        plain = folded(text.replace("\\", "/"))
        for key, start, end in self._places(plain):
            for value in self._by_key[key]:
                if value.startswith("/") and text[start:end] != value:
                    continue
                if not value.endswith("/") and not _ends(plain, end):
                    continue
                if value.startswith("*") or _begins(plain, start):
                    yield value, start == 0 and end == len(text)

    def _places(self, plain: str) -> Iterator[tuple[str, int, int]]:
        import ahocorasick_rs as aho

        if self._automaton is None:
            self._automaton = aho.AhoCorasick(self._keys, store_patterns=False)
        for index, start, end in self._automaton.find_matches_as_indexes(plain, overlapping=True):  # type: ignore[attr-defined]
            yield self._keys[index], start, end


def _begins(text: str, at: int) -> bool:
    """Nothing before it that would make it the end of a longer name; a file's name may follow a folder."""
    if at == 0:
        return True
    before = text[at - 1]
    if text[at] == "/":
        return not (before.isalnum() or before in "_./-~%")
    return not (before.isalnum() or before in "_.-") and not (before == "/" and text[at + 1 : at + 3] in (":/",))


def _ends(text: str, at: int) -> bool:
    """Nothing behind it that would make it the start of a longer name."""
    behind = text[at : at + 2]
    if not behind:
        return True
    if behind[0] == ".":
        return not behind[1:].isalnum()
    return not (behind[0].isalnum() or behind[0] in "_-/")
