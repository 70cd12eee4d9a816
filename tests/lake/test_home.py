"""The home folder: one place for everything that one installation keeps, chosen once, made by nobody who only looks."""

from pathlib import Path

import platformdirs
import pytest

from wardround.lake.home import Home


def test_what_was_asked_for_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDROUND_HOME", str(tmp_path / "other"))
    assert Home.at(tmp_path / "asked").path == tmp_path / "asked"


def test_then_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDROUND_HOME", str(tmp_path / "other"))
    assert Home.at(None).path == tmp_path / "other"


@pytest.mark.parametrize("value", [None, ""])
def test_then_the_platforms_data_folder(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARDROUND_HOME") if value is None else monkeypatch.setenv("WARDROUND_HOME", value)
    assert Home.at(None).path == Path(platformdirs.user_data_dir("wardround", False))


def test_a_home_is_absolute_so_that_a_change_of_folder_moves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.at(Path("var")).path == tmp_path / "var"


def test_a_tilde_is_the_users_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.at(Path("~/wardround")).path == tmp_path / "wardround"


def test_looking_creates_nothing(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "new")
    assert home.feeds
    assert not (tmp_path / "new").exists()


def test_everything_lies_inside_and_nothing_in_something_else() -> None:
    home = Home(Path("/srv/wardround"))
    places = [home.database, home.feeds, home.overrides, home.lake, home.files]
    assert all(place.parent == home.path for place in places)
    assert len(set(places)) == len(places)
