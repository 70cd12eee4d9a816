"""A backup file: a tar archive in Zstandard, written in one pass, its manifest last.

`manifest.json` names every member with its size and SHA-256, so that a file that was cut off has no manifest, and one that was
altered does not fit it. It says nothing about who wrote it: keep backups where only those you trust can write.
"""

import io
import os
import tarfile
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import orjson
import zstandard

from wardround.core.vocab import BadInput

FORMAT = "wardround backup 1"
MANIFEST = "manifest.json"
CHUNK = 1 << 20
LONGEST_MANIFEST = 512_000_000
Seen = Callable[[int, str], None]
"""Called with the bytes done so far and the name of what is being done."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the version and the instant that it was made, whatever the hub added, and its members."""

    version: str
    made_at: str
    about: dict[str, Any]
    members: dict[str, tuple[int, str]]


class Packing:
    """A backup being written. `add` its files, then `finish`."""

    def __init__(self, file: BinaryIO, *, seen: Seen) -> None:
        self._packed = zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(file, closefd=False)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|")  # noqa: SIM115 (closed by `finish`)
        self._members: dict[str, tuple[int, str]] = {}
        self._seen, self._done = seen, 0

    def add(self, name: str, path: Path) -> None:
        """One file, under that name. What grows while it is read is kept as long as it was at first; what is gone is left out."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            reading = _Measured(file, info.size)
            self._put(info, reading, info.size)
        self._members[name] = (info.size, reading.digest.hexdigest())
        self._done += info.size
        self._seen(self._done, name)

    def _put(self, info: tarfile.TarInfo, file: Any, size: int) -> None:
        info.mode, info.uid, info.gid, info.uname, info.gname, info.size = 0o600, 0, 0, "", "", size
        self._tar.addfile(info, file)

    def finish(self, *, version: str, made_at: datetime, about: dict[str, Any]) -> Manifest:
        """Write the manifest and end the archive."""
        manifest = Manifest(version, made_at.isoformat(), about, self._members)
        text = orjson.dumps(
            {"format": FORMAT, "version": version, "made_at": manifest.made_at, "about": about, "members": self._members}
        )
        self._put(tarfile.TarInfo(MANIFEST), io.BytesIO(text), len(text))
        self._tar.close()
        self._packed.close()
        return manifest


class _Measured:
    """At most so many bytes of a file, hashed as they are read; filled with nothing where the file has become shorter."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left, self.digest = file, size, sha256()

    def read(self, n: int = -1) -> bytes:
        wanted = self._left if n < 0 else min(n, self._left)
        data = self._file.read(wanted).ljust(wanted, b"\0")
        self._left -= len(data)
        self.digest.update(data)
        return data


def unpack(path: Path, into: Path, *, seen: Seen) -> Manifest:
    """Write every member below the empty folder `into` and hold them to the manifest.

    Raises BadInput where the file is no backup, is cut off, was altered, or names a
    place outside the folder.
    """
    manifest: Manifest | None = None
    found: dict[str, tuple[int, str]] = {}
    done = 0
    try:
        with path.open("rb") as file, closing(_members(file)) as members:
            for info, data in members:
                if manifest is not None:
                    raise BadInput("goes on after its manifest: it was altered", where=str(path), do="use another backup")
                if info.name == MANIFEST:
                    manifest = _manifest(data.read(LONGEST_MANIFEST), path)
                    continue
                found[info.name] = _write(data, into, info, path)
                done += found[info.name][0]
                seen(done, info.name)
    except (zstandard.ZstdError, tarfile.TarError, EOFError) as error:
        raise BadInput(f"is no backup, or was cut off or altered ({error})", where=str(path), do="use another backup") from None
    if manifest is None:
        raise BadInput("ends without its manifest: it was cut off", where=str(path), do="use another backup")
    for name in sorted(found.keys() | manifest.members.keys()):
        if found.get(name) != manifest.members.get(name):
            what = "is missing" if name not in found else "was added" if name not in manifest.members else "was altered"
            raise BadInput(f"{name} {what}", where=str(path), do="use another backup")
    return manifest


def _members(file: BinaryIO) -> Generator[tuple[tarfile.TarInfo, BinaryIO]]:
    unpacked = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, closefd=False)
    with tarfile.open(fileobj=unpacked, mode="r|") as tar:
        for info in tar:
            data = tar.extractfile(info) if info.isreg() else None
            if data is None:
                raise tarfile.TarError(f"{info.name[:80]} is no file")
            yield info, data  # type: ignore[misc]
    if unpacked.read(1 << 16).strip(b"\0"):
        raise tarfile.TarError("something follows the archive")


def _write(data: BinaryIO, into: Path, info: tarfile.TarInfo, path: Path) -> tuple[int, str]:
    name, parts = info.name, PurePosixPath(info.name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise BadInput(f"names a place outside its folder: {name[:80]!r}", where=str(path), do="use another backup")
    target = into.joinpath(*parts)
    if target.exists():
        raise BadInput(f"holds {name[:80]} twice", where=str(path), do="use another backup")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with target.open("xb") as file:
        target.chmod(0o600)
        while chunk := data.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    os.utime(target, (info.mtime, info.mtime))
    return size, digest.hexdigest()


def _manifest(text: bytes, path: Path) -> Manifest:
    try:
        document = orjson.loads(text)
        members = {str(name): (int(size), str(digest)) for name, (size, digest) in document["members"].items()}
        found = Manifest(str(document["version"]), str(document["made_at"]), dict(document["about"]), members)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise BadInput("has a manifest that cannot be read", where=str(path), do="use another backup") from None
    if document.get("format") != FORMAT:
        raise BadInput(
            f"is of another form ({str(document.get('format'))[:40]!r})", where=str(path), do="use the version that wrote it"
        )
    return found
