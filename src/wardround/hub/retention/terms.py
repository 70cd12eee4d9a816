"""The rules: what holds personal data, what it is kept for, and how many days after that it goes."""

from dataclasses import dataclass
from datetime import timedelta

from wardround.core.vocab import BadInput
from wardround.lake.settings import value_of

SHORTEST = 30


@dataclass(frozen=True, slots=True)
class Term:
    """One rule. `days` is how long after `after`; None: for ever, because a setting says so."""

    key: str
    what: str
    after: str
    goes: str
    stays: str
    usual: int
    days: int | None

    @property
    def setting(self) -> str:
        """The setting that changes it."""
        return f"WARDROUND_KEEP_{self.key.upper()}"

    @property
    def span(self) -> timedelta | None:
        """How long it is kept."""
        return None if self.days is None else timedelta(days=self.days)


_RULES = (
    (
        "logs",
        "logs, what hunts read in them, and the lines that detections quote",
        "the last response that searched them ended; where nothing searched them, after they were added, once no response is open",
        "the file, the whole run, the quoted lines",
        "host, times, counts, hashes, rules, hours searched and the statement",
        365,
    ),
    (
        "incidents",
        "the same, of a response in which an incident was opened",
        "the last incident was closed and the response ended",
        "the same",
        "the same, and the incident",
        2192,  # six years: the usual limitation period in England and Wales (Limitation Act 1980, sections 2 and 5)
    ),
    (
        "inventories",
        "inventory files as they came",
        "a newer one of the same source was imported",
        "the file, with the columns that nothing reads",
        "devices, installs, counts and the hash",
        365,
    ),
    (
        "people",
        "people who left, contacts, named people and invitations that ended",
        "their last membership, their post, or the invitation ended",
        "name, address, password, second factors and devices",
        "what they did, in the record, under the name they had",
        365,
    ),
    ("messages", "messages", "they were sent or given up", "address and text", "when it was sent, how, and about what", 365),
)


def terms() -> tuple[Term, ...]:
    """Every rule as it stands here. Raises BadInput for a setting that is neither a number of days (at least 30) nor `always`."""
    return tuple(Term(key, what, after, goes, stays, usual, _days(key, usual)) for key, what, after, goes, stays, usual in _RULES)


def _days(key: str, usual: int) -> int | None:
    name = f"WARDROUND_KEEP_{key.upper()}"
    stated = value_of(name)
    if not stated:
        return usual
    if stated == "always":
        return None
    if not stated.isascii() or not stated.isdecimal() or not SHORTEST <= int(stated) <= 36_500:
        raise BadInput(f"{stated[:20]!r} is no number of days", where=name, do=f"write {SHORTEST} to 36500, or always")
    return int(stated)
