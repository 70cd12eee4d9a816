"""What a match keeps is used again only where nothing that it followed from has changed; an interrupted build changes nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from wardround.core.advisories import read_cve
from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.core.vocab import Install
from wardround.engines.nation import Nation, _index, _kept, _naming, index
from wardround.engines.nation._arrays import open_arrays, write_arrays
from wardround.engines.nation._catalogue import Catalogue
from wardround.lake.filling import fill
from wardround.lake.home import Home
from wardround.lake.installs import InstallLake
from wardround.lake.statements import Statements, Writer

from .test_arrivals import a_record, an_override, counted, listed

NOW = datetime(2030, 6, 1, tzinfo=UTC)
GATEWAY = {
    "vendor": "Example",
    "product": "Gateway",
    "versions": [{"version": "0", "lessThan": "2.0", "versionType": "semver", "status": "affected"}],
    "defaultStatus": "unaffected",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Statements]:
    with Statements.open(home.feeds, write=True) as opened:
        yield opened


def state(store: Statements, number: int, *objects: dict[str, Any], version: int = 0, state: str = "PUBLISHED") -> None:
    writer = Writer(store, seen_at=NOW)
    with writer.transaction():
        writer.cve(read_cve(a_record(number, list(objects), state=state, version=version), where="a test"), source="a test")


def install(home: Home, *versions: str, vendor: str = "Example", product: str = "Gateway", at: int = 0) -> None:
    installs = [Install(f"asset-{n}", product, v, vendor=vendor) for n, v in enumerate(versions)]
    InstallLake(home.lake).write(
        "ZZ1", snapshot=UUID(int=at + 1), installs=installs, taken_at=NOW + timedelta(minutes=at), source="a scan"
    )


def asked(monkeypatch: pytest.MonkeyPatch, nation: Nation) -> list[str]:
    """The records that are read for one more picture of the nation."""
    read: list[str] = []
    records = nation._records
    monkeypatch.setattr(nation, "_records", lambda cves: read.extend(cves) or records(cves))
    nation.picture()
    return read


@pytest.fixture
def nation(home: Home, store: Statements) -> Callable[..., Nation]:
    def made(**more: Any) -> Nation:
        facts: dict[str, Any] = {"overrides": Overrides(), "aliases": Aliases(), "at": NOW} | more
        return Nation(index(home.path), store, **facts)

    return made


def test_nothing_is_asked_twice(home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0", "3.0")
    first = dict(counted(nation()))
    assert asked(monkeypatch, nation()) == []
    assert dict(counted(nation())) == first == {("CVE-2030-0001", "ZZ1"): (1, 0)}


def test_a_new_version_of_a_record_and_a_new_record_are_asked_alone(
    home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        state(store, number, GATEWAY)
    install(home, "1.0", "3.0")
    nation().picture()
    state(store, 2, {**GATEWAY, "defaultStatus": "affected"}, version=5)
    state(store, 4, GATEWAY)
    assert asked(monkeypatch, nation()) == ["CVE-2030-0002", "CVE-2030-0004"]
    assert dict(counted(nation()))["CVE-2030-0002", "ZZ1"] == (2, 0)


def test_what_a_sync_worked_out_is_asked_of_no_record_and_a_restated_one_is(
    home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        state(store, number, GATEWAY)
    install(home, "1.0", "3.0", "", "see asset tag", "2.x")
    without = dict(counted(nation()))
    fill(home.feeds, at=NOW)
    (home.path / "index" / _kept.FILE).unlink()
    assert asked(monkeypatch, nation()) == []
    assert dict(counted(nation())) == without == {(f"CVE-2030-000{n}", "ZZ1"): (1, 3) for n in (1, 2)}
    state(store, 2, {**GATEWAY, "defaultStatus": "affected"}, version=5)
    (home.path / "index" / _kept.FILE).unlink()
    assert asked(monkeypatch, nation()) == ["CVE-2030-0002"]
    assert dict(counted(nation()))["CVE-2030-0002", "ZZ1"] == (5, 0)


def test_an_override_counts_before_what_a_sync_worked_out(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    fill(home.feeds, at=NOW)
    overrides = Overrides().adding([("a test", an_override(1, "1.0"))])
    assert dict(counted(nation(overrides=overrides))) == {}


def test_an_override_and_its_withdrawal_count_at_once(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    overrides = Overrides().adding([("a test", an_override(1, "1.0"))])
    assert [dict(counted(nation(overrides=o))) for o in (Overrides(), overrides, Overrides())] == [
        {("CVE-2030-0001", "ZZ1"): (1, 0)},
        {},
        {("CVE-2030-0001", "ZZ1"): (1, 0)},
    ]


def test_another_time_and_a_rejection_are_other_questions(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    assert dict(counted(nation())) == {("CVE-2030-0001", "ZZ1"): (1, 0)}
    assert dict(counted(nation(at=datetime(2030, 5, 1, tzinfo=UTC)))) == {}
    state(store, 1, GATEWAY, version=9, state="REJECTED")
    assert dict(counted(nation())) == {}


def test_a_new_version_of_an_install_asks_about_its_product_again(
    home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(store, 1, GATEWAY)
    state(store, 2, {**GATEWAY, "product": "Pump"})
    install(home, "1.0")
    nation().picture()
    install(home, "1.0", "1.5", at=1)
    assert asked(monkeypatch, nation()) == ["CVE-2030-0001"]
    assert dict(counted(nation())) == {("CVE-2030-0001", "ZZ1"): (2, 0)}


@pytest.mark.parametrize("damage", [b"", b"wardround arrays 1\n", b"nothing of ours"])
def test_what_cannot_be_read_is_asked_again(home: Home, store: Statements, nation: Any, damage: bytes) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    wanted = dict(counted(nation()))
    (home.path / "index" / _kept.FILE).write_bytes(damage)
    assert dict(counted(nation())) == wanted


def test_another_program_asks_again(home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    nation().picture()
    monkeypatch.setattr(_kept, "program", lambda: "another")
    assert asked(monkeypatch, nation()) == ["CVE-2030-0001"]


def test_another_program_asks_every_pair_again_which_products_it_may_be(
    home: Home, store: Statements, nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    asked_from: list[int] = []
    ask = _naming._ask
    monkeypatch.setattr(_naming, "_ask", lambda catalogue, known, *rest: asked_from.append(known) or ask(catalogue, known, *rest))
    for _ in range(2):
        nation().picture()
    assert asked_from == [0]
    monkeypatch.setattr(_naming, "program", lambda: "another")
    nation().picture()
    assert asked_from == [0, 0]


def test_what_only_an_override_names_is_found(home: Home, store: Statements, nation: Any) -> None:
    # CVE-2022-40684's record says `Fortinet FortiOS, FortiProxy, FortiSwitchManager` where a product should stand.
    state(
        store,
        1,
        {"vendor": "Example", "product": "Gateway, Portal and Pump", "versions": [{"version": "all", "status": "affected"}]},
    )
    install(home, "1.0", "2.5")
    overrides = Overrides().adding([("a test", an_override(1, "2.1"))])
    assert dict(counted(nation())) == {}
    assert dict(counted(nation(overrides=overrides))) == {("CVE-2030-0001", "ZZ1"): (1, 0)}
    assert dict(listed(nation(overrides=overrides))) == {("CVE-2030-0001", "ZZ1"): (["asset-0"], [])}


def test_a_record_that_comes_in_is_named_without_making_the_nation_again(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    standing = nation()
    assert len(standing.one("CVE-2030-0001").holdings[0].affected) == 1
    state(store, 2, GATEWAY)
    assert len(standing.one("CVE-2030-0002").holdings[0].affected) == 1


def test_a_killed_build_leaves_the_old_index_serving(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    wanted = dict(counted(nation()))
    before = (home.path / "index" / "ZZ1.part").read_bytes()
    install(home, "1.0", "1.5", at=1)
    script = """
import sys, time
from pathlib import Path
from wardround.engines.nation import _index
write = _index.write_arrays
def slow(path, arrays, **more):
    if path.suffix == ".part":
        print("about to replace", flush=True)
        time.sleep(60)
    write(path, arrays, **more)
_index.write_arrays = slow
_index.index(Path(sys.argv[1]))
"""
    with subprocess.Popen([sys.executable, "-c", script, str(home.path)], stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout is not None
        assert build.stdout.readline() == "about to replace\n"
        os.kill(build.pid, signal.SIGKILL)
    folder = home.path / "index"
    assert (folder / "ZZ1.part").read_bytes() == before
    catalogue = Catalogue.load(folder)  # has grown: it is written before the part that speaks of its new pairs
    part = _index._part(folder, "ZZ1", catalogue.token)
    old = Nation(
        _index.Index([part], catalogue=catalogue, folder=folder, problems={}),
        store,
        overrides=Overrides(),
        aliases=Aliases(),
        at=NOW,
    )
    assert dict(counted(old)) == wanted
    assert dict(counted(nation())) == {("CVE-2030-0001", "ZZ1"): (2, 0)}  # the lock of who was killed is gone with them


def test_an_index_of_an_older_form_is_made_again(home: Home, store: Statements, nation: Any) -> None:
    state(store, 1, GATEWAY)
    install(home, "1.0")
    wanted = dict(counted(nation()))
    part = home.path / "index" / "ZZ1.part"
    raw = part.read_bytes()
    older = open_arrays(part)
    write_arrays(part, older.arrays, meta=older.meta | {"form": 1})
    assert part.read_bytes() != raw
    assert dict(counted(nation())) == wanted
    assert part.read_bytes() == raw
