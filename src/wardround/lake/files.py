"""Files kept exactly as they came, each under the SHA-256 of its bytes."""

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from wardround.core.vocab import BadInput, WardroundError

SHA256 = re.compile(r"[0-9a-f]{64}")
ORGANISATION = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")
"""An organisation's code, which is part of names of files."""


@contextmanager
def written_whole(folder: Path, *, name: Callable[[], Path]) -> Iterator[BinaryIO]:
    """A new file that appears under `name()` only when the block ends well; else nothing of it stays (disk full, Ctrl-C).

    It is written inside `folder`, on the same disk as its name, which is asked for when all is written. Readable by
    this user alone. What stands under that name is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        path = name()
        path.parent.mkdir(exist_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Taken(io.RawIOBase):
    """A stream whose bytes are hashed and written to a file as they are read."""

    def __init__(self, stream: BinaryIO, file: BinaryIO) -> None:
        self._stream, self._file, self._digest = stream, file, hashlib.sha256()
        self.not_written: OSError | None = None
        """Why the file could not be written: a reader may take it for a fault of the stream."""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, into: Any) -> int:
        """Read up to the size of `into`."""
        data = self._stream.read(len(into))
        into[: len(data)] = data
        self._digest.update(data)
        try:
            self._file.write(data)
        except OSError as problem:
            self.not_written = problem
            raise
        return len(data)

    @property
    def sha256(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()


@dataclass(frozen=True)
class FileStore:
    """The folder of files kept as evidence. Give it `Home.files`.

    It knows no organisations: who may open a file is decided by the row that names its hash.
    """

    root: Path

    def put(self, content: bytes | BinaryIO) -> str:
        """Keep these bytes, or everything a binary stream still holds, and return their SHA-256. The same bytes are kept once."""
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        digest = hashlib.sha256()
        with written_whole(self.root, name=lambda: self.path(digest.hexdigest())) as file:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    @contextmanager
    def taking(self, stream: BinaryIO) -> Iterator["Taken"]:
        """Keep a stream while somebody reads it: one read for both. It is kept when the block ends well, else nothing of it is.

        What the reader left is read at the end. `sha256` is right after the block.
        """
        taken: Taken | None = None
        with written_whole(self.root, name=lambda: self.path(taken.sha256 if taken else "")) as file:
            taken = Taken(stream, file)
            yield taken
            while taken.read(1 << 20):
                pass

    def path(self, sha256: str) -> Path:
        """Where a file of this hash stands, kept or not. Raises BadInput for what is no SHA-256 in lower-case hex."""
        if not SHA256.fullmatch(sha256):
            raise BadInput(f"{sha256[:80]!r} is not a SHA-256", where="file store", do="give 64 lower-case hexadecimal digits")
        return self.root / sha256[:2] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def open(self, sha256: str, *, verify: bool = False) -> BinaryIO:
        """The file, opened for reading bytes; with `verify` after checking that they still have this hash.

        Raises WardroundError when it is not kept or has been changed.
        """
        try:
            file = self.path(sha256).open("rb")
        except FileNotFoundError:
            raise WardroundError("this file is not kept here", where=f"file {sha256}", do="restore it from a backup") from None
        if verify:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                file.close()
                raise WardroundError(
                    "this file has been changed since it was kept", where=f"file {sha256}", do="restore it from a backup"
                )
            file.seek(0)
        return file

    def read(self, sha256: str) -> bytes:
        """All bytes of the file, verified."""
        with self.open(sha256, verify=True) as file:
            return file.read()
