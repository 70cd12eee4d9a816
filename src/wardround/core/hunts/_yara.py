"""YARA rules over files, and over the members of archives."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple

from wardround.core.logs import Source, unpacked
from wardround.core.logs._unpack import BROKEN, packing
from wardround.core.vocab import BadInput, Detection, Rejected

LARGEST = 1 << 28
SECONDS = 20
MOST_PLACES = 10
SHOWN = 32


@dataclass
class RuleFile:
    """One file of rules, compiled: their names, and whether it was stopped for being too slow."""

    name: str
    compiled: Any
    rules: tuple[str, ...]
    stopped: bool = False


@dataclass(frozen=True)
class YaraRules:
    """Rules that compile, by file. `problems` name each rule that does not, with file and line."""

    files: tuple[RuleFile, ...]
    problems: tuple[Rejected, ...]
    sha256: str

    @property
    def loaded(self) -> int:
        """How many rules can be run."""
        return sum(len(file.rules) for file in self.files)

    @property
    def given(self) -> int:
        """How many there are, as far as those that do not compile can be counted."""
        return self.loaded + len(self.problems)


class YaraMatch(NamedTuple):
    """A rule that matches a file. `places` are the first offsets (from 0), each with its pattern's name and the bytes there."""

    detection: Detection
    rule_file: str
    places: tuple[tuple[int, str, bytes], ...]


@dataclass
class YaraResult:
    """What was scanned, what matched, what could not be scanned, and the rules that were stopped."""

    scanned: int = 0
    matches: list[YaraMatch] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    stopped: list[Rejected] = field(default_factory=list)

    @property
    def detections(self) -> tuple[Detection, ...]:
        """The matches; their rules are called `yara:<file>:<rule>`. A file has no time and no line."""
        return tuple(match.detection for match in self.matches)


def read_yara(files: Iterable[tuple[str, bytes]]) -> YaraRules:
    """Compile rules, each file by itself. One that does not compile is named with its line; the others of its file go on.

    `include` is not followed: a rule file opens no other file.
    """
    good: list[RuleFile] = []
    problems: list[Rejected] = []
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{len(data)}:".encode() + data)
        compiled, wrong = _compiled(name, data)
        problems += wrong
        if compiled is not None:
            good.append(compiled)
    return YaraRules(tuple(good), tuple(problems), digest.hexdigest())


def _compiled(name: str, data: bytes) -> tuple[RuleFile | None, list[Rejected]]:
    import yara_x

    compiler = yara_x.Compiler(relaxed_re_syntax=True)
    compiler.enable_includes(False)
    compiler.ignore_invalid_rules(True)
    try:
        compiler.add_source(data.decode("utf-8"), origin=name)
    except UnicodeDecodeError as error:
        return None, [Rejected(f"{name}:{_line(data, error.start)}", "not UTF-8")]
    except yara_x.CompileError as error:
        wrong = _problems(name, compiler.errors())
        return None, wrong or [Rejected(name, str(error).splitlines()[0][:300])]
    wrong = _problems(name, compiler.errors())  # building forgets them
    rules = compiler.build()
    names = tuple(rule.identifier for rule in rules)
    return (RuleFile(name, rules, names) if names else None), wrong


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _problems(name: str, errors: Any) -> list[Rejected]:
    return [Rejected(f"{name}:{error.get('line', 0)}", str(error.get("title", "does not compile"))[:300]) for error in errors]


def scan(sources: Iterable[Source], *, rules: YaraRules, seconds: int = SECONDS) -> YaraResult:
    """Scan files and the members of archives (three deep, 256 MB of each). Rules that take longer than `seconds` are stopped."""
    result = YaraResult()
    for source in sources:
        for name, data in _contents(source, result.rejected):
            result.scanned += 1
            for file in rules.files:
                if not file.stopped:
                    _scan(name, data, file, seconds, result)
    return result


def _contents(source: Source, rejected: list[Rejected]) -> Iterator[tuple[str, bytes]]:
    """A file, and when it is packed what is in it."""
    data = _read(source.name, source.stream, rejected)
    yield source.name, data
    if packing(data[:600]):
        for member in unpacked(Source(source.name, io.BytesIO(data)), rejected=rejected):
            inner = _read(member.name, member.stream, rejected)
            name = member.name if member.name != source.name else f"{source.name}!unpacked"
            yield name, inner


def _read(name: str, stream: Any, rejected: list[Rejected]) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while size <= LARGEST and (part := stream.read(min(1 << 20, LARGEST + 1 - size))):
            parts.append(part)
            size += len(part)
    except BadInput as error:
        rejected.append(Rejected(error.where or name, error.what))
    except BROKEN as error:
        rejected.append(Rejected(name, f"not scanned to its end: {error}"))
    if size > LARGEST:
        rejected.append(Rejected(name, f"only its first {LARGEST >> 20} MB were scanned"))
    return b"".join(parts)[:LARGEST]


def _scan(name: str, data: bytes, file: RuleFile, seconds: int, result: YaraResult) -> None:
    import yara_x

    scanner = yara_x.Scanner(file.compiled)
    scanner.set_timeout(seconds)
    scanner.max_matches_per_pattern(1000)
    try:
        matching = scanner.scan(data).matching_rules
    except yara_x.TimeoutError:
        file.stopped = True
        named = ", ".join(file.rules[:5]) + (f" and {len(file.rules) - 5} more" if len(file.rules) > 5 else "")
        result.stopped.append(Rejected(file.name, f"{named}: took over {seconds} s on {name}; stopped there and not run after it"))
        return
    except yara_x.ScanError as error:
        result.rejected.append(Rejected(name, f"not scanned with {file.name}: {error}"))
        return
    for rule in matching:
        result.matches.append(_match(name, data, file.name, rule))


def _match(name: str, data: bytes, rule_file: str, rule: Any) -> YaraMatch:
    found = sorted((m.offset, p.identifier, m.length) for p in rule.patterns for m in p.matches)[:MOST_PLACES]
    places = tuple((offset, pattern, data[offset : offset + min(length, SHOWN)]) for offset, pattern, length in found)
    about = dict(rule.metadata)
    title = str(about.get("description") or f"YARA rule {rule.identifier}")[:200]
    told = "; ".join(f"{pattern} at {offset:#x}: {seen!r}" for offset, pattern, seen in places)
    rule_id = f"yara:{PurePath(rule_file).name}:{rule.identifier}"
    detection = Detection(rule_id, name, 0, None, title, "", told[:500])
    return YaraMatch(detection, rule_file, places)
