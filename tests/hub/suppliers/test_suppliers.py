"""A supplier answers what was addressed to it; the answer is a dated claim for every customer, and clears nothing of ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.drafting import draft_alert, issue, withdraw
from wardround.hub.alerts.models import Alert, Assessment
from wardround.hub.audit.models import Entry
from wardround.hub.jobs.worker import Rounds
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.suppliers.models import Addressed, Answer, Reply
from wardround.hub.suppliers.said import answers_in, claims_of_suppliers, published
from wardround.hub.suppliers.services import address, answer, answer_all, publish_what_is_kept, reply
from wardround.lake.home import Home
from wardround.lake.statements import Writer

from ..builders import a_clock, a_person, a_record, a_server, a_snapshot, an_officer, an_organisation, at, bulletin, by, records

pytestmark = pytest.mark.django_db
CVE, VENDOR, PRODUCT = "CVE-2025-0001", "Example Systems", "Gateway"
GATEWAY = [(VENDOR, PRODUCT)]


class World:
    """An issued alert on a fictitious product, one trust that runs 1.5 of it, and a supplier with a person."""

    def __init__(self, folder: Path) -> None:
        a_clock(at(14))
        records(a_record(CVE), now=at(13), folder=folder)
        self.officer = an_officer()
        self.trust = an_organisation("TRUST")
        self.supplier = an_organisation("SUPPLY", kind=Organisation.Kind.SUPPLIER)
        self.person = a_person(self.supplier, Membership.Role.SUPPLIER)
        server = a_server("gw-01", "1.5", vendor=VENDOR, product=PRODUCT)
        a_snapshot(self.trust, [server, a_server("gw-02", "2.5", vendor=VENDOR, product=PRODUCT)], taken=at(13))
        self.revision = draft_alert(by(self.officer, at(14)), fields=bulletin(cves=[CVE], pack="", exploited_since=None))
        issue(by(self.officer, at(14)), revision=self.revision)
        self.revision.refresh_from_db()

    def addressed(self) -> Addressed:
        return address(by(self.officer, at(14)), revision=self.revision, supplier=self.supplier, products=GATEWAY)

    def says(self, one: Addressed, day: int = 15, *, person: User | None = None, **said: Any) -> Answer:
        asked = {"cve": CVE, "vendor": VENDOR, "product": PRODUCT, "versions": ["1.5"], "status": "investigating"}
        return answer(by(person or self.person, at(day)), addressed=one, **(asked | said))


@pytest.fixture
def world(hub: Home, tmp_path: Path) -> World:
    return World(tmp_path / "feed")


def told(day: int = 20) -> list[tuple[str, str]]:
    return [(claim.versions, claim.status) for claim in claims_of_suppliers([CVE], at=at(day))]


def test_addressing_tells_the_supplier_and_stands_in_both_records(world: World) -> None:
    one = world.addressed()
    assert Message.unscoped.filter(organisation=world.supplier, about=str(one.public_id)).count() == 1
    whats = Entry.unscoped.filter(what="bulletin addressed to a supplier").values_list("organisation__code", flat=True)
    assert set(whats) == {"SUPPLY", "CENTRE"}


def test_only_who_issues_addresses_and_only_to_suppliers(world: World) -> None:
    with pytest.raises(PermissionDenied):
        address(by(a_person(world.trust), at(14)), revision=world.revision, supplier=world.supplier, products=GATEWAY)
    with pytest.raises(BadInput, match="is no supplier"):
        address(by(world.officer, at(14)), revision=world.revision, supplier=world.trust, products=GATEWAY)
    with pytest.raises(BadInput, match="names no product"):
        address(by(world.officer, at(14)), revision=world.revision, supplier=world.supplier, products=[])
    world.addressed()
    with pytest.raises(BadInput, match="has this revision already"):
        world.addressed()


def test_an_answer_is_a_dated_claim_from_then_on(world: World) -> None:
    world.says(world.addressed(), status="affected", action="Turn it off.", fix_on=date(2025, 6, 1))
    (claim,) = claims_of_suppliers([CVE], at=at(20))
    assert (claim.status, claim.versions, claim.stated_at, claim.marks) == ("known_affected", "1.5", at(15), "")
    assert claim.source.startswith(world.supplier.name)
    assert "2025-06-01" in claim.action


def test_a_later_answer_supersedes_and_changes_nothing_that_was_said(world: World) -> None:
    one = world.addressed()
    first = world.says(one, versions=["1.5", "1.6"])
    world.says(one, 16, versions=["1.5"], status="not_affected", why="The code is not there.")
    assert sorted(told()) == [("1.5", "known_not_affected"), ("1.6", "under_investigation")]
    assert sorted(told(15)) == [("1.5", "under_investigation"), ("1.6", "under_investigation")]
    kept = Answer.unscoped.get(pk=first.pk)
    assert (kept.status, kept.versions) == ("investigating", ["1.5", "1.6"])
    world.says(one, 17, versions=[], status="fixed")
    assert told() == [("vers:all/*", "fixed")]


def verdicts(world: World) -> list[str]:
    latest = Assessment.unscoped.filter(response__organisation=world.trust).last()
    assert latest is not None
    return sorted(s["verdict"] for case in latest.cases for s in case["sightings"])


def test_not_affected_of_theirs_never_replaces_an_affected_of_ours(world: World) -> None:
    reconsider(at=at(14))
    before = verdicts(world)
    assert "affected" in before
    world.says(world.addressed(), versions=[], status="not_affected", why="We say so.")
    reconsider(at=at(15))
    assert verdicts(world).count("affected") == before.count("affected")


def test_affected_of_theirs_reaches_every_customer_by_a_new_assessment(world: World) -> None:
    reconsider(at=at(14))
    count = Assessment.unscoped.count()
    world.says(world.addressed(), versions=["2.5"], status="affected")
    reconsider(at=at(15))
    assert Assessment.unscoped.count() == count + 1


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"cve": "CVE-2025-0002"}, "not in this bulletin"),
        ({"product": "Firewall"}, "was not asked of you"),
        ({"vendor": "Other"}, "was not asked of you"),
        ({"status": "fine"}, "is no answer"),
        ({"status": "not_affected", "why": "  "}, "is empty"),
        ({"status": "not_affected", "why": "no", "fix_on": date(2025, 6, 1)}, "no version is affected"),
        ({"status": "affected", "fix_on": date(2025, 5, 1)}, "is past"),
        ({"versions": [" "]}, "too many or too long"),
        ({"versions": ["x" * 201]}, "too many or too long"),
        ({"versions": ["1"] * 201}, "too many or too long"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(world: World, said: dict[str, Any], what: str) -> None:
    one = world.addressed()
    with pytest.raises(BadInput, match=what):
        world.says(one, **said)
    assert (Answer.unscoped.count(), told()) == (0, [])


def test_after_a_withdrawal_nothing_is_answered(world: World) -> None:
    one = world.addressed()
    withdraw(by(world.officer, at(14)), alert=Alert.objects.get(), reason="a drill")
    with pytest.raises(BadInput, match="withdrawn"):
        world.says(one)


def test_nobody_answers_for_another(world: World) -> None:
    one = world.addressed()
    others = [
        a_person(an_organisation("OTHER", kind=Organisation.Kind.SUPPLIER), Membership.Role.SUPPLIER),
        a_person(world.supplier, Membership.Role.READ_ONLY),
        a_person(world.trust),
        world.officer,
    ]
    for person in others:
        with pytest.raises(PermissionDenied):
            world.says(one, person=person)
    assert not Addressed.objects.within(access_of(others[0])).exists()


def openvex(products: list[str], status: str = "not_affected", cve: str = CVE) -> bytes:
    statement = {"vulnerability": {"name": cve}, "products": [{"@id": p} for p in products], "status": status}
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://supplier.example/vex/1", "author": "Anybody"}
    more = {"justification": "vulnerable_code_not_present"}
    return orjson.dumps(head | {"timestamp": "2025-05-14T00:00:00Z", "version": 1, "statements": [statement | more]})


def test_a_document_becomes_answers_whole_or_not_at_all(world: World) -> None:
    one = world.addressed()
    kind, said = answers_in(openvex(["pkg:generic/Gateway@1.5"]), name="x.json", products=GATEWAY, cves=[CVE])
    answer_all(by(world.person, at(15)), addressed=one, said=said, how=kind)
    assert told() == [("1.5", "known_not_affected")]
    for document, what in (
        (openvex(["pkg:generic/Gateway@1.5", "pkg:generic/Firewall@1"]), "Firewall, which was not asked"),
        (openvex(["pkg:generic/Gateway@1.5"], cve="CVE-2025-0002"), "speaks of CVE-2025-0002"),
        (b"{}", "is neither"),
        (b"\xff\xfe not JSON", "is neither"),
    ):
        with pytest.raises(BadInput, match=what):
            answers_in(document, name="x.json", products=GATEWAY, cves=[CVE])


def test_a_documents_publisher_is_not_believed(world: World) -> None:
    """It is filed as this supplier's answer: no other publisher's document can be taken back or spoken for by an upload."""
    one = world.addressed()
    kind, said = answers_in(openvex(["pkg:generic/Gateway@1.5"]), name="x.json", products=GATEWAY, cves=[CVE])
    answer_all(by(world.person, at(15)), addressed=one, said=said, how=kind)
    assert all(claim.source.startswith(world.supplier.name) for claim in claims_of_suppliers([CVE], at=at(20)))


def test_what_others_say_is_shown_and_a_reply_stands_beside_it(world: World) -> None:
    one = world.addressed()
    (record,) = published([CVE], GATEWAY, at=at(15), own="nobody")
    assert "Gateway" in record.what
    made = reply(by(world.person, at(15)), addressed=one, cve=CVE, about=record.key, said=record.what, text="It is fixed in 2.0.")
    assert list(Reply.objects.values_list("text", "at")) == [("It is fixed in 2.0.", at(15))]
    assert Entry.unscoped.filter(what="supplier replied", subject=str(made.public_id)).exists()
    with pytest.raises(BadInput, match="is empty"):
        reply(by(world.person, at(15)), addressed=one, cve=CVE, about=record.key, said="", text=" ")
    with pytest.raises(PermissionDenied):
        reply(by(world.officer, at(15)), addressed=one, cve=CVE, about=record.key, said="", text="x")


def test_a_store_that_cannot_be_written_leaves_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world.addressed()
    monkeypatch.setattr(settings, "HOME", Home(settings.HOME.path / "gone" / "\0"))
    with pytest.raises((BadInput, ValueError, OSError)):
        world.says(one)
    assert not Answer.unscoped.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_not_kept_is_published_to_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that goes away before it has the answer leaves no claim without one."""

    def gone() -> None:
        raise OperationalError("the database went away")

    one = world.addressed()
    with monkeypatch.context() as patched:
        patched.setattr(connection, "commit", gone)
        with pytest.raises(OperationalError):
            world.says(one, status="not_affected", why="We say so.")
    assert (Answer.unscoped.count(), told()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_and_not_published_is_published_by_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It died between the one commit and the other."""

    @contextmanager
    def half(self: Writer) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        yield
        raise KeyboardInterrupt

    one = world.addressed()
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "transaction", half)
        with pytest.raises(KeyboardInterrupt):
            world.says(one, status="affected")
    assert (Answer.unscoped.count(), told()) == (1, [])
    rounds = Rounds(threading.Event())
    rounds.once(gate=True)
    assert told() == [("1.5", "known_affected")]
    rounds.once(gate=True)
    assert len(claims_of_suppliers([CVE], at=at(20))) == 1
    assert publish_what_is_kept(rounds.published, at=at(17)) == rounds.published


def test_an_answer_after_the_clock_was_set_back_is_the_later_one_still(world: World) -> None:
    one = world.addressed()
    world.says(one, 16, status="not_affected", why="We say so.")
    world.says(one, 15, status="affected")
    assert told() == [("1.5", "known_affected")]


def test_what_a_supplier_says_whose_name_ends_like_ones_own_is_anothers(world: World) -> None:
    world.says(world.addressed())
    whole = world.supplier.name
    for own, others in ((f"{whole}, WR-ANSWER-", 0), (f"{whole[3:]}, WR-ANSWER-", 1)):
        said = published([CVE], GATEWAY, at=at(20), own=own)
        assert sum("WR-ANSWER-" in one.who for one in said) == others
