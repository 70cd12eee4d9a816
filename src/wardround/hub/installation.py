"""What one installation is: its secret, its kind, and its clock. Kept in the home folder, never in the code."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from wardround.connectors.clock import Clock, SystemClock, TickingClock
from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time
from wardround.lake.home import Home

NATIONAL, SHARED, ONE = "national", "shared", "one"
KINDS = {
    NATIONAL: "National service",
    SHARED: "Shared service of a region or group: not the national service",
    ONE: "One organisation: not the national service",
}
"""What an installation can be, in the words that every page shows. One from before this was asked is national."""


@dataclass(frozen=True)
class Installation:
    """`demo_at` is set in a demonstration: the instant at which its clock stood when the hub last stopped."""

    secret_key: str
    demo_at: datetime | None = None
    kind: str = NATIONAL

    @classmethod
    def read(cls, home: Home) -> "Installation":
        """The installation in `home`; a new one, not yet written, where there is none."""
        try:
            kept = orjson.loads(_file(home).read_bytes())
        except FileNotFoundError:
            return cls(secret_key=secrets.token_urlsafe(48))
        kind = kept.get("kind", NATIONAL)
        if kind not in KINDS:
            raise BadInput(f"{kind!r} is no kind of installation", where=str(_file(home)), do="use " + ", ".join(KINDS))
        return cls(kept["secret_key"], parse_time(kept["demo_at"]) if kept.get("demo_at") else None, kind)

    def write(self, home: Home) -> None:
        """Keep it, readable by its owner alone."""
        home.path.mkdir(parents=True, exist_ok=True)
        document = {"secret_key": self.secret_key, "demo_at": self.demo_at, "kind": self.kind}
        draft = _file(home).with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        draft.replace(_file(home))

    def frozen(self, at: datetime) -> "Installation":
        """The same installation with its demonstration clock set."""
        return replace(self, demo_at=at)

    def of_kind(self, kind: str) -> "Installation":
        """The same installation as one of that kind. Raises BadInput where there is no such kind."""
        if kind not in KINDS:
            raise BadInput(f"{kind!r} is no kind of installation", where="kind", do="use " + ", ".join(KINDS))
        return replace(self, kind=kind)

    @property
    def answers_nationally(self) -> bool:
        """Whether an answer given here counts in the national service."""
        return self.kind == NATIONAL


def _file(home: Home) -> Path:
    return home.path / "installation.json"


def clock_of(installation: Installation) -> Clock:
    """The demonstration's clock, which goes on from where it stood, or the machine's."""
    return TickingClock(installation.demo_at) if installation.demo_at else SystemClock()
