"""XML from strangers: no document type of its own, no entities, nothing fetched, bounded in depth, size and text."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from xml.parsers import expat  # nosec B406  declarations are refused below, and expat fetches nothing

from wardround.core.vocab import BadInput

CHUNK = 1 << 20
DEEPEST = 100
MOST_ELEMENTS = 20_000_000
LONGEST_TEXT = 16_000_000
NONE: Mapping[str, str] = {}


class Event(NamedTuple):
    """The start of an element with its attributes (`text` None), or its end with the text directly inside it."""

    tag: str
    attributes: Mapping[str, str]
    text: str | None
    line: int


class CutOff(Exception):
    """The document broke off or is not well formed from here on: `what` and `line`. What came before is good."""

    def __init__(self, what: str, line: int) -> None:
        self.what, self.line = what, line
        super().__init__(what)


def events(data: bytes, *, name: str) -> Iterator[Event]:
    """Starts and ends of elements in order. Raises BadInput for a hostile document, CutOff where it stops being XML."""
    found: list[Event] = []

    def started(tag: str, attributes: dict[str, str], line: int) -> None:
        found.append(Event(tag, attributes, None, line))

    def ended(tag: str, text: str, line: int) -> None:
        found.append(Event(tag, NONE, text, line))

    steps = walked(data, name=name, started=started, ended=ended)
    try:
        for _ in steps:
            yield from found
            found.clear()
    except CutOff:
        yield from found
        raise


Started = Callable[[str, dict[str, str], int], None]
Ended = Callable[[str, str, int], None]


def walked(data: bytes, *, name: str, started: Started, ended: Ended) -> Iterator[None]:
    """As `events`, told while it is read: the start of an element and its end, each with its line. A step is a part of it."""
    parser = _Handler(name, started, ended).parser
    for at in range(0, len(data), CHUNK):
        try:
            parser.Parse(data[at : at + CHUNK], at + CHUNK >= len(data))
        except (LookupError, ValueError) as error:  # an encoding that expat does not know
            raise BadInput(f"its XML cannot be decoded: {error}", where=name, do="export it as UTF-8") from None
        except expat.ExpatError as error:
            raise CutOff(expat.errors.messages.get(error.code, "it is not well formed"), error.lineno) from None
        yield


class _Handler:
    def __init__(self, name: str, started: Started, ended: Ended) -> None:
        self.name, self._started, self._ended = name, started, ended
        self._texts: list[list[str]] = []
        self._count = self._length = 0
        self.parser: Any = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._declared
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _refuse(self, what: str) -> BadInput:
        where = f"{self.name} line {self.parser.CurrentLineNumber}"
        return BadInput(what, where=where, do="do not trust this file; export it again from the tool itself")

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: bool) -> None:
        if internal:  # `<!DOCTYPE nmaprun>` alone is harmless, and nmap writes it
            raise self._refuse("its XML declares a document type of its own")

    def _declared(self, *_: object) -> None:
        raise self._refuse("its XML declares entities")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._texts) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise self._refuse(f"its XML is nested deeper than {DEEPEST}, or has more than {MOST_ELEMENTS:,} elements")
        self._texts.append([])
        self._length = 0
        self._started(tag, attributes, self.parser.CurrentLineNumber)

    def _end(self, tag: str) -> None:
        texts = self._texts.pop()
        self._ended(tag, texts[0] if len(texts) == 1 else "".join(texts), self.parser.CurrentLineNumber)

    def _data(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise self._refuse(f"one element holds more than {LONGEST_TEXT:,} characters")
        self._texts[-1].append(text)
