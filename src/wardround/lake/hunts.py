"""What hunts are checked by years later, kept as files: the rules as they were, what each log gave, and the whole result."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson

from wardround.core.hunts import read_rules
from wardround.core.hunts._again import Searched
from wardround.core.hunts._kept import dump, load
from wardround.core.hunts._packs import MANIFEST, bundled, bundled_folder, files_in, indicators_of, pack_of
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.sigma._model import RuleSet
from wardround.core.vocab import BadInput, WardroundError
from wardround.lake.files import FileStore, written_whole

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

    def searches(self, kept: Mapping[str, str]) -> dict[str, Searched]:
        """What logs gave, by their names, of those that can still be read: what is gone or was changed is searched anew."""
        found = {}
        for name, sha256 in kept.items():
            with suppress(WardroundError, OSError):
                found[name] = load(self.files.read(sha256), where=f"file {sha256}")
        return found

    def keep_rules(self, given: Mapping[str, bytes]) -> dict[str, str]:
        """Keep rule files; returns their names with their hashes."""
        return {name: self.files.put(data) for name, data in given.items()}

    def ready(self, kept: Mapping[str, str], *, pack: str = "") -> tuple[RuleSet, IndicatorSet | None]:
        """The rules as they were, made ready anew; of a pack (its manifest is among the files) its indicators too."""
        data = {name: self.files.read(sha256) for name, sha256 in kept.items()}
        if MANIFEST not in data:
            return read_rules(data.items()), None
        made = pack_of(data, where=f"pack {pack}")
        return made.rules, indicators_of(made)


def lists_of(kept: Mapping[str, str], hunts: KeptHunts) -> tuple[tuple[str, bytes], ...]:
    """The indicator lists of a pack among kept rule files; none where they are no pack."""
    if MANIFEST not in kept:
        return ()
    return pack_of({name: hunts.files.read(sha256) for name, sha256 in kept.items()}, where="pack").indicators


def pack_folder(given: str) -> Traversable | None:
    """The folder of a pack: a bundled one by its name, or one on the disk. None for a folder or file that is no pack.

    Raises BadInput for what is neither there nor the name of a pack.
    """
    path = Path(given)
    if given in bundled() or not path.exists():
        return bundled_folder(given)
    return path if (path / MANIFEST).is_file() else None


def files_of_pack(folder: Traversable) -> dict[str, bytes]:
    """The files of a pack that decide a hunt, by their place in its folder."""
    return {place: data for place, data in files_in(folder).items() if not place.startswith("queries/")}


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
