"""Every setting stands in one table; its value comes from the environment or from a file, and is known by its source."""

import re
from pathlib import Path

import pytest

from wardround.core.vocab import BadInput
from wardround.lake.settings import SETTINGS, all_stated, demand_strong, not_settings, stated


def test_what_nobody_stated_is_said_to_be_the_default() -> None:
    one = stated("WARDROUND_HOSTS", environ={})
    assert (one.value, one.source, one.shown) == ("", "default", "127.0.0.1,localhost,[::1]")


def test_a_variable_states_it() -> None:
    one = stated("WARDROUND_HOSTS", environ={"WARDROUND_HOSTS": "hub.example"})
    assert (one.value, one.source, one.shown) == ("hub.example", "environment", "hub.example")


def test_a_file_states_it_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://hub@db.example/hub\n")
    one = stated("WARDROUND_DATABASE", environ={"WARDROUND_DATABASE_FILE": str(tmp_path / "url")})
    assert (one.value, one.source) == ("postgresql://hub@db.example/hub", f"file {tmp_path / 'url'}")


@pytest.mark.parametrize("setting", [one for one in SETTINGS if one.secret], ids=lambda one: one.name)
def test_a_secret_is_never_shown(setting) -> None:
    assert "hunter" not in stated(setting.name, environ={setting.name: "hunter-hunter"}).shown


def test_variable_and_file_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(BadInput, match="both stated"):
        stated("WARDROUND_SMTP_URL", environ={"WARDROUND_SMTP_URL": "smtp://a", "WARDROUND_SMTP_URL_FILE": str(tmp_path / "f")})


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff", "not UTF-8")]
)
def test_a_file_that_states_nothing_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "f").write_bytes(content)
    with pytest.raises(BadInput, match=says):
        stated("WARDROUND_SECRET_KEY", environ={"WARDROUND_SECRET_KEY_FILE": str(tmp_path / "f")})


def test_a_slip_of_the_hand_is_found_with_what_was_meant() -> None:
    environ = {
        "WARDROUND_DATABASE_URL": "x",
        "WARDROUND_HOSTS_FILE": "x",
        "WARDROUND_PASSWORD_FILE": "x",
        "WARDROUND_ZZZZZZ": "x",
        "PATH": "x",
        "WARDROUND_HOME": "x",
    }
    assert not_settings(environ=environ) == [
        ("WARDROUND_DATABASE_URL", "WARDROUND_DATABASE"),
        ("WARDROUND_PASSWORD_FILE", "WARDROUND_PASSWORD"),
        ("WARDROUND_ZZZZZZ", ""),
    ]


def test_the_table_is_whole_and_in_order() -> None:
    assert [one.setting for one in all_stated(environ={})] == list(SETTINGS)


def test_no_setting_is_read_past_the_table(root: Path) -> None:
    past = re.compile(r"(environ(\.get\(|\[)|getenv\()\s*[\"']WARDROUND_(?!HOME\"\] =|DATABASE\"\] =)")
    sources = [path for path in (root / "src").rglob("*.py") if past.search(path.read_text("utf-8"))]
    assert sources == []


@pytest.mark.parametrize(
    "guessable", ["short", "postgres-postgres", "changeme1234", "wardround2026", "password1234", "aaaaaaaaaaaaaaaa", "abababababab"]
)
def test_a_secret_that_could_be_guessed_is_refused(guessable: str) -> None:
    with pytest.raises(BadInput, match=r"shorter|guessed"):
        demand_strong(guessable, where="here")


@pytest.mark.parametrize("good", ["kR8-vTq2_mLx9", "four dull words here", "x7Qm2Lr9Tz4Vb6Nc1Wd8Kf3Hj5Pg0Sa-secret"])
def test_a_long_one_is_taken(good: str) -> None:
    demand_strong(good, where="here")
