"""Whatever arrives, in whatever order: the index gives what a rebuild gives, and what a naive walk over every row gives."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wardround.core.advisories import read_cve
from wardround.core.matching import Overrides, decide, names
from wardround.core.matching._match import subject_of
from wardround.core.names import Aliases
from wardround.core.vocab import Install, Verdict
from wardround.engines.nation import Nation, index
from wardround.lake.home import Home
from wardround.lake.installs import InstallLake
from wardround.lake.statements import Statements, Writer

START = datetime(2030, 5, 1, tzinfo=UTC)
NOW = datetime(2030, 6, 1, tzinfo=UTC)
NAMES = st.tuples(st.sampled_from(["Example", "Other", ""]), st.sampled_from(["Gateway", "Portal", "Pump", "gateway"]))
VERSIONS = st.sampled_from(["1.0", "1.5", "2.0", "2.0.1", "3", "", "odd"])
PLATFORMS = st.sampled_from([{}, {}, {"os": "Windows"}, {"os": "Linux", "ward": "7"}])
INSTALLS = st.builds(
    lambda asset, name, version, extra: Install(f"asset-{asset}", name[1], version, vendor=name[0], extra=extra),
    st.integers(0, 5),
    NAMES,
    VERSIONS,
    PLATFORMS,
)
OBJECTS = st.builds(
    lambda name, end, default, platforms: {
        "vendor": name[0] or "n/a",
        "product": name[1],
        "versions": [{"version": "0", "lessThan": end, "versionType": "semver", "status": "affected"}],
        **({"defaultStatus": default} if default else {}),
        **({"platforms": platforms} if platforms else {}),
    },
    NAMES,
    st.sampled_from(["1.2", "2.0", "2.0.1", "9"]),
    st.sampled_from(["", "unaffected", "unknown"]),
    st.sampled_from([[], [], ["Windows"]]),
)
ORGANISATIONS = st.sampled_from(["ZZ1", "ZZ2", "ZZ3"])


def a_record(number: int, objects: list[dict[str, Any]], *, state: str, version: int) -> bytes:
    """A fictitious record; a later version of it was updated later."""
    day = (START + timedelta(days=1, minutes=version)).isoformat().replace("+00:00", "Z")
    meta = {"cveId": f"CVE-2030-{number:04}", "state": state, "datePublished": "2030-05-02T00:00:00Z", "dateUpdated": day}
    containers = {"cna": {"title": "An example", "affected": objects}}
    return orjson.dumps({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": containers})


def an_override(number: int, fixed: str) -> bytes:
    return orjson.dumps(
        {
            "id": f"fictitious-{number}",
            "revision": 1,
            "cves": [f"CVE-2030-{number:04}"],
            "vendor": "Example",
            "product": "Gateway",
            "kind": "branch-fixes",
            "branch_parts": 1,
            "version_parts": 2,
            "fixed": [fixed],
            "author": "A Person (fictitious)",
            "source": "https://example.com/advisory",
            "date": "2030-05-03",
            "reason": "The record lacks it.",
            "supersedes": [],
        }
    )


class Arrivals(RuleBasedStateMachine):
    """Snapshots, records and overrides arrive; after each, all three ways give the same devices."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="wardround-arrivals-"))
        self.home, self.count = Home(self.folder / "home"), 0
        self.lake, self.newest = InstallLake(self.home.lake), {}
        self.store = Statements.open(self.home.feeds, write=True)
        self.overrides, self.overridden = Overrides(), set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(org=ORGANISATIONS, source=st.sampled_from(["scan", "agent"]), installs=st.lists(INSTALLS, min_size=1, max_size=12))
    def snapshot(self, org: str, source: str, installs: list[Install]) -> None:
        self.count += 1
        taken = START + timedelta(minutes=self.count)
        self.lake.write(org, snapshot=UUID(int=self.count), installs=installs, taken_at=taken, source=source)
        self.newest[org, source] = installs

    @rule(
        number=st.integers(1, 4), objects=st.lists(OBJECTS, min_size=1, max_size=3), rejected=st.sampled_from([False, False, True])
    )
    def record(self, number: int, objects: list[dict[str, Any]], rejected: bool) -> None:
        self.count += 1
        raw = a_record(number, objects, state="REJECTED" if rejected else "PUBLISHED", version=self.count)
        writer = Writer(self.store, seen_at=NOW)
        with writer.transaction():
            writer.cve(read_cve(raw, where="a test"), source="a test")

    @rule(number=st.integers(1, 4), fixed=st.sampled_from(["1.2", "2.1"]))
    def override(self, number: int, fixed: str) -> None:
        if number not in self.overridden:
            self.overridden.add(number)
            self.overrides = self.overrides.adding([("a test", an_override(number, fixed))])

    @invariant()
    def the_same_three_ways(self) -> None:
        if not self.newest:
            return
        wanted = dict(self.naive())
        kept, rebuilt = self.nation(self.folder / "kept"), self.nation(self.folder / f"rebuilt-{self.count}")
        for nation in (kept, rebuilt):
            assert dict(counted(nation)) == {key: (len(a), len(u)) for key, (a, u) in wanted.items() if a or u}
            assert dict(listed(nation)) == {key: both for key, both in wanted.items() if any(both)}
            assert totals(nation) == self.naive_totals(wanted)

    def nation(self, folder: Path) -> Nation:
        made = index(self.home.path, folder=folder)
        assert not made.problems
        return Nation(made, self.store, overrides=self.overrides, aliases=Aliases(), at=NOW)

    def naive(self) -> Iterator[tuple[tuple[str, str], tuple[list[str], list[str]]]]:
        """Row by row: what each install's verdict is, and then which devices that makes affected or unknown."""
        naming = self.overrides.naming(self.store.naming)
        for number in range(1, 5):
            record = self.store.advisory(f"CVE-2030-{number:04}", at=NOW)
            for org in {org for org, _ in self.newest} if record and record.state == "PUBLISHED" else ():
                verdicts: dict[str, set[Verdict]] = {}
                for install in (i for (o, _), installs in self.newest.items() if o == org for i in installs):
                    named = names(install, naming=naming, records=lambda cves: self.store.advisories(cves, at=NOW))
                    if named and record.cve in named.cves:
                        answer = decide(record, subject_of(install, named), overrides=self.overrides)
                        verdicts.setdefault(install.asset_id, set()).add(answer.verdict)
                affected = sorted(asset for asset, said in verdicts.items() if Verdict.AFFECTED in said)
                open_ = {asset for asset, said in verdicts.items() if said & {Verdict.UNKNOWN, Verdict.NOT_EVALUABLE}}
                yield (record.cve, org), (affected, sorted(open_.difference(affected)))

    def naive_totals(self, wanted: dict[tuple[str, str], tuple[list[str], list[str]]]) -> dict[str, tuple[int, int, int]]:
        totals = {}
        for org in {org for org, _ in self.newest}:
            mine = [both for (_, code), both in wanted.items() if code == org]
            affected = {asset for one, _ in mine for asset in one}
            unknown = {asset for _, other in mine for asset in other} - affected
            totals[org] = (sum(bool(one) for one, _ in mine), len(affected), len(unknown))
        return totals


def counted(nation: Nation) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    picture = nation.picture()
    for cve, affected, unknown in picture.rows():
        for n, code in enumerate(picture.codes):
            if affected[n] or unknown[n]:
                yield (cve, code), (int(affected[n]), int(unknown[n]))


def listed(nation: Nation) -> Iterator[tuple[tuple[str, str], tuple[list[str], list[str]]]]:
    for number in range(1, 5):
        one = nation.one(f"CVE-2030-{number:04}")
        for holding in one.holdings if one else ():
            if any(assets := holding.assets()):
                yield (f"CVE-2030-{number:04}", holding.code), assets


def totals(nation: Nation) -> dict[str, tuple[int, int, int]]:
    rows = nation.picture().organisations()
    return {str(o["code"]): (o["advisories"], o["affected_devices"], o["unknown_devices"]) for o in rows}  # type: ignore[misc]


TestArrivals = Arrivals.TestCase
TestArrivals.settings = settings(max_examples=20, stateful_step_count=7, deadline=None, phases=(Phase.explicit, Phase.generate))
