"""When each decision of people (alias, override) came to this installation: it counted from then on, whatever its own date."""

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

FILE = "arrived.jsonl"


def arrived(folder: Path, ids: Iterable[str], *, at: datetime) -> None:
    """Note that these came to a folder of decisions at a time. Only ever added to."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps({"id": one, "at": at.isoformat()}) + "\n" for one in ids)
    with (folder / FILE).open("ab") as file:
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def later_than(folder: Path, at: datetime) -> set[str]:
    """The ids of those that came after a time. Of one that nobody noted, nothing but its own date is known."""
    path = folder / FILE
    came: dict[str, datetime] = {}
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            note = json.loads(line)
            came[str(note["id"])] = datetime.fromisoformat(note["at"])  # the last: before it, keeping it had failed
        except (ValueError, TypeError, KeyError):  # cut off while it was written
            continue
    return {one for one, when in came.items() if when.tzinfo and when > at}
