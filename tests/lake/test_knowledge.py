"""An answer of a time is the same whenever it is asked for again, whatever came since and whatever date that bears."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.connectors.clock import FakeClock
from wardround.connectors.feeds import sync_mirror
from wardround.core.names._decision import decided
from wardround.core.vocab import BadInput, Install
from wardround.lake.arrivals import FILE, arrived, later_than
from wardround.lake.decisions import keep
from wardround.lake.home import Home
from wardround.lake.knowledge import knowledge

START = datetime(2030, 6, 1, 12, tzinfo=UTC)
CVES = ("CVE-2030-0001", "CVE-2030-0002")
VENDORS = ("Example", "Acme")
PERSON = "A. Person (fictitious)"
INSTALLS = [
    Install("a", product, vendor=vendor, version="1.5.0")
    for vendor, product in (("Example", "Gateway"), ("Acme", "Gateway"), ("", "Gateway"), ("Example", "GW"))
]


def a_record(cve: str, vendor: str, fixed: str, dated: datetime) -> dict[str, Any]:
    entry = {"version": "0", "lessThan": fixed, "versionType": "semver", "status": "affected"}
    affected = [{"vendor": vendor, "product": "Gateway", "defaultStatus": "unaffected", "versions": [entry]}]
    meta = {"cveId": cve, "state": "PUBLISHED", "datePublished": "2030-05-01T00:00:00Z", "dateUpdated": dated.isoformat()}
    return {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": {"affected": affected}}}


def a_document(cve: str, vendor: str, status: str, dated: datetime) -> dict[str, Any]:
    said = {"vulnerability": {"name": cve}, "products": [{"@id": f"pkg:generic/{vendor.lower()}/gateway@1.5.0"}], "status": status}
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"https://supplier.example/{cve}/{vendor}",
        "author": "A Fictitious Supplier",
        "timestamp": dated.isoformat(),
        "statements": [said | {"justification": "component_not_present"}],
    }


def an_override(cve: str, vendor: str, status: str, dated: datetime, number: int) -> dict[str, Any]:
    return {
        "id": f"one-{number}",
        "revision": 1,
        "cves": [cve],
        "vendor": vendor,
        "product": "Gateway",
        "kind": "statement",
        "statement": {"defaultStatus": status, "versions": []},
        "author": PERSON,
        "source": "https://supplier.example/",
        "date": dated.date().isoformat(),
        "reason": "r",
        "supersedes": [f"one-{n}" for n in range(number)],
    }


ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from(["record", "document", "override", "alias"]),
        st.sampled_from(CVES),
        st.sampled_from(VENDORS),
        st.booleans(),
        st.integers(-40, 3),  # days by which what comes is dated before, or after, its coming
    ),
    max_size=5,
)


def arrive(home: Home, one: tuple[str, str, str, bool, int], number: int, *, at: datetime) -> None:
    """What one arrival does, as the commands do it."""
    kind, cve, vendor, mended, days = one
    dated = at + timedelta(days=days)
    if kind == "alias":
        with_ = {"author": PERSON, "source": "s", "reason": "r", "on": dated.date()}
        if not list(home.aliases.glob("*.json")):
            keep(home.aliases, [decided("GW", vendor="Example", to=[(vendor, "Gateway")], same=True, **with_)], at=at)
    elif kind == "override":
        home.overrides.mkdir(parents=True, exist_ok=True)
        stated = an_override(cve, vendor, "unaffected" if mended else "affected", dated, number)
        (home.overrides / f"{number}.json").write_text(json.dumps(stated))
        arrived(home.overrides, [stated["id"]], at=at)
    else:
        made = (
            a_record(cve, vendor, "1.0.0" if mended else "2.0.0", dated)
            if kind == "record"
            else a_document(cve, vendor, "fixed" if mended else "affected", dated)
        )
        sync(home, made, at=at)


def sync(home: Home, document: dict[str, Any], *, at: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.json").write_text(json.dumps(document))
        sync_mirror(Path(folder), into=home.feeds, clock=FakeClock(at))


def asked(home: Home, *, at: datetime) -> list[Any]:
    """Everything that is told of every install and advisory at a time."""
    with knowledge(home, at=at) as known:
        return [(known.why(advisory, install)) for advisory in known.records(CVES) for install in INSTALLS]


@contextmanager
def a_home() -> Iterator[Home]:
    """At work since the first record came."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        sync(home, a_record(CVES[0], "Example", "2.0.0", START), at=START)
        yield home


@settings(max_examples=25, deadline=None)
@given(arrivals=ARRIVALS)
def test_what_was_answered_is_answered_again(arrivals: list[tuple[str, str, str, bool, int]]) -> None:
    with a_home() as home:
        given_then = {START: asked(home, at=START)}
        for number, one in enumerate(arrivals):
            at = START + timedelta(hours=6 * (number + 1))
            arrive(home, one, number, at=at)
            given_then[at] = asked(home, at=at)
        for at, then in given_then.items():
            assert asked(home, at=at) == then


def test_before_the_first_sync_it_is_told_by_what_had_been_stated() -> None:
    with a_home() as home:
        long_ago = START - timedelta(days=20)
        sync(home, a_record(CVES[1], "Example", "2.0.0", long_ago), at=START + timedelta(days=3))
        with knowledge(home, at=long_ago) as known:
            assert [advisory.cve for advisory in known.records(CVES)] == list(CVES)
        with knowledge(home, at=START) as known:
            assert [advisory.cve for advisory in known.records(CVES)] == [CVES[0]]


def test_a_note_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    arrived(tmp_path, ["one"], at=START)
    with (tmp_path / FILE).open("a") as file:
        file.write('{"id": "two", "a')
    assert later_than(tmp_path, START - timedelta(days=1)) == {"one"}
    assert later_than(tmp_path, START) == later_than(tmp_path / "none", START) == set()


def test_what_is_refused_leaves_no_note(tmp_path: Path) -> None:
    said: dict[str, Any] = {"vendor": "", "author": PERSON, "source": "s", "reason": "r", "on": START.date(), "same": True}
    keep(tmp_path, [decided("GW", to=[("Example", "Gateway")], **said)], at=START)
    try:
        keep(tmp_path, [decided("GW", to=[("Acme", "Gateway")], **said)], at=START)
    except BadInput:
        assert len((tmp_path / FILE).read_text().splitlines()) == 1
    else:
        raise AssertionError("two that disagree were both kept")


def test_a_product_is_looked_up_once_though_an_override_speaks_of_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    arrive(home, ("record", CVES[0], "Example", False, 0), 1, at=START)
    arrive(home, ("override", CVES[1], "Example", False, 0), 2, at=START)
    with knowledge(home, at=START + timedelta(days=2)) as known:
        found = known.naming("gateway")
        assert {cve for cves in found.values() for cve in cves} >= set(CVES)
        assert known.naming("gateway") is found
