"""Counting an estate for its pages: a small one at once, a large one by the worker, and what was counted before meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from wardround.hub.estate import counting, knowing
from wardround.hub.estate.counting import Standing, standing
from wardround.hub.estate.knowing import count
from wardround.hub.organisations.access import access_of, system_access
from wardround.lake.home import Home

from ..builders import PUBLISHED, a_clock, a_person, a_server, a_snapshot, an_organisation, at, feeds_with, filler

pytestmark = pytest.mark.django_db
EVERYTHING = system_access("test")


@pytest.fixture
def trust(hub: Home, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An estate that counts as large."""
    monkeypatch.setattr(counting, "AT_ONCE", 5)
    feeds_with(PUBLISHED, now=at(14))
    a_clock(at(20))
    made = an_organisation()
    a_snapshot(made, [a_server(), a_server("mdm-02"), a_server("mdm-03", "12.4.0.2"), *filler(5)], taken=at(18))
    return made


def asked() -> list[str]:
    return [row.args_kwargs["args"][0] for row in DBTaskResult.objects.filter(queue_name="counting")]


def seen(trust: Any, day: int = 20) -> Standing:
    return standing(EVERYTHING, trust, at=at(day))


def test_a_large_estate_is_asked_for_once_and_nobody_waits(trust: Any) -> None:
    assert [seen(trust), seen(trust)] == [Standing(None, True)] * 2
    assert asked() == [trust.code]


def test_what_the_worker_counted_is_shown_with_the_affected_products(trust: Any) -> None:
    seen(trust)
    count(trust, at=at(20))
    found = seen(trust)
    assert found.known is not None
    assert (found.counting, found.known.told.installs, found.known.at) == (False, 8, at(20))
    assert [(a.product, a.version, a.installs, a.records) for a in found.known.affected] == [
        ("Endpoint Manager Mobile", "12.4.0.1", 2, 2)
    ]
    assert found.known.told == knowing.known_of(EVERYTHING, trust, at=at(20))


def test_after_a_newer_snapshot_the_old_count_is_shown_as_such_and_asked_for_anew(trust: Any) -> None:
    seen(trust)
    count(trust, at=at(20))
    a_snapshot(trust, [a_server(), *filler(8)], taken=at(19), source="another")
    found = seen(trust)
    assert found.counting
    assert found.known is not None
    assert found.known.told.installs == 8
    count(trust, at=at(20))
    assert seen(trust).known.told.installs == 11  # type: ignore[union-attr]
    assert asked() == [trust.code] * 2


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"state": 1}', b"\xff", b'{"known": {"told": {"steps": 3}}}'])
def test_what_cannot_be_read_is_counted_again(trust: Any, broken: bytes) -> None:
    count(trust, at=at(20))
    (kept,) = Path(settings.HOME.counted).iterdir()
    kept.write_bytes(broken)
    assert seen(trust) == Standing(None, True)


def test_an_interrupted_count_leaves_the_old_one(trust: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    count(trust, at=at(20))
    monkeypatch.setattr(knowing, "counted", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        count(trust, at=at(20))
    monkeypatch.undo()
    monkeypatch.setattr(counting, "AT_ONCE", 5)
    assert seen(trust).known is not None


def test_somebody_else_sees_nothing_of_what_was_counted(trust: Any) -> None:
    count(trust, at=at(20))
    found = standing(access_of(a_person(an_organisation())), trust, at=at(20))
    assert found.known is not None
    assert found.known.told.installs == 0
    assert found.known.affected == ()
