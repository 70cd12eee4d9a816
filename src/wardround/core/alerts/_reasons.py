"""The reasons that keep a response open, and the few words that all of them use."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum

from wardround.core.alerts._model import Missing


class Reason(StrEnum):
    """The code of a reason: a row of `docs/reference/closing.md`."""

    WITHDRAWN = "withdrawn"
    NOT_ISSUED = "not_issued"
    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    NOT_YET_KNOWN = "not_yet_known"
    CONTRADICTED = "contradicted"
    NOT_VISIBLE = "not_visible"
    NO_ASSET = "no_asset"
    AFFECTED = "affected"
    UNDECIDED = "undecided"
    OLDER_SNAPSHOT = "older_snapshot"
    SHRUNK_SNAPSHOT = "shrunk_snapshot"
    ASSUMPTION = "assumption"
    ISOLATION_EXPIRED = "isolation_expired"
    RISK_REFUSED = "risk_refused"
    APPROVAL_AWAITED = "approval_awaited"
    APPROVAL_REFUSED = "approval_refused"
    SAFETY_SIGN_OFF = "safety_sign_off"
    NO_DECISION = "no_decision"
    NO_WINDOW = "no_window"
    NOT_HUNTED = "not_hunted"
    HUNT_OUTDATED = "hunt_outdated"
    HUNT_TOO_SHORT = "hunt_too_short"
    COVERAGE = "coverage"
    DETECTION = "detection"
    INCIDENT = "incident"
    CLOSE = "close"


AWAITING = frozenset({Reason.APPROVAL_AWAITED, Reason.APPROVAL_REFUSED})
OF_ASSETS = AWAITING | {
    Reason.NO_ASSET,
    Reason.AFFECTED,
    Reason.UNDECIDED,
    Reason.OLDER_SNAPSHOT,
    Reason.SHRUNK_SNAPSHOT,
    Reason.ASSUMPTION,
    Reason.ISOLATION_EXPIRED,
    Reason.RISK_REFUSED,
    Reason.SAFETY_SIGN_OFF,
    Reason.NO_DECISION,
}


def day(when: datetime | date) -> str:
    """A day as people write it: 13 May 2025 (UTC)."""
    when = when.astimezone(UTC) if isinstance(when, datetime) else when
    return f"{when.day} {when:%B %Y}"


def listed(names: Iterable[str], *, most: int = 4) -> str:
    """Names in a sentence, each once: `a`, `a and b`, `a, b, c, d and 3 more`."""
    every = sorted(set(names))
    shown, rest = every[:most], len(every) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def in_words(word: str) -> str:
    """A product class or a kind of closing as words: `edge_appliance` -> `edge appliance`."""
    return word.replace("_", " ").replace("-", " ")


def merged(missing: Iterable[Missing]) -> list[Missing]:
    """Reasons that say the same of several assets as one: `mdm-01 was last seen ...` -> `mdm-01 and mdm-02 were last seen ...`."""
    alike: dict[tuple[str, str, str, bool], list[str]] = {}
    for m in missing:
        begins = len(m.assets) == 1 and m.what.startswith(f"{m.assets[0]} ")
        rest = m.what.removeprefix(m.assets[0]) if begins else m.what
        alike.setdefault((m.code, rest, m.do, begins), []).extend(m.assets)
    return [
        Missing(code, f"{listed(assets)}{_of_many(rest, assets)}" if begins else rest, do, tuple(dict.fromkeys(assets)))
        for (code, rest, do, begins), assets in alike.items()
    ]


def _of_many(rest: str, assets: list[str]) -> str:
    if len(set(assets)) > 1:
        for one, many in ((" was ", " were "), (" is ", " are ")):
            if rest.startswith(one):
                return many + rest.removeprefix(one)
    return rest
