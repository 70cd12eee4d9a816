"""From one file, however packed, to the plain streams in it. Nothing is ever written to disk under a name from an archive."""

import bz2
import errno
import gzip
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import zstandard

from wardround.connectors.feeds._place import readable, test_folder
from wardround.core.vocab import BadInput

Stream: TypeAlias = "io.BufferedReader[Any]"
MB = 1 << 20
FREE = 64 * MB  # below this, no ratio is suspicious
RATIO = 400  # advisories pack some 10 to 40 times; a bomb starts at 1,000
MOST = 32 << 30  # one file never unpacks to more
LAYERS = 5
HEADER = MB  # a tar header (long name, pax) is never larger
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile, tarfile.TarError)


class TooMuch(BadInput):
    """A file that unpacks to more than any advisory would: a bomb, or not meant for us."""


@dataclass
class Budget:
    """What one file may unpack to: counts all bytes that come out of it, in every layer."""

    size: int
    out: int = 0

    def spend(self, count: int, *, place: str) -> None:
        """Raises TooMuch when the file unpacks too far."""
        self.out += count
        if self.out > MOST or self.out > max(FREE, RATIO * self.size):
            raise TooMuch(
                f"unpacks to more than {self.out // MB} MB from {self.size} bytes", where=place, do="check where it came from"
            )


class Counted(io.RawIOBase):
    """A stream that fills what it is asked for, counts what it gives, and turns every way to be broken into BadInput."""

    def __init__(self, inner: Any, budget: Budget, place: str) -> None:
        self.read_some = getattr(inner, "read1", inner.read)
        self.budget, self.place, self.broken = budget, place, ""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` unless the stream ends; what came before a break is given first. Raises BadInput or TooMuch."""
        view, filled = memoryview(buffer), 0
        while filled < len(view) and not self.broken:
            try:
                piece = self.read_some(min(len(view) - filled, MB))
            except TooMuch:
                raise
            except (*BROKEN, BadInput, ValueError, RuntimeError, NotImplementedError, MemoryError) as error:
                self.broken = error.what if isinstance(error, BadInput) else f"broken inside: {error or type(error).__name__}"
                break
            if not piece:
                break
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        if self.broken and not filled:
            raise BadInput(self.broken, where=self.place, do="get the file again")
        self.budget.spend(filled, place=self.place)
        return filled


@dataclass(frozen=True, slots=True)
class Plain:
    """A stream that is packed no further. `place` names file and members."""

    place: str
    stream: Stream


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was not read, and why."""

    place: str
    why: str


class _Header(tarfile.TarInfo):
    """A member whose header may not eat the memory, and whose damage is said: `tarfile` would take it for the archive's end."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Any:
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError, tarfile.EmptyHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError("it stops before its end mark, or is damaged there") from error

    def _proc_member(self, tar: tarfile.TarFile) -> Any:
        if self.type in (*tarfile.GNU_TYPES[:2], tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE) and self.size > HEADER:
            raise tarfile.ReadError("a header of absurd size")
        return super()._proc_member(tar)  # type: ignore[misc]


PACKERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x28\xb5\x2f\xfd": lambda s: zstandard.ZstdDecompressor(max_window_size=128 * MB).stream_reader(s, read_across_frames=True),
    b"\x1f\x8b": lambda s: gzip.GzipFile(fileobj=s, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}


def plain_streams(inner: IO[bytes], *, place: str, budget: Budget, layers: int = LAYERS) -> Iterator[Plain | Left]:
    """The plain streams in a file: unpacks .zst, .gz, .bz2, .xz, .zip and .tar, inside each other, told by content.

    Each stream must be read before the next is asked for. Raises BadInput when an archive is broken, TooMuch for a bomb.
    """
    stream = io.BufferedReader(Counted(inner, budget, place), 256 * 1024)
    head = stream.peek(512)[:512]
    unpack = next((make for magic, make in PACKERS.items() if head.startswith(magic)), None)
    members = _zip if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") else _tar if head[257:262] == b"ustar" else None
    if unpack is None and members is None:
        yield Plain(place, stream)
    elif layers == 0:
        yield Left(place, f"packed in more than {LAYERS} layers")
    elif unpack is not None:
        yield from plain_streams(unpack(stream), place=place, budget=budget, layers=layers - 1)
    elif members is not None:
        whole = inner if members is _zip and isinstance(inner, io.FileIO) else stream
        for name, member in _guarded(members(whole), place):
            inside = f"{place}!{readable(name)}"
            if folder := test_folder(name):
                yield Left(f"{place}!{readable(folder)}/{readable(name.rsplit('/', 1)[-1])}", "in a folder of tests")
            elif isinstance(member, str):
                yield Left(inside, member)
            else:
                yield from _member(plain_streams(member, place=inside, budget=budget, layers=layers - 1), inside)


def _member(streams: Iterator[Plain | Left], place: str) -> Iterator[Plain | Left]:
    """One member's streams; when it is broken, the members after it may still be sound."""
    try:
        yield from streams
    except TooMuch:
        raise
    except BadInput as error:
        yield Left(place, f"cannot be read: {error.what}")


def _guarded(members: Iterator[tuple[str, IO[bytes] | str]], place: str) -> Iterator[tuple[str, IO[bytes] | str]]:
    """The members, and BadInput instead of the many ways in which an archive's directory can be broken."""
    while True:
        try:
            found = next(members, None)
        except BadInput:
            raise
        except (*BROKEN, ValueError, RuntimeError, NotImplementedError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise  # this machine's disk, not the archive
            raise BadInput(f"a broken archive: {error or type(error).__name__}", where=place, do="get the file again") from None
        if found is None:
            return
        yield found


def _tar(stream: Any) -> Iterator[tuple[str, IO[bytes] | str]]:
    """The files of a tar, in their order; links and devices are named, not followed."""
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                yield member.name, file
            elif not member.isdir():
                yield member.name, "a link or device, not a file"
            tar.members = []  # type: ignore[attr-defined] # else a long archive keeps every header in memory


def _zip(stream: Any) -> Iterator[tuple[str, IO[bytes] | str]]:
    """The files of a zip; inside something else it is first spooled, because its directory is at its end."""
    with ExitStack() as stack:
        whole = stream
        if not isinstance(stream, io.FileIO):
            whole = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=FREE))
            shutil.copyfileobj(stream, whole, MB)
        archive = stack.enter_context(zipfile.ZipFile(whole))
        for member in archive.infolist():
            if member.flag_bits & 1:
                yield member.filename, "encrypted"
            elif not member.is_dir():
                with archive.open(member) as file:
                    yield member.filename, file
