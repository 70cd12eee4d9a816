"""The logs that a command was given: files, and all files in folders; and what in the folders is left out, which is said."""

import os
from collections.abc import Iterable
from pathlib import Path

from wardround.core.vocab import BadInput, Rejected

STANDARD_INPUT = Path("-")


def log_files(given: Iterable[Path]) -> tuple[list[Path], list[Rejected]]:
    """The files to read, each once, in order; and what stands in the folders that is not read, with the reason.

    A link to a file is followed, one to a folder is not: it may lead anywhere. A file or folder that is not there is wrong usage.
    """
    files: dict[Path, Path] = {}
    left: list[Rejected] = []

    def unlisted(error: OSError) -> None:
        left.append(Rejected(str(error.filename), f"a folder that cannot be opened: {error.strerror}"))

    for path in given:
        if path == STANDARD_INPUT:
            files[path] = path
            continue
        if not path.exists():
            raise BadInput("there is no such file or folder", where=str(path))
        if not path.is_dir():
            files.setdefault(path.resolve(), path)
            continue
        found = []
        for at, folders, names in os.walk(path, onerror=unlisted):
            links = [link for name in sorted(folders) if (link := Path(at, name)).is_symlink()]
            left += [Rejected(str(link), "a link to a folder: not followed; give the folder itself") for link in links]
            found += [Path(at, name) for name in names]
        for file in sorted(found):
            if why := _why_not(file):
                left.append(Rejected(str(file), why))
            else:
                files.setdefault(file.resolve(), file)
    return list(files.values()), left


def _why_not(path: Path) -> str:
    """Why something in a folder is not read; empty for a file."""
    if path.is_file():
        return ""
    return "a link that leads nowhere" if path.is_symlink() and not path.exists() else "neither a file nor a folder: not read"
