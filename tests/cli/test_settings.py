"""`wardround settings`: what holds, and who said so."""

import os
import subprocess
import sys
from pathlib import Path

import orjson


def call(*arguments: str, **stated: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))} | stated
    return subprocess.run([sys.executable, "-m", "wardround", *arguments], env=env, capture_output=True, text=True, timeout=120)


def test_each_setting_is_listed_with_its_source_and_no_secret(tmp_path: Path) -> None:
    stated = {"WARDROUND_HOME": str(tmp_path), "WARDROUND_SMTP_URL": "smtp://u:hunter2@m.example", "WARDROUND_HOTS": "x"}
    done = call("settings", "--json", **stated)
    assert "hunter2" not in done.stdout + done.stderr
    said = orjson.loads(done.stdout)
    sources = {one["name"]: one["source"] for one in said["settings"]}
    assert (sources["WARDROUND_HOME"], sources["WARDROUND_SMTP_URL"], sources["WARDROUND_HTTPS"]) == (
        "environment",
        "environment",
        "default",
    )
    assert said["not_settings"] == [{"name": "WARDROUND_HOTS", "meant": "WARDROUND_HOSTS"}]
    assert said["home"] == str(tmp_path)


def test_for_a_person_it_is_a_list(tmp_path: Path) -> None:
    done = call("settings", WARDROUND_HOME=str(tmp_path), WARDROUND_DATABSE="x")
    assert done.returncode == 0
    assert "WARDROUND_DATABSE" in done.stdout
    assert "is WARDROUND_DATABASE meant?" in done.stdout


def test_a_weak_secret_starts_nothing(tmp_path: Path) -> None:
    home = {"WARDROUND_HOME": str(tmp_path / "home")}
    for stated, says in (
        ({"WARDROUND_SECRET_KEY": "changeme"}, "WARDROUND_SECRET_KEY"),
        ({"WARDROUND_DATABASE": "postgresql://hub:wardround1234@127.0.0.1:1/hub"}, "the password in WARDROUND_DATABASE"),
        ({"WARDROUND_DATABASE": "mysql://hub@127.0.0.1/hub"}, "postgresql://user:password@host:port/name"),
        ({"WARDROUND_DATABASE_FILE": str(tmp_path / "none")}, "cannot be read"),
    ):
        done = call("organisation", "list", **home, **stated)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert says in done.stderr
