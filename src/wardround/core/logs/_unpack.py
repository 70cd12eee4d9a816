"""Opening what logs come packed in: gzip, zstandard, xz, bzip2, zip and tar, one in another, with limits.

Nothing is ever written: a member is a stream, and its name is only a label, so a path in an archive cannot lead anywhere.
"""

import bz2
import gzip
import io
import lzma
import posixpath
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from wardround.core.logs._model import Source
from wardround.core.logs._times import as_time
from wardround.core.vocab import BadInput, Rejected

DEEPEST = 3
LARGEST_IN_MEMORY = 1 << 30
SUSPECT_SIZE = 1 << 28
SUSPECT_RATIO = 200
MOST_MEMBERS = 100_000
MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
)
NOT_OPENED = ("7-Zip", "RAR")
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class Counted(io.RawIOBase):
    """A stream that counts what was read through it."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.count = stream, 0
        self._read = getattr(stream, "read1", None) or getattr(stream, "read", None)  # read1: what stands before damage is not lost

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, into: Any) -> int:
        """Read as much as there is, up to the size of `into`."""
        data = self._read(len(into))  # type: ignore[misc]
        into[: len(data)] = data
        self.count += len(data)
        return len(data)


class Unpacked(Counted):
    """An unpacked stream that stops when it grows out of all proportion to what was packed. Raises BadInput then."""

    def __init__(self, stream: Any, packed: Counted, name: str) -> None:
        super().__init__(stream)
        self.packed, self.name = packed, name

    def readinto(self, into: Any) -> int:
        """As Counted."""
        got = super().readinto(into)
        if self.count > SUSPECT_SIZE and self.count > SUSPECT_RATIO * max(self.packed.count, 1):
            raise BadInput(
                f"stopped after unpacking {self.count:,} bytes from {self.packed.count:,}: this looks like a decompression bomb",
                where=self.name,
                do="unpack it yourself and look, if it is what it says",
            )
        return got


class _Zstandard:
    """Frames of zstandard, one after the other. Unlike the library's own stream it says when the last one is cut off.

    Fed in small pieces: what one piece can grow to stays within some tens of megabytes.
    """

    PIECE = 2048

    def __init__(self, packed: Counted) -> None:
        import zstandard

        self._library, self._packed = zstandard, packed
        self._frame: Any = None
        self._ready, self._waiting = bytearray(), b""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer than asked only at the end. Raises OSError for damage, EOFError for a frame cut off."""
        while len(self._ready) < size:
            piece = self._waiting or self._packed.read(self.PIECE)
            if not piece:
                if self._frame is not None and not self._ready:
                    raise EOFError("it ends in the middle of a frame")
                break
            self._frame = self._frame or self._library.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
            try:
                self._ready += self._frame.decompress(piece)
            except self._library.ZstdError as error:
                raise OSError(str(error)) from None
            self._waiting = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        out = bytes(self._ready[:size])
        del self._ready[:size]
        return out


class _Xz:
    """Streams of xz, one after the other, with nothing or zeros between them.

    Unlike the library's own file it has a limit of memory, reads on behind zeros, and says what stands behind and is no stream.
    """

    MEMORY = 1 << 28
    PIECE = 1 << 16

    def __init__(self, packed: Counted) -> None:
        self._packed, self._rest = packed, b""
        self._stream: lzma.LZMADecompressor | None = None

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none only at the end. Raises LZMAError for damage, EOFError for a stream cut off."""
        while (stream := self._stream or self._begun()) is not None:
            self._stream, piece = stream, b""
            if stream.needs_input:
                piece, self._rest = self._rest or self._packed.read(self.PIECE), b""
                if not piece:
                    raise EOFError("it ends in the middle of a stream")
            try:
                out: bytes = stream.decompress(piece, size)
            except lzma.LZMAError as error:
                if str(error) == "Memory usage limit exceeded":  # the library says it by its words alone
                    what = f"it asks for more than {self.MEMORY >> 20} MB of memory to be unpacked"
                    raise BadInput(what, do="unpack it yourself, if it is what it says") from None
                raise
            if stream.eof:
                self._rest, self._stream = stream.unused_data, None
            if out:
                return out
        return b""

    def _begun(self) -> lzma.LZMADecompressor | None:
        while not self._rest.lstrip(b"\0"):
            self._rest = self._packed.read(self.PIECE)
            if not self._rest:
                return None
        self._rest = self._rest.lstrip(b"\0")
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=self.MEMORY)


STREAMS: dict[str, Callable[[Counted], Any]] = {
    "gzip": lambda packed: gzip.GzipFile(fileobj=io.BufferedReader(packed, 1 << 16)),
    "zstd": _Zstandard,
    "xz": _Xz,
    "bzip2": lambda packed: bz2.BZ2File(io.BufferedReader(packed, 1 << 16)),
}


def unpacked(source: Source, *, rejected: list[Rejected], depth: int = 0) -> Iterator[Source]:
    """The logs in a source: itself when not packed, else every member, named `outer!inner`. Unreadable ones go to `rejected`."""
    head = io.BufferedReader(cast(io.RawIOBase, source.stream), 1 << 17)
    try:
        start = head.peek(600)
    except BROKEN as error:
        rejected.append(Rejected(source.name, f"could not be read: {error}"))
        return
    kind = packing(start)
    if not kind:
        yield replace(source, stream=cast(BinaryIO, head))
        return
    if depth >= DEEPEST:
        rejected.append(Rejected(source.name, f"packed more than {DEEPEST} deep: not opened"))
        return
    some = "nothing in it"
    try:
        for member in _members(source, head, kind, rejected, depth):
            some = "what came before it"
            yield member
    except BadInput as error:
        rejected.append(Rejected(error.where or source.name, error.what))
    except BROKEN as error:
        rejected.append(Rejected(source.name, f"a damaged {kind} file: {error}; {some} was read"))


def packing(start: bytes) -> str:
    """What the first bytes say: gzip, zstd, xz, bzip2, zip, tar, 7-Zip, RAR, or empty text for none of them."""
    known = next((kind for magic, kind in MAGIC if start.startswith(magic)), "")
    if start.startswith(b"BZh") and start[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):  # a block, or the end of a file without one
        return "bzip2"
    return known or ("tar" if start[257:262] == b"ustar" else "")


class _Header(tarfile.TarInfo):
    """A member whose damaged header is said: `tarfile` would take it for the archive's end, and the rest for never there."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Any:
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError, tarfile.EmptyHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError("it stops before its end mark, or is damaged there") from error


def _members(source: Source, head: Any, kind: str, rejected: list[Rejected], depth: int) -> Iterator[Source]:
    if kind in NOT_OPENED:
        raise BadInput(f"packed with {kind}, which is not opened here: unpack it and give its files", where=source.name)
    if kind in STREAMS:
        packed = Counted(head)
        stated = int.from_bytes(head.peek(8)[4:8], "little") if kind == "gzip" else 0
        inner = STREAMS[kind](packed)
        outer = replace(source, stream=Unpacked(inner, packed, source.name), written=_written(stated) or source.written)  # type: ignore[arg-type]
        yield from unpacked(outer, rejected=rejected, depth=depth + 1)
    elif kind == "tar":
        yield from _tarred(source, head, rejected, depth)
    else:
        with zipfile.ZipFile(io.BytesIO(bounded(head, source.name))) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise BadInput(f"more than {MOST_MEMBERS:,} members", where=source.name)
            for info in archive.infolist():
                if not info.is_dir():
                    yield from _zipped(source, archive, info, rejected, depth)


def _tarred(source: Source, head: Any, rejected: list[Rejected], depth: int) -> Iterator[Source]:
    """The files of an archive. A link has no content of its own: one whose target is not in the archive is said."""
    names: set[str] = set()
    links: dict[str, str] = {}
    with tarfile.open(fileobj=head, mode="r|", tarinfo=_Header) as tar:
        for count, member in enumerate(tar):
            if count >= MOST_MEMBERS:
                raise BadInput(f"more than {MOST_MEMBERS:,} members", where=source.name)
            if member.issym():
                links[member.name] = posixpath.join(posixpath.dirname(member.name), member.linkname)
            elif member.islnk():
                links[member.name] = member.linkname
            else:
                names.add(posixpath.normpath(member.name))
            if member.isfile() and (stream := tar.extractfile(member)):
                dated = replace(source, written=_written(member.mtime) or source.written)
                yield from _member(dated, member.name, stream, None, rejected, depth)
            elif member.isdev():
                rejected.append(Rejected(f"{source.name}!{member.name}", "neither a file nor a folder: not read"))
    for name, target in links.items():
        if posixpath.normpath(target) not in names:
            rejected.append(Rejected(f"{source.name}!{name}", f"a link to {target[:200]}, which is not in the archive"))


def _zipped(
    source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, rejected: list[Rejected], depth: int
) -> Iterator[Source]:
    try:
        with archive.open(info) as stream:
            dated = replace(source, written=_zip_time(info.date_time) or source.written)
            yield from _member(dated, info.filename, stream, info.compress_size, rejected, depth)
    except BROKEN as error:
        rejected.append(Rejected(f"{source.name}!{info.filename}", f"cannot be unpacked: {error}"))


def _member(source: Source, name: str, stream: Any, size: int | None, rejected: list[Rejected], depth: int) -> Iterator[Source]:
    label = f"{source.name}!{name}"
    packed = Counted(None)
    packed.count = size or 0
    guarded: Any = stream if size is None else Unpacked(stream, packed, label)
    yield from unpacked(replace(source, name=label, stream=guarded), rejected=rejected, depth=depth + 1)


def _written(seconds: float) -> datetime | None:
    """A member's time of writing; None when it states none that could be one."""
    return as_time(int(seconds)) if 0 < seconds < 1 << 32 else None


def _zip_time(parts: tuple[int, ...]) -> datetime | None:
    try:
        return datetime(*parts, tzinfo=UTC) if parts[0] > 1980 else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def bounded(stream: Any, name: str) -> bytes:
    """All of a stream that must be read as one piece. Raises BadInput when it is too large for memory."""
    data = stream.read(LARGEST_IN_MEMORY + 1)
    if len(data) > LARGEST_IN_MEMORY:
        raise BadInput(
            f"larger than {LARGEST_IN_MEMORY >> 20} MB and cannot be read piecewise", where=name, do="unpack it and give its files"
        )
    return bytes(data)
