"""A late log or a new rule is hunted by itself, over what is new alone; people are told of traces, and nothing closes by it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from wardround.core import hunts as core
from wardround.hub.alerts import hunting
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.hunting import behind, hunt_what_is_new
from wardround.hub.alerts.models import PutOffHunt
from wardround.hub.alerts.tasks import check_hunt, hunt_again
from wardround.hub.hunts.models import Detection, Hunt, HuntCheck
from wardround.hub.organisations.access import Act
from wardround.hub.outbox.models import Message

from ..builders import a_clock, at, codes, logs
from .test_hunting import TRACES, Patched

pytestmark = pytest.mark.usefixtures("hub")
SHELL = {at(18, 11): "GET /mifs/403.jsp?k=aWQ="}


def test_nothing_new_is_not_hunted() -> None:
    case = Patched()
    logs(case.trust, until=at(20), traces=TRACES)
    assert list(behind(at=at(20))) == []  # never hunted: the first hunt is a person's
    case.hunt(at(20))
    assert hunt_what_is_new(at=at(20, 10)) == 0
    assert Hunt.unscoped.count() == 1


def test_a_late_log_is_hunted_once_and_people_are_told_of_its_trace() -> None:
    case = Patched()
    logs(case.trust, until=at(17))
    case.hunt(at(20))
    logs(case.trust, until=at(20), traces=SHELL)
    assert [why for _, why in behind(at=at(20))] == ["a new log"]
    assert hunt_what_is_new(at=at(20, 10)) == 1
    assert hunt_what_is_new(at=at(20, 11)) == 0
    newest = Hunt.unscoped.last()
    assert (newest.why, newest.new["logs"], newest.by) == ("a new log", 1, "system: hunting what is new")
    assert [d.time for d in Detection.unscoped.all()] == [at(18, 11)]
    subjects = list(Message.unscoped.filter(subject__contains="new trace").values_list("subject", flat=True))
    assert subjects
    assert "1 new trace in your logs" in subjects[0]


def test_a_closed_response_opens_again_for_the_trace_that_a_late_log_holds() -> None:
    case = Patched()
    case.closed()
    logs(case.trust, until=at(21), traces=SHELL)
    a_clock(at(21, 10))
    assert hunt_again.func(case.trust.code) == 1
    assert {"detection", "coverage"} <= codes(case.response, at(21, 10))
    assert "hunt_outdated" not in codes(case.response, at(21, 10))


def test_what_was_hunted_by_itself_closes_nothing_until_a_person_accepts_it() -> None:
    case = Patched()
    case.closed()
    logs(case.trust, until=at(21))
    hunt_what_is_new(at=at(21, 10))
    assert reconsider(at=at(21, 10)) == 1
    assert codes(case.response, at(21, 10)) == {"coverage"}


def test_a_new_rule_is_run_over_every_kept_log(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = core.load_pack("epmm")
    shell = next(rule for rule in pack.rules.rules if "403" in rule.file)
    others = tuple(rule for rule in pack.rules.rules if rule is not shell)
    older = replace(pack, rules=replace(pack.rules, rules=others, sha256="0" * 64))
    case = Patched()
    logs(case.trust, until=at(20), traces=SHELL)
    monkeypatch.setattr(core, "load_pack", lambda name: older)
    case.hunt(at(20))
    monkeypatch.undo()
    assert [why for _, why in behind(at=at(20))] == ["new rules"]
    hunt_what_is_new(at=at(20, 10))
    assert Hunt.unscoped.last().new == {"logs": 1, "rules": 1, "of": 1}
    assert [d.rule for d in Detection.unscoped.all()] == [shell.id]


def test_one_that_cannot_be_hunted_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Patched(), Patched()]
    for case in cases:
        logs(case.trust, until=at(18))
        case.hunt(at(20))
        logs(case.trust, until=at(20), traces=SHELL)
    real = hunting.run_hunt

    def some(act: object, **given: object) -> object:
        if given["organisation"] == cases[0].trust:
            raise OSError("disk full")
        return real(act, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(hunting, "run_hunt", some)
    assert hunt_what_is_new(at=at(20, 10)) == 1
    assert "hunt_outdated" in codes(cases[0].response, at(20, 10))


def test_one_that_failed_is_tried_again_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Patched()
    logs(case.trust, until=at(18))
    case.hunt(at(20))
    logs(case.trust, until=at(20), traces=SHELL)
    tried = []

    def full(act: Act, **given: object) -> object:
        tried.append(round((act.at - at(20, 10)).total_seconds() / 60))
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(hunting, "run_hunt", full)
        for minute in (0, 1, 2, 3, 4, 6, 7, 8, 14, 15, 30, 31, 62, 63, 64, 122, 123):
            assert hunt_what_is_new(at=at(20, 10) + timedelta(minutes=minute)) == 0
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123]
    put_off = PutOffHunt.unscoped.get()  # in the database: another process waits as long
    assert (put_off.organisation, put_off.until) == (case.trust, at(20, 10) + timedelta(minutes=183))
    assert hunt_what_is_new(at=at(20, 10) + timedelta(minutes=183)) == 1
    assert not PutOffHunt.unscoped.exists()


def test_a_check_that_a_person_asked_for_stands_under_their_name() -> None:
    case = Patched()
    logs(case.trust, until=at(20))
    hunt = case.hunt(at(20))
    a_clock(at(21))
    check_hunt.func(str(hunt.public_id), str(case.person))
    made = HuntCheck.unscoped.get()
    assert (made.by, made.differences) == (str(case.person), [])
