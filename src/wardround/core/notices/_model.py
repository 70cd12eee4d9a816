"""What a notice says, as far as an alert is drafted from it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of somebody else. What it does not say is empty: a person fills it in. All text is plain."""

    reference: str
    title: str
    summary: str
    actions: str
    severity: str
    marking: str
    cves: tuple[str, ...]
    issued: datetime | None
    source: str
