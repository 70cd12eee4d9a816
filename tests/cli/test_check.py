"""`wardround check`, as people and programs call it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine

from wardround.cli import main
from wardround.core.advisories import read_cve
from wardround.lake.statements import Statements, Writer

Run = Callable[..., tuple[int, str, str]]
SSVC = {"Exploitation": "active", "Automatable": "yes", "Technical Impact": "total"}
MILD = {"Exploitation": "none", "Automatable": "no", "Technical Impact": "partial"}


def a_record(cve: str, *affected: dict[str, Any], day: int = 13, state: str = "PUBLISHED", ssvc: dict[str, str] = SSVC) -> bytes:
    """A fictitious record, published and stamped on a day of May 2030."""
    said = [{key: value} for key, value in ssvc.items()]
    stamp = {"timestamp": f"2030-05-{day}T16:00:00+00:00", "options": said, "version": "2.0.3", "id": cve}
    meta = {"cveId": cve, "state": state, "datePublished": f"2030-05-{day}T15:45:00Z", "dateUpdated": f"2030-05-{day}T15:45:00Z"}
    adp = {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"},
        "metrics": [{"other": {"type": "ssvc", "content": stamp}}],
    }
    containers = {"cna": {"title": "An example", "affected": list(affected)}, "adp": [adp]}
    return orjson.dumps({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": containers})


def below(end: str, *, vendor: str = "Example", product: str = "Gateway", **more: Any) -> dict[str, Any]:
    entry = {"version": "0", "lessThan": end, "versionType": "semver", "status": "affected"}
    return {"vendor": vendor, "product": product, "defaultStatus": "unaffected", "versions": [entry]} | more


def filled(home: Path, records: list[bytes]) -> Path:
    with Statements.open(home / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2030, 5, 20, 13, tzinfo=UTC))
        with writer.transaction():
            for n, record in enumerate(records):
                writer.cve(read_cve(record, where=f"{n}.json"), source="a test")
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that knows six fictitious records."""
    return filled(
        tmp_path_factory.mktemp("home"),
        [
            a_record("CVE-2030-0001", below("2.0.0")),
            a_record("CVE-2030-0002", below("3.0.0", defaultStatus="unknown"), ssvc=MILD),
            a_record("CVE-2030-0003", below("2.0.0", product="Portal")),
            a_record("CVE-2030-0004", below("2.0.0", product="Portal", vendor="Other")),
            a_record("CVE-2030-0005", below("9.0.0"), state="REJECTED"),
            a_record("CVE-2030-0006", below("9.0.0"), day=18),
        ],
    )


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], home: Path) -> Run:
    """Runs the command on that installation: exit code, standard output, standard error."""

    def run(*arguments: str | Path, at: Path = home) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["check", *map(str, arguments), "--home", str(at)])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def inventory(tmp_path: Path) -> Callable[..., Path]:
    """Writes an inventory; each row is asset, product, version, vendor, internet facing."""

    def write(*rows: str) -> Path:
        path = tmp_path / "assets.csv"
        path.write_text("\n".join(("asset_id,product,version,vendor,internet_facing", *rows)) + "\n")
        return path

    return write


def document(run: Run, *arguments: str | Path, code: int = 0, **more: Any) -> dict[str, Any]:
    ended, out, _ = run(*arguments, "--json", **more)
    assert ended == code
    return json.loads(out)


def answers(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f["asset_id"], f["cve"], f["verdict"]) for f in found["findings"]]


def test_a_finding_has_all_that_was_promised(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory("gw-01,Gateway,1.2.0,Example,yes"), "--as-of", "2030-05-14")
    assert found["findings"][0] == {
        "asset_id": "gw-01",
        "product": "Gateway",
        "version": "1.2.0",
        "cve": "CVE-2030-0001",
        "verdict": "affected",
        "reason": "Entry 1 of the record covers versions up to but not including 2.0.0, and calls that affected; "
        "1.2.0 is one of them.",
        "assumed": [],
        "decided_by": "CVE-2030-0001 /containers/cna/affected/0/versions/0",
        "priority": {
            "decision": "3D",
            "due": "2030-05-16",
            "policy": "bod-26-04 1.0.0",
            "assumed": [],
            "best": "3D",
            "forensic_triage": False,
        },
    }


def test_not_affected_is_listed_only_with_all_and_has_no_priority(run: Run, inventory: Callable[..., Path]) -> None:
    file = inventory("gw-01,Gateway,2.0.0,Example,yes")
    assert answers(document(run, file, "--as-of", "2030-05-14")) == [("gw-01", "CVE-2030-0002", "affected")]
    everything = document(run, file, "--as-of", "2030-05-14", "--all")
    assert answers(everything)[-1] == ("gw-01", "CVE-2030-0001", "not_affected")
    assert everything["findings"][-1]["priority"] is None
    assert everything["counts"] == {"affected": 1, "unknown": 0, "not_evaluable": 0, "not_affected": 1}


def test_known_inputs_come_before_assumed_ones_then_the_strictest_first(run: Run, inventory: Callable[..., Path]) -> None:
    file = inventory("a,Gateway,1.0.0,Example,unknown", "b,Gateway,1.0.0,Example,no", "c,Gateway,1.0.0,Example,yes")
    found = document(run, file, "--as-of", "2030-05-14")["findings"]
    assumed = [bool(f["priority"]["assumed"]) for f in found]
    assert assumed == sorted(assumed)
    assert (found[0]["asset_id"], found[0]["cve"]) == ("c", "CVE-2030-0001")


def test_as_of_a_day_before_a_record_it_does_not_exist(run: Run, inventory: Callable[..., Path]) -> None:
    file = inventory("gw-01,Gateway,5.0.0,Example,yes")
    assert "CVE-2030-0006" not in {f["cve"] for f in document(run, file, "--as-of", "2030-05-17")["findings"]}
    assert "CVE-2030-0006" in {f["cve"] for f in document(run, file, "--as-of", "2030-05-18")["findings"]}


def test_before_any_record_of_it_a_product_is_named_by_none(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory("gw-01,Gateway,1.0.0,Example,yes"), "--as-of", "2030-05-12")
    assert (found["findings"], found["named_by_no_record"]["count"]) == ([], 1)


def test_without_as_of_it_is_the_day_it_is(run: Run, inventory: Callable[..., Path]) -> None:
    with time_machine.travel(datetime(2030, 5, 18, 23, 59, tzinfo=UTC), tick=False):
        found = document(run, inventory("gw-01,Gateway,5.0.0,Example,yes"))
    assert (found["as_of"], "CVE-2030-0006" in {f["cve"] for f in found["findings"]}) == ("2030-05-18", True)


def test_a_rejected_record_is_no_finding(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory("gw-01,Gateway,5.0.0,Example,yes"), "--as-of", "2030-05-14", "--all")
    assert "CVE-2030-0005" not in {f["cve"] for f in found["findings"]}


def test_without_a_vendor_and_several_in_the_feeds_each_record_is_unknown(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory("p-01,Portal,1.0.0,,yes"), "--as-of", "2030-05-14")
    assert answers(found) == [("p-01", "CVE-2030-0003", "unknown"), ("p-01", "CVE-2030-0004", "unknown")]


def test_what_no_record_names_is_counted_and_said_not_to_be_not_affected(run: Run, inventory: Callable[..., Path]) -> None:
    file = inventory("x,Nobody Knows This,1.0,,yes", "y,Gateway,9.0.0,Example,yes")
    found = document(run, file, "--as-of", "2030-05-14")
    assert [i["asset_id"] for i in found["named_by_no_record"]["installs"]] == ["x"]
    _, out, _ = run(file, "--as-of", "2030-05-14")
    assert "Named by no record as they are written here: 1 products" in out
    assert "not the same as not affected" in " ".join(out.split())


@pytest.mark.parametrize(("limit", "code"), [("3D", 1), ("60d", 1), ("3DF", 0)])
def test_fail_on_a_decision_or_a_stricter_one(run: Run, inventory: Callable[..., Path], limit: str, code: int) -> None:
    file = inventory("gw-01,Gateway,1.0.0,Example,yes")
    ended, out, err = run(file, "--as-of", "2030-05-14", "--fail-on", limit, "--json")
    assert ended == code
    assert json.loads(out)["findings"]
    assert ("--fail-on" in err) == bool(code)


@pytest.mark.parametrize(("limit", "code"), [("3D", 1), ("3DF", 0)])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_who_leaves_early_changes_no_exit_code(
    home: Path, inventory: Callable[..., Path], form: tuple[str, ...], limit: str, code: int
) -> None:
    """`wardround check FILE --fail-on 3D | head -1` under pipefail: what was found still counts."""
    file = inventory(*(f"gw-{n},Gateway,1.2.0,Example,yes" for n in range(2_000)))
    options = (str(file), "--as-of", "2030-05-14", "--fail-on", limit, "--home", str(home), *form)
    begun = subprocess.Popen([sys.executable, "-m", "wardround", "check", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert begun.stdout
    assert begun.stderr
    with begun:
        begun.stdout.close()
        said = begun.stderr.read().decode()
    assert begun.returncode == code
    assert "Broken" not in said


def test_until_a_sync_has_read_everything_the_page_says_that_records_may_be_missing(
    run: Run, inventory: Callable[..., Path], tmp_path: Path
) -> None:
    file, missing = inventory("gw-01,Gateway,1.2.0,Example,yes"), "No sync has yet read the CVE records to their end"
    home = filled(tmp_path / "home", [a_record("CVE-2030-0001", below("2.0.0"))])
    assert missing in run(file, "--as-of", "2030-05-14", at=home)[1].replace("\n", " ")
    with Statements.open(home / "feeds", write=True) as statements:
        now = datetime(2030, 5, 20, 13, tzinfo=UTC)
        writer = Writer(statements, seen_at=now)
        writer.finish(writer.begin("a test"), {"reached": ["cve"]}, at=now)
    assert missing not in run(file, "--as-of", "2030-05-14", at=home)[1].replace("\n", " ")


def test_what_is_unknown_fails_too_and_what_is_not_affected_does_not(run: Run, inventory: Callable[..., Path]) -> None:
    arguments = ("--as-of", "2030-05-14", "--fail-on", "3D")
    assert run(inventory("gw-01,Gateway,,Example,yes"), *arguments)[0] == 1
    assert run(inventory("gw-01,Gateway,9.0.0,Example,yes"), *arguments)[0] == 0


@pytest.mark.parametrize("policy", ["ssvc-deployer", "ncsc-uk"])
def test_another_policy_decides_in_its_own_words(run: Run, inventory: Callable[..., Path], policy: str) -> None:
    found = document(run, inventory("gw-01,Gateway,1.0.0,Example,yes"), "--as-of", "2030-05-14", "--policy", policy)
    assert all(f["priority"]["policy"].startswith(policy) for f in found["findings"])


@pytest.mark.parametrize(
    "arguments",
    [("--as-of", "yesterday"), ("--as-of", "2030-02-30"), ("--policy", "guess"), ("--fail-on", "soon"), ("--fail-on", "-1")],
)
def test_wrong_usage_ends_with_two_and_says_what_to_do(
    run: Run, inventory: Callable[..., Path], arguments: tuple[str, str]
) -> None:
    code, out, err = run(inventory("gw-01,Gateway,1.0.0,Example,yes"), *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("wardround: ")


def test_with_nothing_synced_it_says_what_to_do(run: Run, inventory: Callable[..., Path], tmp_path: Path) -> None:
    code, out, err = run(inventory("gw-01,Gateway,1.0.0,Example,yes"), "--json", at=tmp_path / "empty")
    assert (code, out, "wardround feeds sync" in err) == (2, "", True)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\x00\xff" * 50, b"asset_id,product\na,b\n", b'{"bomFormat": "CycloneDX", "specVersion": "9.9"}']
)
def test_a_file_that_cannot_be_used_ends_with_two_and_is_named(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    code, out, err = run(file, "--json")
    assert (code, out, "broken.json" in err) == (2, "", True)


def test_a_file_that_is_not_there_or_a_folder_ends_with_two(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "absent.csv")[0] == 2
    assert run(tmp_path)[0] == 2


def test_rows_that_cannot_be_used_are_reported_beside_the_others(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory(",Gateway,1.0.0,Example,yes", "gw-01,Gateway,1.0.0,Example,yes"), "--as-of", "2030-05-14")
    assert (len(found["rejected"]), {f["asset_id"] for f in found["findings"]}) == (1, {"gw-01"})


def test_a_version_of_ten_thousand_characters_is_not_evaluable(run: Run, inventory: Callable[..., Path]) -> None:
    found = document(run, inventory(f"gw-01,Gateway,{'9' * 10_000},Example,yes"), "--as-of", "2030-05-14")
    assert {f["verdict"] for f in found["findings"]} <= {"not_evaluable"}


def test_an_sboms_components_are_named_by_cpe_and_package_url(run: Run, tmp_path: Path) -> None:
    components = [
        {"type": "library", "bom-ref": "by-cpe", "name": "gw", "version": "1.0.0", "cpe": "cpe:2.3:a:example:gateway:1.0.0:*"},
        {"type": "library", "bom-ref": "by-purl", "name": "gw", "version": "1.0.0", "purl": "pkg:generic/example/gateway@1.0.0"},
        {"type": "library", "bom-ref": "by-group", "group": "Example", "name": "Gateway", "version": "1.0.0"},
    ]  # fmt: skip
    file = tmp_path / "sbom.json"
    file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))
    found = document(run, file, "--as-of", "2030-05-14")
    assert {f["asset_id"] for f in found["findings"]} == {"by-cpe", "by-purl", "by-group"}
    assert all(f["priority"]["assumed"] for f in found["findings"] if f["priority"]["best"] != f["priority"]["decision"])


def test_the_plain_page_says_what_to_do_next_without_colour_codes(run: Run, inventory: Callable[..., Path]) -> None:
    code, out, err = run(
        inventory("gw-01,Gateway [bold]x[/],1.0.0,,yes", "gw-02,Gateway,1.0.0,Example,yes"), "--as-of", "2030-05-14"
    )
    assert (code, err, "\x1b" in out) == (0, "", False)
    assert out.rstrip().splitlines()[-1].startswith(("Next: ", "CVE-2030-0001"))
    assert "Affected: Entry 1 of the record" in " ".join(out.split())


@pytest.mark.parametrize(("day", "decision", "due"), [("2025-05-14", "3D", "2025-05-16"), ("2025-05-19", "3DF", "2025-05-16")])
def test_epmm_as_of_its_days(
    run: Run, inventory: Callable[..., Path], shared: Path, tmp_path: Path, day: str, decision: str, due: str
) -> None:
    home = filled(tmp_path / "epmm", (shared / "cve" / "ivanti-epmm.jsonl").read_bytes().splitlines())
    file = inventory(
        "mdm-01,Endpoint Manager Mobile,12.4.0.1,Ivanti,yes",
        "mdm-02,endpoint manager  mobile,12.4.0.2,,yes",
        "mdm-03,Endpoint Manager Mobile,12.4,,yes",
    )
    found = document(run, file, "--as-of", day, "--all", at=home)
    pair = [f for f in found["findings"] if f["cve"] == "CVE-2025-4427"]
    assert {f["asset_id"]: f["verdict"] for f in pair} == {"mdm-01": "affected", "mdm-02": "not_affected", "mdm-03": "unknown"}
    assert {f["decided_by"] for f in pair} == {"override ivanti-epmm-2025"}
    assert [(f["priority"]["decision"], f["priority"]["due"]) for f in pair if f["priority"]] == [(decision, due)] * 2
