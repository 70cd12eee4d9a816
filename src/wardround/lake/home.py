"""The home folder: everything that one installation keeps."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from wardround.lake.settings import value_of


@dataclass(frozen=True)
class Home:
    """One installation's folder. `Home.at(None)` takes WARDROUND_HOME, else the platform's data folder."""

    path: Path

    @classmethod
    def at(cls, path: Path | None) -> "Home":
        """The home that was asked for, else WARDROUND_HOME, else the platform's data folder. Creates nothing."""
        chosen = path or (Path(e) if (e := value_of("WARDROUND_HOME")) else Path(platformdirs.user_data_dir("wardround", False)))
        return cls(chosen.expanduser().absolute())

    @property
    def database(self) -> Path:
        """The hub's SQLite file."""
        return self.path / "hub.sqlite3"

    @property
    def signing_key(self) -> Path:
        """The key that signs the record, where no setting states another."""
        return self.path / "record-signing-key.pem"

    @property
    def moved(self) -> Path:
        """What the hub's SQLite file is called once its rows have moved to PostgreSQL."""
        return self.path / "hub.sqlite3.moved"

    @property
    def feeds(self) -> Path:
        """The folder of feed statements (see `wardround.lake.statements`)."""
        return self.path / "feeds"

    @property
    def overrides(self) -> Path:
        """The folder of reviewed vendor facts that this installation added (JSON files)."""
        return self.path / "overrides"

    @property
    def aliases(self) -> Path:
        """The folder of reviewed product names that this installation added (JSON files)."""
        return self.path / "aliases"

    @property
    def proposed(self) -> Path:
        """The folder of what people said is wrong with a verdict (JSON files): it waits for a vendor fact or a name."""
        return self.path / "proposed"

    @property
    def lake(self) -> Path:
        """The folder of columnar tables, each partitioned by organisation."""
        return self.path / "lake"

    @property
    def counted(self) -> Path:
        """The folder of what was counted for each organisation's pages. It may be deleted at any time: it is counted again."""
        return self.path / "counted"

    @property
    def cache(self) -> Path:
        """What can be made again at any time: compiled rules, hunts that were stopped."""
        return self.path / "cache"

    @property
    def hunts(self) -> Path:
        """The folder that names the runs of hunts that are kept; the runs themselves are files kept by their SHA-256."""
        return self.path / "hunts"

    @property
    def files(self) -> Path:
        """The folder of files kept as they came, by their SHA-256."""
        return self.path / "files"
