"""`--feeds DIR`: an installation's home, or the folder in it that holds the feeds."""

from pathlib import Path

from wardround.core.vocab import BadInput
from wardround.lake.home import Home


def feeds_of(given: Path) -> Path:
    """The folder of feeds that was meant. Raises BadInput when there is no such folder."""
    if not given.is_dir():
        raise BadInput("there is no such folder", where=str(given), do="give an installation's home, or its folder `feeds`")
    return inside if (inside := home_with(given).feeds).is_dir() else given


def home_with(given: Path) -> Home:
    """The home that these feeds belong to, with its overrides and aliases."""
    folder = given.absolute()
    return Home(folder.parent if folder.name == "feeds" and not (folder / "feeds").is_dir() else folder)
