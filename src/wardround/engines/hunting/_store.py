"""Compiled databases kept in a folder: the second hunt with the same rules need not make them again."""

import contextlib
import json
from pathlib import Path
from tempfile import NamedTemporaryFile

MOST = 1_000


class FolderStore:
    """A folder of databases. It may be deleted at any time: they are made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> tuple[bytes, list[int]] | None:
        """A database and the numbers in it; None when it is not there, or is damaged."""
        try:
            head, _, data = (self._folder / f"{key}.hs").read_bytes().partition(b"\n")
            taken = json.loads(head)
        except (OSError, ValueError):
            return None
        return (data, taken) if isinstance(taken, list) and all(type(number) is int for number in taken) else None

    def keep(self, key: str, database: bytes, taken: list[int]) -> None:
        """Keep one, whole or not at all; without room or right to write, none is kept."""
        path = self._folder / f"{key}.hs"
        if path.exists():
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._prune()
            with NamedTemporaryFile(dir=self._folder, suffix=".new", delete=False) as file:
                file.write(json.dumps(taken).encode() + b"\n" + database)
            Path(file.name).replace(path)

    def _prune(self) -> None:
        """Of more than MOST, the oldest half goes."""
        kept = list(self._folder.glob("*.hs"))
        if len(kept) > MOST:
            for path in sorted(kept, key=lambda one: one.stat().st_mtime)[: MOST // 2]:
                path.unlink(missing_ok=True)
