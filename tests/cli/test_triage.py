"""`wardround triage`, as people and programs call it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
import time_machine

from wardround.cli import main
from wardround.core.advisories import read_cve, read_kev
from wardround.lake.statements import Statements, Writer

Run = Callable[..., tuple[int, str, str]]
SSVC = {"Exploitation": "active", "Automatable": "yes", "Technical Impact": "total"}


def a_record(cve: str = "CVE-2030-0001", *, state: str = "PUBLISHED", ssvc: dict[str, str] | None = None) -> bytes:
    """A fictitious record, published and stamped on Monday 13 May 2030."""
    options = [{key: value} for key, value in (SSVC if ssvc is None else ssvc).items()]
    stamp = {"timestamp": "2030-05-13T00:00:00+00:00", "options": options, "version": "2.0.3", "id": cve}
    return orjson.dumps(
        {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.1",
            "cveMetadata": {
                "cveId": cve,
                "state": state,
                "datePublished": "2030-05-13T15:45:00Z",
                "dateUpdated": "2030-05-13T15:45:00Z",
            },
            "containers": {
                "cna": {"title": "An example", "affected": [{"vendor": "Example", "product": "Gateway"}]},
                "adp": [
                    {
                        "title": "CISA ADP Vulnrichment",
                        "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"},
                        "metrics": [{"other": {"type": "ssvc", "content": stamp}}],
                    }
                ],
            },
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that knows three fictitious CVEs and a catalogue of 20 May 2030 that lists the first since the 19th."""
    home = tmp_path_factory.mktemp("home")
    catalogue = {
        "dateReleased": "2030-05-20T12:00:00Z",
        "vulnerabilities": [{"cveID": "CVE-2030-0001", "dateAdded": "2030-05-19", "dueDate": "2030-06-09"}],
    }
    kev = read_kev(orjson.dumps(catalogue), where="kev.json")
    with Statements.open(home / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2030, 5, 20, 13, tzinfo=UTC))
        with writer.transaction():
            writer.cve(read_cve(a_record(), where="a.json"), source="a test")
            writer.cve(read_cve(a_record("CVE-2030-0002", ssvc={}), where="b.json"), source="a test")
            writer.cve(read_cve(a_record("CVE-2030-0003", state="REJECTED"), where="c.json"), source="a test")
            for entry in kev.entries:
                writer.kev(entry, source="a test")
            writer.release("kev", kev.released, b"a hash", source="a test")
    return home


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], home: Path) -> Run:
    """Runs the command on that installation: exit code, standard output, standard error."""

    def run(*arguments: str, at: Path = home) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["triage", *arguments, "--home", str(at)])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


def answer(run: Run, *arguments: str) -> dict:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_before_the_kev_listing(run: Run) -> None:
    found = answer(run, "CVE-2030-0001", "--exposed", "yes", "--as-of", "2030-05-14")
    assert (found["decision"], found["best"], found["due"], found["policy"]) == ("3D", "3D", "2030-05-16", "bod-26-04 1.0.0")


def test_after_the_kev_listing(run: Run) -> None:
    found = answer(run, "cve-2030-0001", "--exposed", "YES", "--as-of", "2030-05-19", "--policy", "bod-26-04")
    assert (found["decision"], found["best"], found["due"], found["forensic_triage"]) == ("3DF", "3DF", "2030-05-16", True)


def test_each_input_has_its_value_source_date_and_whether_it_is_assumed(run: Run) -> None:
    found = answer(run, "CVE-2030-0001", "--exposed", "unknown", "--as-of", "2030-05-19")
    shown = [{key: one[key] for key in ("key", "value", "source", "date", "assumed")} for one in found["inputs"]]
    assert shown == [
        {"key": "PE", "value": "Y", "source": "not known", "date": None, "assumed": True},
        {"key": "KEV", "value": "Y", "source": "KEV catalogue", "date": "2030-05-19", "assumed": False},
        {"key": "A", "value": "Y", "source": "SSVC by CISA-ADP", "date": "2030-05-13", "assumed": False},
        {"key": "TI", "value": "T", "source": "SSVC by CISA-ADP", "date": "2030-05-13", "assumed": False},
    ]
    assert found["reasons"]
    assert found["would_change"][0].startswith("Not known: publicly exposed (PE)")


def test_a_decision_without_a_date_has_none(run: Run) -> None:
    assert answer(run, "CVE-2030-0001", "--exposed", "yes", "--as-of", "2030-05-14", "--policy", "ssvc-deployer")["due"] is None


def test_any_decision_point_can_be_given(run: Run) -> None:
    given = ("--input", "HI=very high", "--input", "exp=O", "--input", "A=yes", "--input", "E=Active")
    found = answer(run, "CVE-2030-0002", "--as-of", "2030-05-14", "--policy", "ssvc-deployer", *given)
    assert (found["decision"], found["best"], found["assumed"]) == ("I", "I", [])


def test_uk_deadlines(run: Run) -> None:
    found = answer(run, "CVE-2030-0002", "--exposed", "no", "--as-of", "2030-05-14", "--policy", "ncsc-uk")
    assert (found["decision"], found["best"], found["due"]) == ("7D", "14D", "2030-05-20")


def test_not_in_kev_says_how_old_the_catalogue_is(run: Run) -> None:
    found = answer(run, "CVE-2030-0002", "--as-of", "2030-05-25")
    assert [(i["source"], i["date"]) for i in found["inputs"] if i["key"] == "KEV"] == [
        ("not in the CISA KEV catalogue at hand, 5 days old by then", "2030-05-20")
    ]


@time_machine.travel("2030-05-19T10:00:00Z", tick=False)
def test_without_a_date_it_is_as_of_today(run: Run) -> None:
    assert answer(run, "CVE-2030-0001", "--exposed", "yes")["decision"] == "3DF"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["CVE-2030-0001", "--as-of", "2030-05-12"], "CVE-2030-0001 did not exist yet: it was published on 2030-05-13"),
        (["CVE-2030-9999"], "CVE-2030-9999 is not in the feeds at hand; check the id, or run `wardround feeds sync`"),
        (["CVE-2030-0003", "--as-of", "2030-05-14"], "CVE-2030-0003 was rejected by the authority that numbered it"),
        (["x" * 10_000], "is not in the feeds at hand"),
        (["CVE-2030-0001", "--as-of", "yesterday"], "--as-of: 'yesterday' is not a date; write it like 2025-05-14"),
        (["CVE-2030-0001", "--exposed", "perhaps"], "--exposed: 'perhaps' is not an answer; say yes, no or unknown"),
        (
            ["CVE-2030-0001", "--policy", "cvss"],
            "--policy: there is no policy 'cvss'; use one of bod-26-04, ssvc-deployer, ncsc-uk",
        ),
        (["CVE-2030-0001", "--policy", "human-impact"], "there is no policy 'human-impact'"),
        (["CVE-2030-0001", "--input", "A"], "--input: 'A' is not KEY=VALUE; write it like --input A=yes"),
        (["CVE-2030-0001", "--input", "A=yes", "--input", "A=no"], "--input: A is given twice"),
        (
            ["CVE-2030-0001", "--as-of", "2030-05-14", "--input", "CVSS=9.8"],
            "bod-26-04 has no decision point 'CVSS'; use one of PE",
        ),
        (
            ["CVE-2030-0001", "--as-of", "2030-05-14", "--input", "A=maybe"],
            "'maybe' is no value of A, automatable; use one of N (no), Y (yes)",
        ),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_answered_ends_with_2_and_a_message(run: Run, arguments: list[str], told: str) -> None:
    code, out, err = run(*arguments, "--json")
    assert (code, out) == (2, "")
    assert told in err


def test_without_feeds_it_says_how_to_get_them(run: Run, tmp_path: Path) -> None:
    code, out, err = run("CVE-2030-0001", at=tmp_path)
    assert (code, out) == (2, "")
    assert "feeds sync" in err
    assert not list(tmp_path.iterdir())


def test_people_read_the_decision_first_then_when_then_why_then_what_to_do(run: Run) -> None:
    code, out, _ = run("CVE-2030-0001", "--exposed", "yes", "--as-of", "2030-05-19")
    lines = out.splitlines()
    assert code == 0
    assert lines[:2] == ["Fix within 3 days, and forensic triage (3DF)", "Due Thursday 16 May 2030"]
    assert lines.index("Why") < lines.index("What would change it")
    assert "wardround hunt" in " ".join(lines[-2:])
    assert "\x1b" not in out


def test_people_are_told_what_is_assumed_and_what_to_find_out(run: Run) -> None:
    out = run("CVE-2030-0001", "--as-of", "2030-05-14")[1]
    assert "at best: fix within 60 days (60D)" in " ".join(out.split())
    assert "Next: find out about publicly exposed (PE) and ask again with --exposed yes (or no)" in " ".join(out.split())


def test_no_line_for_people_ends_in_spaces_or_is_too_wide(run: Run) -> None:
    out = run("CVE-2030-0002", "--policy", "ssvc-deployer", "--as-of", "2030-05-14")[1]
    assert all(line == line.rstrip() and len(line) <= 80 for line in out.splitlines())


@pytest.fixture(scope="module")
def epmm_home(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """An installation that knows the four real EPMM records."""
    home = tmp_path_factory.mktemp("epmm")
    with Statements.open(home / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2026, 6, 1, tzinfo=UTC))
        with writer.transaction():
            for line in (shared / "cve" / "ivanti-epmm.jsonl").read_bytes().splitlines():
                writer.cve(read_cve(line, where="ivanti-epmm.jsonl"), source="a test")
    return home


@pytest.mark.parametrize("cve", ["CVE-2025-4427", "CVE-2025-4428"])
@pytest.mark.parametrize(("day", "decision"), [("2025-05-14", "3D"), ("2025-05-18", "3D"), ("2025-05-19", "3DF")])
def test_the_real_pair_from_the_evidence_of_the_day(run: Run, epmm_home: Path, cve: str, day: str, decision: str) -> None:
    found = json.loads(run(cve, "--exposed", "yes", "--as-of", day, "--json", at=epmm_home)[1])
    assert (found["decision"], found["best"], found["due"]) == (decision, decision, "2025-05-16")
