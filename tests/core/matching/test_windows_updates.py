"""The table of Windows updates: in step with itself, with what Microsoft lists, and with what its CVE records name."""

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import zstandard

TABLE = json.loads(resources.files("wardround.core.matching").joinpath("tables/windows_updates.json").read_bytes())
BOUND = re.compile(rb'"lessThan":\s*"10\.0\.(\d{5})\.(\d{1,5})"')
PUBLISHED = re.compile(rb'"datePublic":\s*"(\d{4}-\d\d-\d\d)')
BY_MICROSOFT = re.compile(rb'"assignerShortName":\s*"microsoft"')


def rows() -> Iterator[tuple[str, str, str, int]]:
    """Build, day, KB and revision of every row."""
    for kb, row in TABLE["updates"].items():
        yield from ((build, row["released"], kb, revision) for build, revision in row["builds"].items())


def test_a_later_update_of_a_build_brings_a_higher_revision() -> None:
    builds = defaultdict(list)
    for build, day, _, revision in rows():
        builds[build].append((day, revision))
    for build, brought in builds.items():
        in_order = sorted(brought)
        assert [r for _, r in in_order] == sorted({r for _, r in brought}), build
        assert len({day for day, _ in brought}) == len(brought), build


def test_it_says_by_what_it_was_confirmed() -> None:
    assert all(url.startswith("https://") for url in TABLE["confirmed"]["by"])
    assert TABLE["confirmed"]["on"] == "2026-11-22"


@pytest.mark.parametrize(
    ("kb", "day", "builds"),
    [
        # Release information of Windows Server: 20348.2849, 20348.2966 and 20348.3091.
        ("KB5046616", "2024-11-12", {"20348": 2849}),
        ("KB5048654", "2024-12-10", {"20348": 2966}),
        ("KB5049983", "2025-01-14", {"20348": 3091}),
        # 17763.8511 and 14393.8957.
        ("KB5078752", "2026-03-10", {"17763": 8511}),
        ("KB5078938", "2026-03-10", {"14393": 8957}),
        # Update history of Windows 10: KB5053606 is its March 2025, KB5053596 that of Server 2019.
        ("KB5053606", "2025-03-11", {"19044": 5608, "19045": 5608}),
        ("KB5053596", "2025-03-11", {"17763": 7009}),
        # Windows 11: 22H2 ends before 23H2, 24H2 and 25H2 share their updates.
        ("KB5066793", "2025-10-14", {"22621": 6060, "22631": 6060}),
        ("KB5068865", "2025-11-11", {"22631": 6199}),
        ("KB5068861", "2025-11-11", {"26100": 7171, "26200": 7171}),
    ],
)
def test_updates_as_microsoft_lists_them(kb: str, day: str, builds: dict[str, int]) -> None:
    assert TABLE["updates"][kb] == {"released": day, "builds": builds}


def test_the_records_of_the_day_end_their_ranges_at_the_revision_of_the_row(shared: Path) -> None:
    named: dict[tuple[str, str], set[int]] = defaultdict(set)
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as file:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file)):
            if b'"10.0.' in line and BY_MICROSOFT.search(line) and (day := PUBLISHED.search(line)):
                for build, revision in BOUND.findall(line):
                    named[build.decode(), day[1].decode()].add(int(revision))
    spoken = [(row, said) for row in rows() if (said := named.get((row[0], row[1])))]
    assert len(spoken) > 150
    assert [row for row, said in spoken if row[3] not in said] == []
