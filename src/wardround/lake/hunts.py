"""What hunts are checked by years later, kept as files: the rules as they were, what each log gave, and the whole result."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson

from wardround.core.hunts import read_rules
from wardround.core.hunts._again import Searched
from wardround.core.hunts._kept import dump, load
from wardround.core.hunts._packs import MANIFEST, bundled_folder, pack_in
from wardround.core.sigma._model import RuleSet
from wardround.core.vocab import BadInput
from wardround.lake.files import FileStore, written_whole

PARTS = ("rules", "indicators")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class KeptHunts:
    """The documents of hunts in a store of files. Each is named by the SHA-256 of its bytes, so that a change shows."""

    files: FileStore

    def keep(self, document: Mapping[str, Any]) -> str:
        """Keep a document."""
        return self.files.put(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))

    def read(self, sha256: str) -> dict[str, Any]:
        """A kept document. Raises WardroundError when it is gone or was changed."""
        try:
            document: dict[str, Any] = orjson.loads(self.files.read(sha256))
        except orjson.JSONDecodeError as error:
            raise BadInput(f"not a document of a hunt: {error}", where=f"file {sha256}") from None
        return document

    def keep_search(self, searched: Searched) -> str:
        """Keep what one log gave."""
        return self.files.put(dump(searched))

    def search(self, sha256: str) -> Searched:
        """What one log gave. Raises WardroundError when it is gone or was changed."""
        return load(self.files.read(sha256), where=f"file {sha256}")

    def keep_rules(self, given: Iterable[tuple[str, bytes]]) -> dict[str, str]:
        """Keep rule files; returns their names with their hashes."""
        return {name: self.files.put(data) for name, data in given}

    def rules(self, kept: Mapping[str, str], *, pack: str = "") -> RuleSet:
        """The rules as they were, made ready anew: those of a pack when its manifest is among the files."""
        data = {name: self.files.read(sha256) for name, sha256 in kept.items()}
        if MANIFEST not in data:
            return read_rules(data.items())
        with tempfile.TemporaryDirectory(prefix="wardround-pack-") as at:
            for name, content in data.items():
                path = _within(Path(at), name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            return pack_in(Path(at), where=f"pack {pack}").rules


def _within(folder: Path, name: str) -> Path:
    """The place of a file of a pack. Raises BadInput for a name that leads out of the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput("leads out of the pack", where=name[:200])
    return path


def files_of_pack(name: str) -> list[tuple[str, bytes]]:
    """The files of a bundled pack that decide a hunt, by their place in its folder."""
    folder = bundled_folder(name)
    return [(MANIFEST, folder.joinpath(MANIFEST).read_bytes()), *(f for part in PARTS for f in _files(folder.joinpath(part), part))]


def _files(folder: Traversable, at: str) -> Iterable[tuple[str, bytes]]:
    if folder.is_dir():
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_file():
                yield f"{at}/{entry.name}", entry.read_bytes()


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """One hash over files and their names; empty text for none."""
    whole = hashlib.sha256()
    given = sorted(files)
    for name, data in given:
        whole.update(f"{len(name)} {name} {len(data)} ".encode() + data)
    return whole.hexdigest() if given else ""


@dataclass(frozen=True)
class NamedRuns:
    """The kept runs of hunts by the names that people gave them: the hashes of their documents, oldest first."""

    folder: Path

    def of(self, name: str) -> list[str]:
        """The runs of one hunt; none for one that was never run. Raises BadInput for what is no name."""
        path = self._path(name)
        return path.read_text("utf-8").split() if path.is_file() else []

    def add(self, name: str, sha256: str) -> None:
        """One more run of a hunt."""
        path = self._path(name)
        lines = [*self.of(name), sha256]
        with written_whole(self.folder, name=lambda: path) as file:
            file.write(("\n".join(lines) + "\n").encode())

    def names(self) -> list[str]:
        """The hunts that are kept."""
        return sorted(path.stem for path in self.folder.glob("*.runs"))

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise BadInput(f"{name[:80]!r} is no name of a hunt", do="use lower-case letters, digits, - and _")
        return self.folder / f"{name}.runs"
