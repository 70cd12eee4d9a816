"""A story in which nothing asks for an alert still has its endings."""

import re
from pathlib import Path

import pytest

from wardround.hub.replay import scenario as scenarios
from wardround.hub.replay.inputs import write_estate
from wardround.hub.replay.play import play
from wardround.lake.home import Home

pytestmark = pytest.mark.django_db
EPMM = scenarios.load("epmm")


def test_where_everybody_was_patched_nobody_is_alerted_and_nothing_is_closed(hub: Home, tmp_path: Path) -> None:
    write_estate(EPMM, folder=tmp_path / "estate")
    (tmp_path / "logs").mkdir()
    for file in (tmp_path / "estate").glob("*/*.csv"):
        file.write_text(re.sub(r"(Endpoint Manager Mobile),[\d.]+", r"\1,12.5.0.1", file.read_text()))
    played = play(EPMM, estate=tmp_path / "estate", logs=tmp_path / "logs")
    assert {(o["state"], o["closing"]) for o in played.organisations} == {("not_alerted", None)}
    assert played.comparison == {}
