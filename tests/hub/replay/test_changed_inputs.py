"""The replay on changed inputs: one trace, patch, gap or version less or more, and the matching ending changes."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from wardround.hub.incidents.models import Incident
from wardround.hub.replay import scenario as scenarios
from wardround.hub.replay.inputs import write_estate, write_logs
from wardround.hub.replay.play import play
from wardround.lake.home import Home

pytestmark = pytest.mark.django_db
EPMM = scenarios.load("epmm")
TRACES = ("featureusage?format=$", "featureusage_history", "403.jsp", "mibasecss2", "shadowserver")
SEEN_AGAIN = "mdm-south,Ivanti,Endpoint Manager Mobile,12.5.0.1,mdm-south.ex09.example,edge_appliance,no,old site,2025-05-19\n"


def changed(folder: Path) -> tuple[Path, Path]:
    """The bundled inputs, exported, and changed in one respect for each of seven organisations."""
    estate, logs = folder / "estate", folder / "logs"
    write_estate(EPMM, folder=estate)
    write_logs(EPMM, folder=logs)
    _edit(
        logs / "EX03",
        lambda text: _without(text, *TRACES),
    )
    filled = replace(next(o for o in EPMM.organisations if o.code == "EX04").logs[0], gaps=())
    spare = replace(EPMM, organisations=tuple(replace(o, logs=(filled,)) if o.code == "EX04" else o for o in EPMM.organisations))
    write_logs(spare, folder=folder / "filled")
    for file in (folder / "filled" / "EX04").iterdir():
        (logs / "EX04" / file.name).write_bytes(file.read_bytes())
    _edit(estate / "EX05", lambda text: text.replace("12.3.0.0", "12.3.0.2"))
    _edit(estate / "EX07", lambda text: re.sub(r"(Endpoint Manager Mobile,12\.4)(?=,)", r"\g<1>.0.2", text))
    sees = orjson.loads((estate / "sources.json").read_bytes())
    sees["EX08"] = {name: ["server"] for name in sees["EX08"]}
    (estate / "sources.json").write_bytes(orjson.dumps(sees))
    last = estate / "EX09" / "2025-05-19_perimeter-inventory.csv"
    last.write_text(last.read_text() + SEEN_AGAIN)
    patched = (estate / "EX06" / "2025-05-12_perimeter-inventory.csv").read_text().replace("12.4.0.1", "12.4.0.2")
    (estate / "EX06" / "2025-05-16_perimeter-inventory.csv").write_text(patched)
    return estate, logs


def _edit(folder: Path, change: Callable[[str], str]) -> None:
    for file in folder.iterdir():
        before = file.read_text("utf-8")
        after = change(before)
        assert after != before, f"{file} holds nothing to change"
        file.write_text(after, "utf-8")


def _without(text: str, *marks: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not any(mark in line for mark in marks))


@pytest.fixture(scope="module")
def now(module_hub: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    estate, logs = changed(tmp_path_factory.mktemp("changed"))
    return {row["code"]: row for row in play(EPMM, estate=estate, logs=logs).organisations}


def test_without_its_traces_the_log_shows_no_entry(now: dict[str, Any]) -> None:
    assert now["EX03"]["closing"] == "window_hunted"
    assert not Incident.unscoped.filter(organisation__code="EX03").exists()


def test_with_its_gap_filled_it_closes_as_whole(now: dict[str, Any]) -> None:
    assert now["EX04"]["closing"] == "window_hunted"
    assert now["EX04"]["hours_seen"] == now["EX04"]["hours"]


def test_a_gateway_that_never_was_affected_waits_for_nobody(now: dict[str, Any]) -> None:
    assert now["EX05"]["state"] != "awaiting_manufacturer"


def test_patched_without_a_word_is_still_unanswered(now: dict[str, Any]) -> None:
    assert now["EX06"]["state"] == "issued"
    assert "affected" not in now["EX06"]["codes"]
    assert "acknowledge" in now["EX06"]["codes"]


def test_a_full_version_decides(now: dict[str, Any]) -> None:
    assert now["EX07"]["closing"] == "does_not_apply"


def test_where_no_source_sees_the_class_absence_shows_nothing(now: dict[str, Any]) -> None:
    assert now["EX08"]["closing"] is None
    assert "not_yet_known" in now["EX08"]["codes"]


def test_seen_again_as_fixed_it_is_no_longer_missing(now: dict[str, Any]) -> None:
    assert not any("mdm-south was last seen affected" in why for why in now["EX09"]["open_because"])
