"""Reading a log from its lines, as a hunt would."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from wardround.core.logs import Event, Reading, Source, Tally, unpacked

Read = Callable[..., tuple[list[Event], Tally]]


@pytest.fixture
def read() -> Read:
    """The events of a log given as lines or bytes, and the tally of its reading."""

    def read(
        *lines: str | bytes, zone: str = "", skew: float = 0, written: datetime | None = datetime(2025, 6, 1, tzinfo=UTC)
    ) -> tuple[list[Event], Tally]:
        data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
        source = Source("log", io.BytesIO(data), zone=zone, skew=skew, written=written)
        (plain,) = unpacked(source, rejected=[])
        reading = Reading(plain)
        return list(reading), reading.tally

    return read
