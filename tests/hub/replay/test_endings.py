"""The replay of May 2025: every ending follows from the inputs, so that changing one changes its ending, and no other."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from wardround.core.vocab import BadInput
from wardround.hub.alerts.models import Alert, Response, Word
from wardround.hub.audit.models import Entry
from wardround.hub.incidents.models import Incident
from wardround.hub.outbox.models import Message
from wardround.hub.replay import scenario as scenarios
from wardround.hub.replay.ending import endings
from wardround.hub.replay.inputs import read_estate, read_logs, write_estate, write_logs
from wardround.hub.replay.play import Playback, play
from wardround.lake.home import Home

pytestmark = pytest.mark.django_db
EPMM = scenarios.load("epmm")


@pytest.fixture(scope="module")
def played(module_hub: Home) -> Playback:
    return play(EPMM)


@pytest.fixture(scope="module")
def ends(played: Playback) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in played.organisations}


class TestTheBundledEndings:
    """All that the issue asks for are there."""

    def test_there_are_twelve(self, ends: dict[str, Any]) -> None:
        assert sorted(ends) == [f"EX{n:02d}" for n in range(1, 13)]

    def test_never_had_it_and_attested(self, ends: dict[str, Any]) -> None:
        assert (ends["EX01"]["state"], ends["EX01"]["closing"]) == ("closed", "does_not_apply")
        assert Word.unscoped.filter(response__organisation__code="EX01", kind="attestation").exists()

    def test_patched_closed_reopened_hunted_and_closed_again(self, ends: dict[str, Any]) -> None:
        assert (ends["EX02"]["closing"], ends["EX02"]["reopened"]) == ("window_hunted", True)
        said = Word.unscoped.filter(response__organisation__code="EX02", kind__in=("closed", "reopened"))
        assert [(w.kind, w.body.get("closing")) for w in said] == [
            ("closed", "fixed"),
            ("reopened", None),
            ("closed", "window_hunted"),
        ]
        assert [w.at.date().isoformat() for w in said][:2] == ["2025-05-14", "2025-05-19"]

    def test_patched_but_entered_before(self, ends: dict[str, Any]) -> None:
        assert ends["EX03"]["closing"] is None
        assert "incident" in ends["EX03"]["codes"]
        assert Incident.unscoped.get(organisation__code="EX03", closed_at=None)

    def test_a_gap_waits_for_a_person(self, ends: dict[str, Any]) -> None:
        assert ends["EX04"]["codes"] == ["coverage"]
        assert 0 < ends["EX04"]["hours_seen"] < ends["EX04"]["hours"]

    def test_a_gateway_waits_for_its_manufacturer(self, ends: dict[str, Any]) -> None:
        assert ends["EX05"]["state"] == "awaiting_manufacturer"
        assert any("review on 28 May 2025" in why for why in ends["EX05"]["open_because"])

    def test_never_answered_is_overdue_and_shown_as_such(self, ends: dict[str, Any]) -> None:
        assert ends["EX06"]["state"] == "issued"
        assert {"acknowledge", "remediate"} <= set(ends["EX06"]["overdue"])

    def test_a_coarse_version_is_unknown_and_asked_for(self, ends: dict[str, Any]) -> None:
        assert ends["EX07"]["state"] == "not_yet_known"
        assert any("12.4" in why and "enter its full version" in why for why in ends["EX07"]["open_because"])

    def test_a_source_that_sees_edge_appliances_shows_absence(self, ends: dict[str, Any]) -> None:
        assert ends["EX08"]["closing"] == "does_not_apply"

    def test_an_asset_in_no_newer_snapshot_is_not_gone(self, ends: dict[str, Any]) -> None:
        assert ends["EX09"]["closing"] is None
        assert any("mdm-south was last seen affected on 12 May 2025" in why for why in ends["EX09"]["open_because"])

    def test_kinds_of_closing_are_never_merged(self, ends: dict[str, Any]) -> None:
        assert {ends[c]["closing"] for c in ("EX10", "EX11", "EX12")} == {"risk_accepted", "window_partly_visible", "window_hunted"}


class TestTheStory:
    def test_an_open_end_says_why_and_a_closed_one_says_nothing(self, ends: dict[str, Any]) -> None:
        for row in ends.values():
            assert bool(row["open_because"]) == (row["state"] != "closed")
            assert (row["closing"] is not None) == (row["state"] == "closed")

    def test_its_steps_are_in_order_and_tell_what_was_known_decided_and_sent(self, played: Playback) -> None:
        times = [step["at"] for step in played.steps]
        assert times == sorted(times)
        told = "\n".join(step["what"] for step in played.steps)
        for part in (
            "CVE-2025-4427 published",
            "known to be exploited (KEV) since today",
            "revision 2",
            "messages sent",
            "reopened",
        ):
            assert part in told

    def test_the_comparison_is_worked_out_from_the_days(self, played: Playback) -> None:
        compared = played.comparison
        assert {row["cve"]: row["due"] for row in compared["cvss_first"]}["CVE-2025-4427"] is None
        assert {row["cve"]: row["acts_on"] for row in compared["epss_first"]} == {
            "CVE-2025-4427": "2025-05-20",
            "CVE-2025-4428": None,
        }
        decisions = [[d["decision"] for d in row["decisions"]] for row in compared["wardround"]]
        assert decisions == [["3D", "3DF"], ["3D", "3DF"]]
        literal = compared["literal_matching"]
        assert {a["version"] for a in literal["false_alarms"]} >= {"12.4.0.2", "12.3.0.2"}

    def test_every_message_was_sent(self, played: Playback) -> None:
        assert Message.unscoped.exists()
        assert not Message.unscoped.filter(sent_at=None).exists()
        assert len(list((settings.HOME.path / "outgoing-mail").glob("*.eml"))) == Message.unscoped.count()

    def test_the_record_has_no_gaps(self, played: Playback) -> None:
        for code in ("CENTRE", "EX02", "EX03"):
            numbers = list(Entry.unscoped.filter(organisation__code=code).values_list("sequence", flat=True))
            assert numbers == list(range(1, len(numbers) + 1))

    def test_as_of_the_eve_of_the_listing_the_answer_is_that_of_the_eve(self, played: Playback) -> None:
        then = {row["code"]: row for row in endings(Alert.objects.get(), at=datetime(2025, 5, 18, 23, tzinfo=UTC))}
        assert (then["EX02"]["state"], then["EX02"]["closing"], then["EX02"]["reopened"]) == ("closed", "fixed", False)
        assert then["EX03"]["closing"] == "fixed"
        assert then["EX02"]["decision"] == "3D"

    def test_it_plays_in_an_empty_home_only(self, played: Playback) -> None:
        with pytest.raises(BadInput, match="has organisations already"):
            play(EPMM)

    def test_no_ending_is_written_down(self) -> None:
        """Neither a code of an organisation nor a kind of closing is named by the players."""
        source = Path(scenarios.__file__).parent
        for path in source.glob("*.py"):
            found = re.findall(r"EX\d\d|window_hunted|window_partly_visible", path.read_text("utf-8"))
            assert not found or path.name == "demonstration.py", (path.name, found)
        assert not re.search(r"^\s*(closing|ending|state)\s*=", (scenarios.DATA / "epmm" / "scenario.toml").read_text(), re.M)


def test_exported_inputs_are_read_back_whole(tmp_path: Path) -> None:
    write_estate(EPMM, folder=tmp_path / "estate")
    write_logs(EPMM, folder=tmp_path / "logs")
    snapshots, logs = read_estate(tmp_path / "estate"), read_logs(tmp_path / "logs")
    assert len(snapshots) == sum(len(s.days) for o in EPMM.organisations for s in o.sources)
    assert len(logs) == sum(len(log.uploads) for o in EPMM.organisations for log in o.logs)
    assert {s.organisation for s in snapshots} == {o.code for o in EPMM.organisations}
    assert all(s.sees for s in snapshots)


def test_the_same_scenario_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_logs(EPMM, folder=tmp_path / name)
    one, two = ({p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.log")} for n in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("name", ["inventory.csv", "2025-05_perimeter.csv", "perimeter_2025-05-14.csv"])
def test_a_snapshot_whose_name_says_no_day_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "EX01").mkdir()
    (tmp_path / "EX01" / name).write_text("asset_id,product,version\n")
    with pytest.raises(BadInput, match="rename it"):
        read_estate(tmp_path)


def test_an_empty_estate_and_a_missing_folder_of_logs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no snapshots"):
        read_estate(tmp_path)
    with pytest.raises(BadInput, match="is no folder"):
        read_logs(tmp_path / "nowhere")


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="epmm"):
        scenarios.load("wannacry")


def test_a_version_holds_from_its_day_on() -> None:
    asset = scenarios.AssetSpec("a", "phones", "yes", {"2025-05-12": "1", "2025-05-14": "2"}, gone_from=date(2025, 5, 16))
    assert [asset.version_on(date(2025, 5, day)) for day in (11, 12, 13, 14, 15, 16)] == [None, "1", "1", "2", "2", None]


def test_after_all_there_is_one_alert_and_a_response_for_each(played: Playback) -> None:
    assert Response.unscoped.count() == 12
