"""`wardround retention` on a real home: what is over is counted, nothing goes until it is told to, a wrong setting stops it."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

SET_UP = """
from datetime import UTC, datetime, timedelta
from wardround.hub.boot import boot
from wardround.lake.home import Home
boot(Home.at(None))
from django.core.management import call_command
call_command("migrate", verbosity=0)
from wardround.hub.accounts.joining import add_organisation
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.outbox.services import announce
from wardround.hub.outbox.models import Message
long_ago = datetime.now(UTC) - timedelta(days=400)
act = Act(system_access("test"), long_ago)
trust = add_organisation(act, code="EX71", name="Example Trust", mailbox="cyber@ex71.example", fictitious=True)
announce(act, organisation=trust, subject="s", body="b", about="x")
Message.unscoped.update(sent_at=long_ago)
"""


def run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))} | settings
    env["WARDROUND_HOME"] = str(home)
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, timeout=120)


def retention(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return run(home, "-m", "wardround", "retention", *arguments, **settings)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("retention") / "home"
    made.mkdir(mode=0o700)
    (made / "installation.json").write_bytes(orjson.dumps({"secret_key": os.urandom(24).hex(), "demo_at": None}))
    done = run(made, "-c", SET_UP)
    assert done.returncode == 0, done.stderr
    return made


def test_it_counts_what_is_over_and_removes_it_only_when_told_to(home: Path) -> None:
    told = [orjson.loads(retention(home, *arguments, "--json").stdout) for arguments in ((), (), ("--apply",), ())]
    assert [one["over"]["EX71"] for one in told] == [{"messages": 1}] * 3 + [{}]
    assert [one["removed"] for one in told] == [0, 0, 1, 0]
    assert [rule["key"] for rule in told[0]["rules"]] == ["logs", "incidents", "inventories", "people", "messages"]


def test_it_says_the_rules_in_words(home: Path) -> None:
    done = retention(home, WARDROUND_KEEP_LOGS="always", WARDROUND_KEEP_MESSAGES="90")
    assert "logs         kept always" in done.stdout
    assert "messages     90 days after they were sent or given up" in done.stdout


def test_a_setting_that_is_no_term_stops_it_and_the_doctor_names_it(home: Path) -> None:
    done = retention(home, "--apply", WARDROUND_KEEP_LOGS="0")
    assert (done.returncode, "WARDROUND_KEEP_LOGS" in done.stderr) == (2, True)
    doctor = run(home, "-m", "wardround", "doctor", WARDROUND_KEEP_LOGS="0")
    assert doctor.returncode == 1
    assert "WARDROUND_KEEP_LOGS" in doctor.stdout
