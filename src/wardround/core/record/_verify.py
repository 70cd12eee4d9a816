"""Is an export what was recorded: everything that is not is named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wardround.core.record._chain import FORMAT, beginning, chained
from wardround.core.record._checkpoint import Checkpoint, checkpoint_from, fingerprint, read_key
from wardround.core.vocab import BadInput
from wardround.core.vocab._canonical import canonical

MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which entry (or which line, where it is none), and where it stands in the file."""

    where: str
    entry: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file holds and what is wrong with it.

    `signed` is the last entry that a good signature covers, at `signed_at`. `keys` are the fingerprints that signed: where the
    asker gave none, the file's own word, which proves no more than that nobody changed it without that key.
    """

    organisation: str
    entries: int
    signed: int
    signed_at: datetime | None
    keys: tuple[str, ...]
    faults: tuple[Fault, ...]


def verify(
    lines: Iterable[bytes], *, name: str, keys: Sequence[Ed25519PublicKey] = (), known: Sequence[Checkpoint] = ()
) -> tuple[Verified, ...]:
    """Check every entry, its place in the chain, and every signature, of each record in the file.

    `keys` are those to trust, from anywhere but this file. `known` are checkpoints seen earlier: the records must still lead
    through each of them, so that an end that was cut off, or a record that was written anew, is found as well. Raises BadInput
    where the file is no such export at all.
    """
    records: list[_Checking] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        document = _read(line)
        if document and document.get("format") == FORMAT and isinstance(document.get("organisation"), str):
            records.append(_Checking(name, document["organisation"], number))
            records[-1].begin(line, document, keys)
        elif records:
            records[-1].take(number, line, document)
        else:
            what = f"is no exported record (its first line is not a {FORMAT!r})"
            raise BadInput(what, where=name, do="wardround audit export")
    if not records:
        raise BadInput("is empty", where=name, do="export the record again: wardround audit export")
    there = {one.organisation for one in records}
    ended = [one.end([c for c in known if c.organisation == one.organisation]) for one in records]
    return (*ended, *(_absent(code, name) for code in sorted({c.organisation for c in known} - there)))


def _absent(organisation: str, name: str) -> Verified:
    fault = Fault(name, None, f"holds no record of {organisation:.40}, of which a checkpoint is known")
    return Verified(organisation, 0, 0, None, (), (fault,))


def checkpoints_in(lines: Iterable[bytes]) -> list[Checkpoint]:
    """The checkpoints of an earlier export, whatever else it holds."""
    found = []
    for line in lines:
        document = _read(line)
        if document and (checkpoint := checkpoint_from(document.get("checkpoint"), document.get("signature"))):
            found.append(checkpoint)
    return found


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


@dataclass
class _Checking:
    name: str
    organisation: str
    header: int
    keys: dict[str, Ed25519PublicKey] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    last: int = 0
    waiting: dict[int, tuple[str, Mapping[str, Any], str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    good: list[Checkpoint] = field(default_factory=list)
    bad: list[Checkpoint] = field(default_factory=list)

    def fault(self, where: str, entry: int | None, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(where, entry, what))

    def begin(self, line: bytes, document: Mapping[str, Any], keys: Sequence[Ed25519PublicKey]) -> None:
        self.digests[0] = beginning(self.organisation)
        where = f"line {self.header}"
        trusted = keys or [read_key(str(text), where=f"{self.name} {where}") for text in _values(document.get("keys"))]
        self.keys = {fingerprint(key): key for key in trusted}
        if not _is_as_written(line, document):
            self.fault(where, None, "is not written as an export writes it")

    def take(self, number: int, line: bytes, document: dict[str, Any] | None) -> None:
        where = f"line {number}"
        if document is None:
            return self.fault(where, None, "cannot be read: it was changed or cut off")
        if not _is_as_written(line, document):
            self.fault(where, None, "is not written as an export writes it: what a person reads in it may not be what was checked")
        if document.keys() == {"checkpoint", "signature"}:
            return self._checkpoint(where, document)
        entry = document.get("entry")
        if document.keys() != {"entry", "digest"} or not isinstance(entry, dict) or type(entry.get("sequence")) is not int:
            return self.fault(where, None, "is neither an entry nor a checkpoint")
        return self._entry(where, entry, str(document["digest"]))

    def _entry(self, where: str, entry: Mapping[str, Any], digest: str) -> None:
        number = int(entry["sequence"])
        if entry.get("organisation") != self.organisation:
            self.fault(where, number, f"belongs to {entry.get('organisation')!r:.40}, not to {self.organisation}")
        if number < 1:
            return self.fault(where, number, "has no number that an entry can have")
        if number in self.digests:
            return self.fault(where, number, "stands here once more")
        if number < self.last:
            self.fault(where, number, f"stands after entry {self.last}: the order was changed")
        self.digests[number] = digest if _is_digest(digest) else "0" * 64
        if number - 1 in self.digests:
            self._follows(where, entry, digest)
        else:
            self.waiting[number - 1] = (where, entry, digest)
        if moved := self.waiting.pop(number, None):
            self._follows(*moved)
        self.last = max(self.last, number)
        return None

    def _follows(self, where: str, entry: Mapping[str, Any], digest: str) -> None:
        number = int(entry["sequence"])
        if _chained(self.digests[number - 1], entry) != digest:
            self.fault(where, number, f"is not what the chain holds after entry {number - 1}: it was changed, or the one before it")

    def _checkpoint(self, where: str, document: Mapping[str, Any]) -> None:
        checkpoint = checkpoint_from(document["checkpoint"], document["signature"])
        if checkpoint is None or checkpoint.organisation != self.organisation:
            return self.fault(where, None, "is no checkpoint of this record")
        key = self.keys.get(checkpoint.key)
        if key is None:
            self.fault(where, checkpoint.sequence, f"is signed with the key {checkpoint.key:.32}, which is not one that is trusted")
        elif not checkpoint.is_signed_by(key):
            self.fault(where, checkpoint.sequence, "its checkpoint does not carry the signature of its key")
        else:
            (self.good if self._agrees(checkpoint) else self.bad).append(checkpoint)
        return None

    def _agrees(self, checkpoint: Checkpoint) -> bool:
        return self.digests.get(checkpoint.sequence) == checkpoint.digest

    def end(self, known: Sequence[Checkpoint]) -> Verified:
        """What only the whole file shows: what is missing, what the signatures say, and what nothing signs."""
        for first, last in _gaps(sorted(self.digests)):
            which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
            self.fault(self.name, first, f"{which} missing")
        for checkpoint in [*self.bad, *(one for one in known if not self._agrees(one))]:
            self._disagrees(checkpoint)
        signed = max(self.good, key=lambda one: one.sequence, default=None)
        covered = signed.sequence if signed else 0
        if covered < self.last:
            which = f"entry {self.last}" if covered + 1 == self.last else f"entries {covered + 1} to {self.last}"
            self.fault(self.name, covered + 1, f"no good signature covers {which}: the end may have been changed, cut off or added")
        elif not self.good:
            self.fault(self.name, None, "no signature is in it")
        return Verified(
            self.organisation,
            len(self.digests) - 1,
            covered,
            signed.at if signed else None,
            tuple(sorted({one.key for one in self.good})),
            tuple(self.faults),
        )

    def _disagrees(self, checkpoint: Checkpoint) -> None:
        when = f"{checkpoint.at:%d %b %Y %H:%M} UTC"
        if checkpoint.sequence > self.last:
            what = f"the record went on to entry {checkpoint.sequence} on {when}: those after {self.last} are missing"
            return self.fault(self.name, self.last + 1, what)
        if checkpoint.sequence not in self.digests:
            return None  # named as missing already
        since = max((one.sequence for one in self.good if one.sequence < checkpoint.sequence), default=0)
        what = (
            f"entries {since + 1} to {checkpoint.sequence} are not those that were signed on {when}: at least one was written anew"
        )
        return self.fault(self.name, since + 1, what)


def _chained(previous: str, entry: Mapping[str, Any]) -> str:
    try:
        return chained(previous, entry)
    except BadInput:  # no record ever held this
        return ""


def _values(stated: Any) -> list[Any]:
    return list(stated.values()) if isinstance(stated, Mapping) else []


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)


def _is_as_written(line: bytes, document: Mapping[str, Any]) -> bool:
    """Whether the line is the one way to write this down: otherwise a name may stand in it twice."""
    try:
        return canonical(document) == line.rstrip(b"\r\n")
    except BadInput:
        return False


def _gaps(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    """The first and last of what is missing between them."""
    return ((one + 1, other - 1) for one, other in pairwise(numbers) if other > one + 1)
