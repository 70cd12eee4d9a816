"""EPMM, May 2025, for one organisation and end to end: fixed, closed, reopened, hunted, closed again."""

from typing import Any

import pytest

from wardround.hub.alerts import answering
from wardround.hub.alerts.answering import NotYet
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.drafting import amend, issue
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.hunting import hunt
from wardround.hub.alerts.models import Assessment, Revision, Word
from wardround.hub.audit.models import Entry
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.organisations.access import TenantModel
from wardround.hub.outbox.models import Message
from wardround.lake.home import Home

from ..builders import (
    KEV,
    PUBLISHED,
    a_person,
    a_server,
    a_snapshot,
    acknowledged,
    an_alert,
    an_officer,
    an_organisation,
    at,
    by,
    codes,
    feeds_with,
    logs,
    response_of,
    state,
)

pytestmark = pytest.mark.django_db
STATED: list[type[TenantModel]] = [Snapshot, Word, Assessment, LogBatch, Hunt, Detection, Entry]


class Story:
    """What happened, in order; each chapter leaves behind what the tests look at."""

    def __init__(self) -> None:
        self.trust, self.officer = an_organisation("EPM1"), an_officer()
        self.person = a_person(self.trust)
        self.refused: dict[str, NotYet] = {}
        self.kept: list[dict[Any, dict[str, Any]]] = []
        self.states: dict[str, str] = {}

    def note(self, name: str, now: Any) -> None:
        """Remember the state, and everything stated until now."""
        self.states[name] = state(self.response, now)
        self.kept.append({(m, row["id"]): row for m in STATED for row in m.unscoped.values()})

    def refuse(self, name: str, now: Any) -> None:
        with pytest.raises(NotYet) as refusal:
            answering.close(by(self.person, now), response=self.response)
        self.refused[name] = refusal.value

    def patched(self) -> None:
        """13 to 15 May: published, issued, patched, closed as fixed."""
        feeds_with(PUBLISHED, now=at(13, 17))
        a_snapshot(self.trust, [a_server()], taken=at(12))
        self.alert = an_alert(at(14, 8), pack="")
        self.response = response_of(self.trust)
        self.note("issued", at(14, 8))
        self.refuse("issued", at(14, 9))
        answering.acknowledge(by(self.person, at(14, 10)), response=self.response)
        self.note("acknowledged", at(14, 10))
        answering.confirm(by(self.person, at(14, 11)), response=self.response, answer="applies")
        self.note("confirmed", at(14, 11))
        answering.start_remediation(by(self.person, at(14, 12)), response=self.response)
        self.note("started", at(14, 12))
        self.refuse("started", at(14, 13))
        a_snapshot(self.trust, [a_server(version="12.4.0.2")], taken=at(15, 6))
        reconsider(at=at(15, 7))
        self.note("patched", at(15, 7))
        self.first_closing = answering.close(by(self.person, at(15, 8)), response=self.response)
        self.note("closed", at(15, 8))

    def exploited(self) -> None:
        """19 May: in the catalogue, open again, revised."""
        feeds_with(KEV, now=at(19, 7))
        self.reopened = reconsider(at=at(19, 7, 5))
        self.note("reopened", at(19, 7, 5))
        self.reopened_twice = reconsider(at=at(19, 7, 6))
        self.refuse("reopened", at(19, 8))
        revision = amend(by(self.officer, at(19, 9)), alert=self.alert, fields={"pack": "epmm", "change": "hunt"})
        issue(by(self.officer, at(19, 10)), revision=revision)
        reconsider(at=at(19, 10))
        self.note("revised", at(19, 10))
        self.refuse("revised", at(19, 11))
        acknowledged(self.person, self.response, at(19, 12))
        self.note("answered", at(19, 12))

    def hunted(self) -> None:
        """20 May: logs, hunt, coverage, closed."""
        logs(self.trust, until=at(20, 8))
        self.refuse("not hunted", at(20, 8, 1))
        self.hunt = hunt(by(self.person, at(20, 8, 2)), response=self.response)
        self.refuse("not accepted", at(20, 11))
        answering.accept_coverage(by(self.person, at(20, 12)), response=self.response, hunt=self.hunt)
        self.second_closing = answering.close(by(self.person, at(20, 13)), response=self.response)
        self.note("closed again", at(20, 13))


@pytest.fixture(scope="module")
def story(module_hub: Home) -> Story:
    told = Story()
    told.patched()
    told.exploited()
    told.hunted()
    return told


def test_every_state_is_passed_in_order(story: Story) -> None:
    assert story.states == {
        "issued": "issued",
        "acknowledged": "acknowledged",
        "confirmed": "applies",
        "started": "remediating",
        "patched": "verifying",
        "closed": "closed",
        "reopened": "verifying",
        "revised": "issued",
        "answered": "verifying",
        "closed again": "closed",
    }


@pytest.mark.parametrize(
    ("when", "missing"),
    [
        ("issued", {"acknowledge", "confirm", "affected"}),
        ("started", {"affected"}),
        ("reopened", {"not_hunted"}),
        ("revised", {"acknowledge", "confirm", "not_hunted"}),
        ("not hunted", {"not_hunted"}),
        ("not accepted", {"coverage"}),
    ],
)
def test_a_refusal_names_everything_that_is_missing(story: Story, when: str, missing: set[str]) -> None:
    refused = story.refused[when]
    assert {str(m.code) for m in refused.standing.gate.open_because} == missing
    assert str(len(missing)) in refused.what
    assert refused.do


def test_a_refusal_names_the_asset_and_the_day(story: Story) -> None:
    assert "mdm-01 was last seen affected on 12 May 2025 (12.4.0.1" in str(story.refused["started"])


def test_fixed_closes_while_nobody_asks_for_a_hunt(story: Story) -> None:
    assert story.first_closing == "fixed"


def test_kev_reopens_it_once_with_the_reason(story: Story) -> None:
    assert (story.reopened, story.reopened_twice) == (1, 0)
    word = Word.unscoped.get(response=story.response, kind="reopened")
    assert word.by == "system: the gate"
    assert word.body["was"] == "fixed"
    assert word.body["because"] == [
        "The logs of mdm-01 were not hunted from 13 April 2025: upload the logs of mdm-01 for the window and hunt"
    ]


def test_people_are_told_that_it_is_open_again(story: Story) -> None:
    told = Message.unscoped.get(organisation=story.trust, subject__contains="open again")
    assert told.to == story.trust.mailbox
    assert "were not hunted from 13 April 2025" in told.body


def test_the_hunt_covers_the_window_and_closes_it(story: Story) -> None:
    (host,) = story.hunt.hosts
    assert (host["since"], host["fixed_at"]) == ("2025-04-13T00:00:00+00:00", "2025-05-15T06:00:00+00:00")
    assert host["seen"] == host["hours"]
    assert story.second_closing == "window_hunted"


def test_the_record_holds_each_change_of_state(story: Story) -> None:
    entries = Entry.unscoped.filter(organisation=story.trust, subject=str(story.response.public_id))
    changes = [(e.what, e.document.get("from"), e.document.get("to")) for e in entries]
    assert changes == [
        ("response opened", None, "issued"),
        ("acknowledged", "issued", "acknowledged"),
        ("applicability confirmed", "acknowledged", "applies"),
        ("remediation started", "applies", "remediating"),
        ("closed", "verifying", "closed"),
        ("reopened", "verifying", "verifying"),
        ("acknowledged", "issued", "acknowledged"),
        ("applicability confirmed", "acknowledged", "verifying"),
        ("coverage of a hunt accepted", "verifying", "verifying"),
        ("closed", "verifying", "closed"),
    ]


def test_nothing_stated_is_changed_or_deleted_by_what_comes_later(story: Story) -> None:
    last = {(m, row["id"]): row for m in STATED for row in m.unscoped.values()}
    for kept in story.kept:
        assert kept.items() <= last.items()


def test_an_issued_revision_stays_as_it_was(story: Story) -> None:
    first, second = Revision.objects.filter(alert=story.alert).order_by("number")
    assert (first.pack, first.issued_at, second.pack, second.material) == ("", at(14, 8), "epmm", True)


@pytest.mark.parametrize(
    ("moment", "then", "missing"),
    [
        (at(14, 9, 30), "issued", {"acknowledge", "confirm", "affected"}),
        (at(14, 10, 30), "acknowledged", {"confirm", "affected"}),
        (at(14, 23), "remediating", {"affected"}),
        (at(16), "closed", set()),
        (at(19, 8), "verifying", {"not_hunted"}),
        (at(19, 10, 30), "issued", {"acknowledge", "confirm", "not_hunted"}),
        (at(20, 11), "verifying", {"coverage"}),
    ],
)
def test_recomputed_as_of_a_past_time_it_gives_the_answer_of_then(story: Story, moment: Any, then: str, missing: set[str]) -> None:
    assert state(story.response, moment) == then
    assert codes(story.response, moment) == missing


def test_the_clocks_as_of_then(story: Story) -> None:
    clocks = {d.name: (d.at, d.met) for d in standing(story.response, at=at(14, 9, 30))[1].deadlines}
    assert clocks["acknowledge"] == (at(16, 8), False)
    assert clocks["remediate"][0].date().isoformat() == "2025-05-16"


def test_two_days_and_four_messages_to_the_mailbox(story: Story) -> None:
    subjects = list(Message.unscoped.filter(organisation=story.trust).values_list("subject", flat=True))
    reference = story.alert.reference
    assert subjects == [
        f"[TLP:AMBER] {reference} revision 1: EPMM is exploited",
        f"{reference} is open again",
        f"[TLP:AMBER] {reference} revision 2: EPMM is exploited",
    ]
