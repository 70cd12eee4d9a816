"""JSON that is not one object a line: arrays, objects over many lines, wrapped arrays. Read piecewise, whatever its size."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from wardround.core.logs._json import WRAPPED, states_time

LONGEST_VALUE = 8_000_000
PIECE = 1 << 20
SHORT = 1 << 14
BETWEEN = re.compile(r"[\s,]*")
RECORD = re.compile(r"Record \d{1,20}[ \t\r]*(?:\n|\Z)")
WRAPPER = re.compile(WRAPPED.pattern.decode())
WRAPPER_END = re.compile(r'\s*(?:,\s*"[^"]{0,200}"\s*:\s*(?:"[^"]{0,4000}"|[-\w.]{1,40})\s*)*\}')
FIRST_KEY = re.compile(r'\{\s*"(?:[^"\\]|\\.){0,200}"')
ANY_START = re.compile(r"[\n,][ \t\r]{0,64}(?=\{)")
SCALAR = re.compile(r"[^,\]\[{}\n]*[,\n\[{}]?")


def starts_values(start: bytes) -> bool:
    """Do these first bytes begin an array of objects, a wrapped one, or an object over many lines?"""
    head = start[:4096].lstrip()
    line = head.partition(b"\n")[0].strip()
    if head[:1] == b"[":
        return head[1:].lstrip()[:1] in (b"{", b"]", b"")
    if line == b"{":
        return head[1:].lstrip()[:1] in (b'"', b"}")
    return bool(WRAPPED.match(head)) or bool(RECORD.match(head[:40].decode("latin-1")))


@dataclass
class Values:
    """Iterate over it for (number of the value from 1, the value or None when it cannot be read, its text or what was wrong).

    It ends before a line that is no JSON: `rest` and `line` then say what stands there.
    """

    chunks: Iterable[bytes]
    line: int = 1
    rest: str = ""
    _buffer: str = ""
    _at: int = 0
    _offset: int = 0
    _ended: bool = False
    _depth: int = 0
    _wrapped: bool = False
    _number: int = 0
    _finished: bool = False
    _lost: str = ""
    _keys: frozenset[str] = frozenset()
    _resume: re.Pattern[str] = field(default=ANY_START)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._source = iter(self.chunks)
        self._json = json.JSONDecoder(strict=False)

    def __iter__(self) -> Iterator[tuple[int, Any, str]]:
        """As the class says."""
        while not self._finished and self._next():
            start = self._buffer[self._at]
            if self._lost and start != "{":
                self._skip()
            elif start == "{":
                yield from self._object()
            elif start == "[":
                self._depth, self._at = self._depth + 1, self._at + 1
            elif start in "]}":
                self._close()
            elif self._depth:
                found = SCALAR.match(self._buffer, self._at)
                self._number += 1
                yield self._number, None, f"value {self._number} at character {self._offset + self._at}: not an object"
                self._at = max(found.end() if found else 0, self._at + 1)
            elif found := RECORD.match(self._buffer, self._at):
                self._at = found.end()
            else:
                break
        self._drop()
        self.rest, self._buffer = self._buffer, ""

    def remaining(self) -> Iterator[bytes]:
        """What was not read, from a line's start."""
        yield self.rest.encode("utf-8", "replace")
        for chunk in self._source:
            yield self._decoder.decode(chunk).encode("utf-8", "replace")

    def _drop(self) -> None:
        self.line += self._buffer.count("\n", 0, self._at)
        self._offset += self._at
        self._buffer, self._at = self._buffer[self._at :], 0

    def _more(self, least: int = 1) -> bool:
        """Read on, at least this many characters where there are so many."""
        if self._ended:
            return False
        self._drop()
        parts, got = [self._buffer], 0
        while got < max(least, 1):
            chunk = next(self._source, None)
            if chunk is None:
                self._ended = True
                parts.append(self._decoder.decode(b"", True))
                break
            text = self._decoder.decode(chunk)
            parts.append(text)
            got += len(text)
        self._buffer = "".join(parts)
        return got > 0 or len(parts[-1]) > 0

    def _next(self) -> bool:
        """Go to the next value or bracket; False at the end."""
        while True:
            found = BETWEEN.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                if len(self._buffer) - self._at < 64 and not self._ended:
                    self._more()
                return True
            if not self._more():
                return False

    def _close(self) -> None:
        self._at += 1
        self._depth = max(self._depth - 1, 0)
        if self._wrapped and not self._depth:
            self._wrapped = False
            if len(self._buffer) - self._at < 8192:
                self._more()
            if found := WRAPPER_END.match(self._buffer, self._at):
                self._at = found.end()

    def _object(self) -> Iterator[tuple[int, Any, str]]:
        if not self._depth:
            if len(self._buffer) - self._at < 16_384:
                self._more(16_384)
            if (found := WRAPPER.match(self._buffer, self._at)) and not self._is_record():
                self._at, self._depth, self._wrapped = found.end(), 1, True
                return
        self._number += 1
        while True:
            try:
                value, end = self._json.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                torn = error.pos >= len(self._buffer) - 16 or error.msg.startswith("Unterminated")
                have = len(self._buffer) - self._at
                if torn and have < LONGEST_VALUE and self._more(have):
                    continue
                what = "cut off" if torn and self._ended else error.msg
            except (RecursionError, ValueError) as error:
                what = type(error).__name__
            else:
                text = self._buffer[self._at : end]
                self._at = end
                if self._lost and self._is_inner(value):
                    self._number -= 1
                    return
                self._lost = ""
                if self._resume is ANY_START and (key := FIRST_KEY.match(text)):
                    self._resume = re.compile(r"[\n,][ \t\r]{0,64}(?=\{\s{0,64}" + re.escape(key[0][1:].lstrip()) + ")")
                    self._keys = frozenset(value)
                yield self._number, value, text
                return
            if self._lost:
                self._number -= 1
            else:
                yield self._number, None, f"value {self._number} at character {self._offset + self._at}: {what}"
            self._lost = self._lost or what
            self._skip()
            return

    def _is_record(self) -> bool:
        """Is the object that begins here, if it is all there, one that says more than the list in it?"""
        try:
            return states_time(self._json.raw_decode(self._buffer, self._at)[0])
        except (ValueError, RecursionError):
            return False

    def _is_inner(self, value: dict[str, Any]) -> bool:
        """Is this, found inside what was lost, a part of that rather than the next value? It then lacks most of the names."""
        return 2 * len(self._keys & value.keys()) < len(self._keys)

    def _skip(self) -> None:
        """After a value that cannot be read: to the next that begins as the others did, else to the next line, where JSON ends."""
        if len(self._buffer) - self._at < PIECE:
            self._more(PIECE)
        if self._at > SHORT:  # every error of the decoder counts the lines before it
            self._drop()
        to_end = self._lost == "cut off"
        if found := self._resume.search(self._buffer, self._at + 1):
            self._at = found.end()
            return
        end = -1 if to_end else self._buffer.find("\n", self._at + 1)
        self._at = len(self._buffer) if end < 0 else end + 1
        self._finished = not to_end
