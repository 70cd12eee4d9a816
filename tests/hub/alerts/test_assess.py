"""Who has it: what an assessment holds against an alert, and that more evidence never makes an asset disappear."""

import pytest

from wardround.core.claims import read_document
from wardround.core.vocab import BadInput
from wardround.hub.alerts import answering
from wardround.hub.alerts.answering import NotYet
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.assess import outdated, question
from wardround.hub.alerts.drafting import amend, issue
from wardround.hub.alerts.facts import issued, standing
from wardround.hub.alerts.models import Assessment
from wardround.hub.estate.services import confirm_shrunk
from wardround.hub.organisations.models import Organisation
from wardround.lake.findings import FindingLake
from wardround.lake.home import Home
from wardround.lake.statements import Statements, Writer

from ..builders import (
    KEV,
    PUBLISHED,
    Row,
    a_person,
    a_record,
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
    filler,
    records,
    response_of,
    state,
)

pytestmark = pytest.mark.usefixtures("hub")


def assessed(*rows: Row, trust: Organisation | None = None) -> Assessment:
    organisation = trust or an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(organisation, rows, taken=at(12))
    an_alert(at(14))
    return response_of(organisation).assessments.get()


def test_counts_are_assets_by_their_worst_verdict() -> None:
    rows = (a_server("a"), a_server("a", "12.4.0.2"), a_server("b", "12.4"), a_server("c", "12.5.0.1"), *filler(3))
    counts = assessed(*rows).counts
    assert (counts["affected"], counts["unknown"], counts["not_affected"], counts["stood_open"]) == (1, 1, 1, 2)


def test_the_findings_behind_the_counts_are_in_the_lake(hub: Home) -> None:
    made = assessed(a_server("a"), a_server("b", "12.5.0.1"))
    findings = FindingLake(hub.lake).read(made.organisation.code, assessment=made.public_id)
    assert {(f.install.asset_id, f.cve, f.verdict.value) for f in findings} == {
        (asset, cve, verdict)
        for asset, verdict in (("a", "affected"), ("b", "not_affected"))
        for cve in ("CVE-2025-4427", "CVE-2025-4428")
    }


def test_the_decision_carries_its_inputs_and_their_dates() -> None:
    decision = assessed(a_server()).decision
    assert (decision["decision"], decision["due"], decision["assumed"]) == ("3D", "2025-05-16", [])
    assert {i["key"] for i in decision["inputs"] if i["source"]} == {i["key"] for i in decision["inputs"]}
    assert all(i["source"] for i in decision["inputs"])
    assert {(i["key"], i["date"]) for i in decision["inputs"]} >= {("A", "2025-05-13"), ("TI", "2025-05-13")}


def test_an_exposure_that_nobody_knows_is_assumed_and_said_so() -> None:
    decision = assessed(a_server(internet_facing="unknown")).decision
    assert decision["assumed"]
    assert decision["would_change"]


def test_the_worst_of_what_sources_say_of_exposure_counts() -> None:
    trust = an_organisation()
    a_snapshot(trust, [a_server(internet_facing="no")], taken=at(12), source="register")
    (case,) = assessed(a_server(internet_facing="yes"), trust=trust).cases
    assert case["exposed"] is True


def test_an_asset_that_was_fixed_before_the_alert_stood_open() -> None:
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server()], taken=at(12))
    a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(13))
    an_alert(at(14))
    made = response_of(trust).assessments.get()
    assert (made.counts["affected"], made.counts["stood_open"]) == (0, 1)


def test_recomputed_as_of_then_the_inventory_imported_later_is_not_there() -> None:
    """A snapshot of the 12th that comes on the 16th was not known on the 14th."""
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, filler(2), taken=at(11))
    an_alert(at(14))
    a_snapshot(trust, [a_server()], taken=at(12), imported=at(16), source="other")
    reconsider(at=at(16))
    response = response_of(trust)
    assert standing(response, at=at(15))[1].proposal == "does_not_apply"
    assert standing(response, at=at(16))[1].proposal == "applies"


def test_kev_makes_the_decision_stricter_and_never_later() -> None:
    made = assessed(a_server())
    feeds_with(KEV, now=at(19, 7))
    reconsider(at=at(19, 8))
    later = Assessment.unscoped.filter(response=made.response).last()
    assert (later.decision["decision"], later.decision["due"]) == ("3DF", made.decision["due"])
    assert later.decision["forensic_triage"]


def test_nothing_closes_on_an_assessment_that_a_newer_snapshot_has_overtaken() -> None:
    """The worker may be behind: what was imported meanwhile counts when somebody closes."""
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server()], taken=at(12))
    an_alert(at(14), pack="")
    response, person = response_of(trust), a_person(trust)
    acknowledged(person, response, at(14, 10))
    a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(15))
    reconsider(at=at(15))
    a_snapshot(trust, [a_server(version="12.4.0.2"), a_server("mdm-02", "12.3.0.0")], taken=at(16))
    with pytest.raises(NotYet, match="mdm-02 was last seen affected on 16 May"):
        answering.close(by(person, at(16, 10)), response=response)


def test_nor_is_an_answer_measured_against_one() -> None:
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, filler(3), taken=at(12))
    an_alert(at(14))
    a_snapshot(trust, [a_server()], taken=at(15), source="another")
    with pytest.raises(BadInput, match="proposes applies"):
        answering.confirm(by(a_person(trust), at(15, 10)), response=response_of(trust), answer="does_not_apply")


def test_a_listing_that_opens_a_window_loses_no_asset_that_stood_open_before_it(hub: Home) -> None:
    """More evidence of compromise never leads towards closed, and not seen is not gone.

    The server was last seen affected in January, and is in no snapshot since. Until the flaw is listed there is no window;
    the window that the listing opens starts after that snapshot.
    """
    trust = an_organisation()
    records(a_record("CVE-2025-9002"), now=at(13, 17), folder=hub.path / "ours")
    gateway = a_server("gw-1", "1.0", vendor="Example Systems", product="Gateway")
    a_snapshot(trust, [gateway, *filler(9)], taken=at(1).replace(month=1))
    a_snapshot(trust, filler(9), taken=at(1).replace(month=2))
    an_alert(at(14), cves=["CVE-2025-9002"], products=["Gateway"])
    response = response_of(trust)
    before = codes(response, at(14))
    assert "affected" in before
    records(a_record("CVE-2025-9002", exploitation="active", published=at(14).date()), now=at(15), folder=hub.path / "ours")
    reconsider(at=at(15))
    assert before <= codes(response, at(15))


def test_what_was_fixed_before_the_time_looked_at_is_no_asset_of_the_response() -> None:
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server("mdm-01", "12.4.0.1"), *filler(9)], taken=at(1).replace(month=1))
    a_snapshot(trust, [a_server("mdm-01", "12.4.0.2"), *filler(9)], taken=at(1).replace(month=2))
    an_alert(at(14))
    assert response_of(trust).assessments.get().cases == []


def test_an_unknown_exposure_beside_a_known_one_never_makes_the_decision_milder() -> None:
    """Invariant 4; and what is known keeps its own date, the only one that is ever counted as overdue."""
    inside, unsure = a_server("mdm-in", internet_facing="no"), a_server("mdm-unsure", internet_facing="unknown")
    alone = assessed(unsure, *filler(3)).decision
    both = assessed(inside, unsure, *filler(3), trust=an_organisation("EX77")).decision
    assert both["rank"] >= alone["rank"]
    assert both["assumed"]
    assert alone["due_known"] is None
    assert both["due_known"] is not None


class TestAsOfThen:
    def test_a_later_revision_asks_nothing_of_the_past(self) -> None:
        """Its class of product and its pack were not known before it was issued."""
        trust = an_organisation()
        feeds_with(PUBLISHED, now=at(13, 17))
        a_snapshot(trust, filler(3), taken=at(12), sees=["edge_appliance"])
        alert = an_alert(at(14))
        response, person = response_of(trust), a_person(trust)
        acknowledged(person, response, at(14, 10), "does_not_apply")
        assert answering.close(by(person, at(14, 11)), response=response) == "does_not_apply"
        fields = {"product_class": "medical_device", "material": False, "pack": ""}
        issue(by(an_officer(), at(20)), revision=amend(by(an_officer(), at(20)), alert=alert, fields=fields))
        response = response_of(trust)
        assert "not_visible" in codes(response, at(20))
        assert state(response, at(15)) == "closed"

    def test_a_snapshot_confirmed_later_showed_nothing_before(self) -> None:
        trust = an_organisation()
        feeds_with(PUBLISHED, now=at(13, 17))
        a_snapshot(trust, filler(10), taken=at(11), sees=["workstation"])
        small = a_snapshot(trust, filler(2), taken=at(12), sees=["edge_appliance"])
        an_alert(at(14))
        confirm_shrunk(by(a_person(trust), at(16)), snapshot=small, reason="the lab moved out")
        response = response_of(trust)
        assert standing(response, at=at(16))[1].proposal == "does_not_apply"
        assert standing(response, at=at(15))[1].proposal == "not_yet_known"


def test_a_document_that_comes_in_later_is_a_reason_to_look_again(hub: Home) -> None:
    """The record is the same as before; what a supplier now says of the product is not."""
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server()], taken=at(12))
    an_alert(at(14))
    response = response_of(trust)
    (revision,) = issued(response.alert)
    assert not outdated([response], asked=question(revision, at=at(15)), at=at(15))
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://maker.example/vex/1",
        "author": "Example Maker (fictitious)",
        "timestamp": "2025-05-14T12:00:00Z",
        "statements": [
            {
                "vulnerability": {"name": "CVE-2025-4427"},
                "products": [{"@id": "cpe:2.3:a:ivanti:endpoint_manager_mobile:12.5.0.0:*:*:*:*:*:*:*"}],
                "status": "affected",
            }
        ],
    }
    with Statements.open(hub.feeds, write=True) as store:
        writer = Writer(store, seen_at=at(14, 13))
        with writer.transaction():
            assert writer.document(read_document(vex, feed="openvex", where="vex.json"), source="vex.json") == "new"
    assert outdated([response], asked=question(revision, at=at(15)), at=at(15)) == [response]
