"""`wardround match`, as people and programs call it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from wardround.cli import main
from wardround.core.advisories import read_cve
from wardround.core.vocab import Install
from wardround.engines.synth import synth
from wardround.lake.installs import InstallLake
from wardround.lake.statements import Statements, Writer

Run = Callable[..., tuple[int, str, str]]
DAY = "2025-05-01T00:00:00Z"


def a_record(cve: str, product: str, end: str, *, state: str = "PUBLISHED", default: str = "unaffected") -> bytes:
    entry = {"version": "0", "lessThan": end, "versionType": "semver", "status": "affected"}
    affected = [{"vendor": "Example", "product": product, "defaultStatus": default, "versions": [entry]}]
    meta = {"cveId": cve, "state": state, "datePublished": DAY, "dateUpdated": DAY}
    return orjson.dumps(
        {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": {"affected": affected}}}
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three fictitious records and the inventories of two organisations."""
    folder = tmp_path_factory.mktemp("home")
    records = [
        a_record("CVE-2030-0001", "Gateway", "2.0.0"),
        a_record("CVE-2030-0002", "Portal", "3.0.0", default="unknown"),
        a_record("CVE-2030-0003", "Gateway", "9.0.0", state="REJECTED"),
    ]
    with Statements.open(folder / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2025, 5, 2, tzinfo=UTC))
        with writer.transaction():
            for record in records:
                writer.cve(read_cve(record, where="a test"), source="a test")
    holding = {
        "ZZ1": [("a", "Gateway", "1.0.0"), ("a", "Gateway", "1.5.0"), ("b", "Gateway", "2.0.0"), ("c", "Gateway", "")],
        "ZZ2": [("a", "Portal", "4.0.0"), ("b", "Gateway", "1.0.0"), ("b", "Portal", "1.0.0")],
    }
    for n, (org, rows) in enumerate(holding.items()):
        installs = [Install(asset, product, version, vendor="Example") for asset, product, version in rows]
        taken = datetime(2025, 5, 2, tzinfo=UTC)
        InstallLake(folder / "lake").write(org, snapshot=UUID(int=n), installs=installs, taken_at=taken, source="a scan")
    return folder


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], home: Path, tmp_path: Path) -> Run:
    def run(*arguments: str | Path, estate: Path = home, feeds: Path = home) -> tuple[int, str, str]:
        told = ["match", "--estate", str(estate), "--feeds", str(feeds), "--index", str(tmp_path / "index")]
        with pytest.raises(SystemExit) as ended:
            main([*told, *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


def test_every_advisory_of_every_organisation(run: Run) -> None:
    code, out, _ = run("--json")
    document = json.loads(out)
    assert code == 0
    assert list(document)[:5] == ["pairs", "affected", "unknown", "cpu_seconds", "peak_mb"]
    assert (document["pairs"], document["affected"], document["unknown"]) == (6, 3, 2)
    assert document["organisations"] == [
        {"code": "ZZ1", "advisories": 1, "affected_devices": 1, "unknown_devices": 1, "findings": {"affected": 1, "unknown": 1}},
        {"code": "ZZ2", "advisories": 2, "affected_devices": 1, "unknown_devices": 1, "findings": {"affected": 2, "unknown": 1}},
    ]


def test_one_advisory_names_the_devices_and_counts_each_once(run: Run) -> None:
    document = json.loads(run("--json", "--cve", "cve-2030-0001")[1])
    first, second = document["organisations"]
    assert (first["affected_devices"], first["affected_ids"], first["unknown_ids"]) == (1, ["a"], ["c"])
    assert (second["affected_ids"], second["unknown_ids"]) == (["b"], [])


def test_the_devices_go_to_a_file(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("--json", "--cve", "CVE-2030-0001", "--org", "ZZ1", "--out", tmp_path / "devices.jsonl")[1])
    assert [o["code"] for o in document["organisations"]] == ["ZZ1"]
    assert "affected_ids" not in document["organisations"][0]
    lines = [json.loads(line) for line in (tmp_path / "devices.jsonl").read_text().splitlines()]
    assert lines == [{"code": "ZZ1", "device": "a", "is": "affected"}, {"code": "ZZ1", "device": "c", "is": "unknown"}]


def test_a_rejected_record_counts_nothing(run: Run) -> None:
    document = json.loads(run("--json", "--cve", "CVE-2030-0003")[1])
    assert document["pairs"] == 0
    assert all(o["affected_devices"] == o["unknown_devices"] == 0 for o in document["organisations"])


def test_the_feeds_folder_will_do_for_the_home(run: Run, home: Path) -> None:
    assert json.loads(run("--json", feeds=home / "feeds")[1])["pairs"] == 6


def test_an_organisation_whose_file_is_cut_is_not_known_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    synth(tmp_path / "nation", trusts=2, devices=60, seed=1)
    path = tmp_path / "nation" / "org=ZZT002.arrow"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    for asked in (), ("--cve", "CVE-2030-0001"):
        code, out, err = run("--json", *asked, estate=tmp_path / "nation")
        first, second = json.loads(out)["organisations"]
        assert (code, first["code"], first["affected_devices"]) == (0, "ZZT001", 0)
        assert {key: second[key] for key in ("code", "affected_devices", "unknown_devices")} == {
            "code": "ZZT002",
            "affected_devices": None,
            "unknown_devices": None,
        }
        assert "org=ZZT002.arrow" in second["unread"]
        assert "org=ZZT002.arrow" in json.loads(out)["set_aside"][0]
        assert "org=ZZT002.arrow" in err
    assert "not known: its files cannot be read" in run(estate=tmp_path / "nation")[1]
    assert "org=ZZT002.arrow" in run("--org", "ZZT002", estate=tmp_path / "nation")[2]
    path.write_bytes(whole)
    assert all("unread" not in o for o in json.loads(run("--json", estate=tmp_path / "nation")[1])["organisations"])
    path.write_bytes(whole[:-9])  # it served once: it goes on as it was, and says so
    first, second = json.loads(run("--json", estate=tmp_path / "nation")[1])["organisations"]
    assert (second["affected_devices"], "org=ZZT002.arrow" in second["unread"], "unread" in first) == (0, True, False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--cve", "CVE-1999-0001"), "no record of 'CVE-1999-0001' is here"),
        (("--org", "NOBODY"), "no organisation 'NOBODY' is in this estate"),
    ],
)
def test_what_is_not_there_is_said(run: Run, arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run("--json", *arguments)
    assert (code, out) == (2, "")
    assert says in err


def test_folders_that_are_none_are_said(run: Run, tmp_path: Path) -> None:
    assert "this is no estate" in run(estate=tmp_path)[2]
    assert "there is no such folder" in run(estate=tmp_path / "none")[2]
    assert "there is no such folder" in run(feeds=tmp_path / "none")[2]
    assert "no advisories are here yet" in run(feeds=tmp_path)[2]
