"""Behind a proxy that does TLS: cookies of this host alone, and browsers told to stay with HTTPS. Without one, neither."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

ASK = """
import sys
from wardround.hub.boot import boot
from wardround.lake.home import Home
boot(Home.at(None))
from django.core.management import call_command
call_command("migrate", verbosity=0)
import orjson
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
answer = Client().get("/sign-in/", headers={"x-forwarded-proto": "https"})
parts = ("secure", "httponly", "samesite", "path", "domain")
cookies = {name: [one[part] for part in parts] for name, one in answer.cookies.items()}
sys.stdout.buffer.write(orjson.dumps([cookies, answer.headers.get("Strict-Transport-Security"), settings.SESSION_COOKIE_NAME]))
"""


def asked(home: Path, **settings: str) -> list[object]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))} | settings
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=env | {"WARDROUND_HOME": str(home)}, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return list(orjson.loads(done.stdout))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "installation.json").write_bytes(orjson.dumps({"secret_key": os.urandom(24).hex(), "demo_at": None}))
    return folder


def test_over_https_cookies_belong_to_this_host_and_browsers_stay(home: Path) -> None:
    cookies, stay, session = asked(home, WARDROUND_HTTPS="1")
    assert cookies == {"__Host-csrf": [True, True, "Lax", "/", ""]}
    assert stay == "max-age=63072000; includeSubDomains"
    assert session == "__Host-session"


def test_without_a_proxy_nothing_is_promised_that_plain_http_cannot_hold(home: Path) -> None:
    cookies, stay, session = asked(home)
    assert list(cookies) == ["csrftoken"]  # type: ignore[call-overload]
    assert (stay, session) == (None, "sessionid")
