"""The EPMM pack is silent on ordinary traffic, and reports the scanner of the whole internet as a scan only.

WARDROUND_BENIGN=1000000 (or `make test-benign`) asks for a million requests; a smaller part runs each time.
"""

import importlib.util
import io
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from wardround.core.hunts import HuntResult, Source, hunt, load_pack

REQUESTS = int(os.environ.get("WARDROUND_BENIGN", "20000"))
SEED = 20250515


@pytest.fixture(scope="module")
def benign() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benign_mdm", Path(__file__).with_name("benign_mdm.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Lines(io.RawIOBase):
    """Lines as a stream, never all of them at once."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._left = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        while len(self._left) < len(into) and (line := next(self._lines, None)) is not None:
            self._left += line.encode() + b"\n"
        part, self._left = self._left[: len(into)], self._left[len(into) :]
        into[: len(part)] = part
        return len(part)


def searched(lines: Iterator[str]) -> HuntResult:
    source = Source("access.log", io.BufferedReader(Lines(lines), 1 << 16))
    return hunt([source], rules=load_pack("epmm").rules)


@pytest.mark.parametrize("status", [True, False], ids=["combined", "without status"])
def test_ordinary_traffic_is_silent(benign: ModuleType, status: bool) -> None:
    count = REQUESTS // 2
    result = searched(benign.lines(SEED + status, count, status=status))
    assert result.events == count
    assert [f"{d.title}: {d.excerpt}" for d in result.detections[:5]] == []
    assert sum(run.coverage.unparsed for run in result.runs) == 0


def test_the_scanner_within_it_is_a_scan_and_nothing_else(benign: ModuleType) -> None:
    probes = [
        "/mifs/rs/api/v2/featureusage?format=shadowserver",
        "/api/v2/featureusage_history?adminDeviceSpaceId=1&format=shadowserver",
        "//mifs/rs/api/v2/featureusage;x=y?format=ShadowServer&adminDeviceSpaceId=1",
        "/mifs/rs/api/v2/featureusage?format=%73hadowserver",
    ]
    ordinary = list(benign.lines(SEED, 400))
    for number, target in enumerate(probes):
        ordinary.insert(number * 100, f'203.0.113.9 - - [02/Apr/2025:00:00:00 +0000] "GET {target} HTTP/1.1" 401 12 "-" "-"')
    result = searched(iter(ordinary))
    assert [(d.line, d.title, d.level) for d in result.detections] == [
        (number * 100 + 1, "EPMM feature usage probed by a scanner", "informational") for number in range(4)
    ]


def test_the_traffic_is_what_it_says(benign: ModuleType) -> None:
    made = list(benign.targets(SEED, 5_000))
    assert made == list(benign.targets(SEED, 5_000))
    assert sum("featureusage" in target.lower() and "format=" in target for _, target, _ in made) > 300
    assert sum("/fob/" in target for _, target, _ in made) > 300
    assert len({target for _, target, _ in made}) > 2_500
