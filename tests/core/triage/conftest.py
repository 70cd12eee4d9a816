"""Small builders for advisories."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from wardround.core.advisories import Advisory, Stated

PUBLISHED = datetime(2025, 5, 13, 15, 45, tzinfo=UTC)
KEYS = {
    "E": "ssvc.exploitation",
    "A": "ssvc.automatable",
    "TI": "ssvc.technical_impact",
    "KEV": "kev",
    "CVSS": "cvss",
    "EPSS": "epss",
}


def _an_advisory(*said: tuple[str, str, int], state: str = "PUBLISHED", cve: str = "CVE-2025-4427") -> Advisory:
    """An advisory published on 13 May 2025 with statements of (point, value, days after publication)."""
    stated = [
        Stated(
            KEYS[key], value, "KEV catalogue" if key == "KEV" else "CISA ADP", _midnight(PUBLISHED.date() + timedelta(days=days))
        )
        for key, value, days in said
    ]
    in_order = tuple(sorted(stated, key=lambda s: s.stated_at))
    return Advisory(cve, state, PUBLISHED, PUBLISHED, "An example", "", (), in_order, (), "an example", "")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


@pytest.fixture(scope="session")
def an_advisory() -> Callable[..., Advisory]:
    """Builds an advisory from (point, value, days after publication)."""
    return _an_advisory


@pytest.fixture(scope="session")
def epmm() -> Advisory:
    """The first EPMM vulnerability as its record states it: SSVC on the day of publication, KEV six days later."""
    return _an_advisory(
        ("E", "active", 0),
        ("A", "yes", 0),
        ("TI", "total", 0),
        ("CVSS", "5.3", 0),
        ("EPSS", "0.009", 1),
        ("KEV", "yes", 6),
        ("EPSS", "0.504", 7),
    )
