"""Whether the hub is well, for machines: alive, ready, in figures; and what its log holds."""

import json
import logging
import re
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from wardround.hub.logged import JsonLines, Lines
from wardround.hub.workers.models import Beat
from wardround.hub.workers.services import beat
from wardround.lake.home import Home

from ..builders import a_person, an_organisation

TOKEN = {"Authorization": "Bearer a-long-random-token"}


@pytest.fixture(autouse=True)
def nobody_works(hub: Home) -> None:
    """Threads of other tests have connections of their own: on PostgreSQL what they said stays."""
    Beat.objects.all().delete()


def test_a_hub_without_a_worker_lives_and_is_not_ready(client: Client) -> None:
    assert client.get("/health/").json() == {"ok": True, "database": "answers"}
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": "answers", "workers": 0})


def test_with_a_worker_it_is_ready(client: Client) -> None:
    beat("one", at=timezone.now())
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "answers", "workers": 1})


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "a-long-random-token"}])
def test_figures_are_for_who_has_the_token(client: Client, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    monkeypatch.setenv("WARDROUND_METRICS_TOKEN", "a-long-random-token")
    assert client.get("/metrics/", headers=given).status_code == 404


def test_without_the_setting_an_empty_token_opens_nothing(client: Client) -> None:
    assert client.get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_are_open_metrics(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDROUND_METRICS_TOKEN", "a-long-random-token")
    beat("one", at=timezone.now())
    answer = client.get("/metrics/", headers=TOKEN)
    lines = answer.text.splitlines()
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert lines[-1] == "# EOF"
    assert "wardround_workers_alive 1" in lines
    sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+]+|# (TYPE|HELP) [a-z_]+ .+|# EOF')
    assert [line for line in lines if not sample.fullmatch(line)] == []


def line(record: logging.LogRecord) -> dict[str, object]:
    said: dict[str, object] = json.loads(JsonLines().format(record))
    return said


def test_a_line_of_the_log_names_the_route_and_not_the_address(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "wardround.requests"):
        client.get("/record/SECRET-TRUST/?q=somebody@example.org")
    said = line(caplog.records[-1])
    assert (said["route"], said["method"], said["status"], said["level"]) == ("record", "GET", 302, "info")
    assert "SECRET" not in json.dumps(said)
    assert "somebody" not in json.dumps(said)


def test_an_error_is_told_by_its_kind_and_place_without_what_it_quotes() -> None:
    try:
        raise ValueError("the password of somebody@example.org is hunter2")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "x", 1, "Error: %s", ("/record/SECRET/",), sys.exc_info())
    said = line(record)
    assert (said["error"], said["what"]) == ("ValueError", "Error: %s")
    assert "test_an_error_is_told" in str(said["places"])
    assert not re.search("hunter2|somebody|SECRET", json.dumps(said))


def test_a_refusal_is_told_to_a_person_without_who_was_refused_and_where(
    client: Client, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    client.force_login(a_person(an_organisation("SECRET"), "read_only"))
    with caplog.at_level(logging.WARNING, "django.request"):
        assert client.get("/organisations/SECRET/invite/").status_code == 403
    handlers: dict[str, dict[str, str]] = settings.LOGGING["handlers"]
    assert settings.LOGGING["formatters"][handlers["console"]["formatter"]]["()"].endswith(".Lines")
    said = "\n".join(Lines().format(record) for record in caplog.records)
    assert "Forbidden (Permission denied): (an address)" in said
    assert "PermissionDenied" in said
    assert "access.py" in said
    assert "SECRET" not in said
    assert "@" not in said


def test_what_the_hubs_own_work_raises_is_told_whole() -> None:
    record = logging.LogRecord("wardround.hub.jobs", logging.ERROR, "x", 1, "%s failed", ("the gate",), None)
    assert Lines().format(record) == "the gate failed"
