"""What a stopped hunt found already, kept until it is gone on with."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson
import zstandard

from wardround.core.hunts._again import Searched
from wardround.core.hunts._kept import dump, load
from wardround.core.hunts._kept import engine as plain_engine
from wardround.core.vocab import WardroundError
from wardround.engines.hunting._run import Job


def key_of(job: Job) -> str:
    """A hash of everything that decides what a hunt finds: rules, the program, how logs are read, and the files as they are."""
    files = [(str(path), *_state(path)) for path in job.files]
    given = (job.rules.sha256, engine(), job.host, job.from_host, job.zone, job.skew, files)
    return hashlib.sha256(orjson.dumps(given)).hexdigest()


def engine() -> str:
    """What reads the logs and runs the rules, the bulk way included, as a hash."""
    return plain_engine("wardround.engines.hunting", libraries=("hyperscan", "msgspec"))


def _state(path: Path) -> tuple[int, int]:
    try:
        at = path.stat()
    except OSError:
        return 0, 0
    return at.st_size, at.st_mtime_ns


def keep(folder: Path, searched: Mapping[int, Searched]) -> None:
    """Keep what batches gave, by their numbers. The folder is there as a whole or not at all."""
    new = folder.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for number, one in searched.items():
        (new / f"{number}.json.zst").write_bytes(zstandard.compress(dump(one), 1))
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def kept(folder: Path) -> dict[int, Searched]:
    """What was kept there. What is damaged is left out, and searched again."""
    return dict(_read(folder.glob("*.json.zst")))


def _read(paths: Iterable[Path]) -> Iterable[tuple[int, Searched]]:
    for path in sorted(paths):
        try:
            yield int(path.name.partition(".")[0]), load(zstandard.decompress(path.read_bytes()), where=str(path))
        except (WardroundError, zstandard.ZstdError, OSError, ValueError):
            continue


def forget(folder: Path) -> None:
    """What was kept is no longer needed."""
    shutil.rmtree(folder, ignore_errors=True)
