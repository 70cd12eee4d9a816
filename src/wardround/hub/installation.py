"""What one installation is: its secret, its kind, and its clock. Kept in the home folder, never in the code."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from wardround.connectors.clock import Clock, SystemClock, TickingClock
from wardround.core.vocab._times import parse_time
from wardround.lake.home import Home


@dataclass(frozen=True)
class Installation:
    """`demo_at` is set in a demonstration: the instant at which its clock stood when the hub last stopped."""

    secret_key: str
    demo_at: datetime | None = None

    @classmethod
    def read(cls, home: Home) -> "Installation":
        """The installation in `home`; a new one, not yet written, where there is none."""
        try:
            kept = orjson.loads(_file(home).read_bytes())
        except FileNotFoundError:
            return cls(secret_key=secrets.token_urlsafe(48))
        return cls(secret_key=kept["secret_key"], demo_at=parse_time(kept["demo_at"]) if kept.get("demo_at") else None)

    def write(self, home: Home) -> None:
        """Keep it, readable by its owner alone."""
        home.path.mkdir(parents=True, exist_ok=True)
        document = {"secret_key": self.secret_key, "demo_at": self.demo_at}
        draft = _file(home).with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        draft.replace(_file(home))

    def frozen(self, at: datetime) -> "Installation":
        """The same installation with its demonstration clock set."""
        return replace(self, demo_at=at)


def _file(home: Home) -> Path:
    return home.path / "installation.json"


def clock_of(installation: Installation) -> Clock:
    """The demonstration's clock, which goes on from where it stood, or the machine's."""
    return TickingClock(installation.demo_at) if installation.demo_at else SystemClock()
