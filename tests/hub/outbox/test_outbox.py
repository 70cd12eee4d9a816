"""The outbox: a message announces only what is committed, and each is sent or visibly failed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Lock

import pytest
from django.db import connection, connections, transaction

from wardround.connectors.notify import FolderMailer, Letter, NotSent
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Contact, Membership, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.services import ATTEMPTS, FIRST_WAIT, LEASE, announce, deliver, undelivered
from wardround.hub.reach import EVERYTHING, reach_from_here
from wardround.lake.home import Home

from ...connectors.mailbox import Mailbox, a_mailbox
from ..builders import a_person, an_organisation, at, system, the_centre


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with a_mailbox() as made:
        yield made


class Recording:
    """A mailer that only remembers, or raises what it is told to."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.sent: list[str] = []
        self.problem, self.lock = problem, Lock()

    def send(self, letter: Letter) -> str:
        with self.lock:
            self.sent.append(letter.id)
        if self.problem:
            raise self.problem
        return "remembered"

    def describe(self) -> str:
        return "memory"


DOWN = NotSent("the server is down", retryable=True)


def queued(organisation: Organisation | None = None, subject: str = "HSA-2025-001") -> list[Message]:
    trust = organisation or an_organisation()
    return announce(system(at(14)), organisation=trust, subject=subject, body="Read it.", about="r-1")


def the(message: Message) -> Message:
    return Message.unscoped.get(pk=message.pk)


@pytest.mark.django_db
def test_a_message_goes_to_the_mailbox_and_to_each_contact_once() -> None:
    trust = an_organisation()
    for email in ("night@example.nhs.example", trust.mailbox):
        Contact.unscoped.create(verified_at=at(1), organisation=trust, name="On call (fictitious)", email=email)
    assert [m.to for m in queued(trust)] == [trust.mailbox, "night@example.nhs.example"]


@pytest.mark.django_db
def test_contacts_of_another_organisation_hear_nothing() -> None:
    Contact.unscoped.create(
        verified_at=at(1), organisation=an_organisation(), name="Other (fictitious)", email="other@example.nhs.example"
    )
    assert len(queued()) == 1


@pytest.mark.django_db
def test_what_is_rolled_back_announces_nothing() -> None:
    with transaction.atomic():
        queued()
        transaction.set_rollback(True)
    mailer = Recording()
    assert deliver(mailer, at=at(15)) == (0, 0)
    assert mailer.sent == []


@pytest.mark.django_db
def test_it_is_delivered_through_a_real_server(mailbox: Mailbox) -> None:
    (message,) = queued(subject="Prüfung\nof a subject")
    assert deliver(mailbox.mailer, at=at(14, 9)) == (1, 0)
    (mail,) = mailbox.got
    assert (mail["To"], mail["Message-ID"]) == (message.to, f"<{message.public_id}@wardround>")
    assert mail.get_payload(decode=True) == b"Read it.\r\n"
    kept = the(message)
    assert (kept.sent_at, kept.failed_at, kept.attempts, kept.error) == (at(14), None, 1, "")
    assert kept.how.startswith("mail through 127.0.0.1")


@pytest.mark.django_db
def test_what_was_sent_is_not_sent_again(mailbox: Mailbox) -> None:
    queued()
    deliver(mailbox.mailer, at=at(14))
    assert deliver(mailbox.mailer, at=at(20)) == (0, 0)
    assert len(mailbox.got) == 1


@pytest.mark.django_db
def test_a_refused_recipient_fails_at_once_and_shows(mailbox: Mailbox) -> None:
    (refused,), (fine,) = queued(), queued()
    mailbox.answers[refused.to] = "550 no such user"
    assert deliver(mailbox.mailer, at=at(14)) == (1, 1)
    kept = the(refused)
    assert (kept.failed_at, kept.attempts) == (at(14), 1)
    assert "550 no such user" in kept.error
    assert the(fine).sent_at
    assert list(Message.unscoped.filter(undelivered())) == [refused]


@pytest.mark.django_db
def test_a_busy_mailbox_is_tried_again(mailbox: Mailbox) -> None:
    (message,) = queued()
    mailbox.answers[message.to] = "450 mailbox busy"
    deliver(mailbox.mailer, at=at(14))
    assert the(message).failed_at is None
    mailbox.answers.clear()
    assert deliver(mailbox.mailer, at=at(14, 10)) == (1, 0)


@pytest.mark.django_db
def test_while_the_server_is_down_the_pauses_grow_and_then_it_visibly_fails(mailbox: Mailbox) -> None:
    mailer = mailbox.mailer
    mailbox.stop()
    (message,) = queued()
    now, pauses = at(14), []
    while the(message).failed_at is None:
        deliver(mailer, at=now)
        pauses.append(the(message).next_attempt_at - now)
        assert deliver(mailer, at=now + pauses[-1] - timedelta(seconds=1)) == (0, 0)
        now += pauses[-1]
    assert pauses == [FIRST_WAIT * 2**n for n in range(ATTEMPTS)]
    assert the(message).attempts == ATTEMPTS
    assert "SMTP server 127.0.0.1" in the(message).error
    assert Message.unscoped.filter(undelivered()).count() == 1
    assert deliver(mailer, at=now + timedelta(days=9)) == (0, 0)


@pytest.mark.django_db
def test_every_try_carries_the_same_message_id() -> None:
    (message,) = queued()
    mailer = Recording(DOWN)
    for hour in (9, 10, 11):
        deliver(mailer, at=at(14, hour))
    assert mailer.sent == [str(message.public_id)] * 3


@pytest.mark.django_db
def test_nothing_is_sent_before_its_time() -> None:
    queued()
    assert deliver(Recording(), at=at(14) - timedelta(seconds=1)) == (0, 0)


@pytest.mark.django_db
def test_a_letter_that_cannot_even_be_written_holds_up_no_other() -> None:
    """An error that nobody foresaw is shown on its own message, and the next message goes on."""
    (broken,), (fine,) = queued(), queued()

    class Choking(Recording):
        def send(self, letter: Letter) -> str:
            if letter.id == str(broken.public_id):
                raise ValueError("cannot be encoded")
            return super().send(letter)

    assert deliver(Choking(), at=at(14)) == (1, 1)
    assert "ValueError: cannot be encoded" in the(broken).error
    assert (the(broken).sent_at, the(fine).sent_at) == (None, at(14))


@pytest.mark.django_db
def test_when_the_worker_is_killed_while_sending_the_message_comes_again_later() -> None:
    class Killed(BaseException):
        pass

    (message,) = queued()
    with pytest.raises(Killed):
        deliver(Recording(Killed()), at=at(14))  # type: ignore[arg-type]
    assert (the(message).attempts, the(message).sent_at) == (1, None)
    mailer = Recording()
    assert deliver(mailer, at=at(14) + LEASE - timedelta(seconds=1)) == (0, 0)
    assert deliver(mailer, at=at(14) + LEASE) == (1, 0)
    assert mailer.sent == [str(message.public_id)]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_letter_is_on_its_way() -> None:
    """A server that hangs for twenty seconds must not lock everybody out of an embedded database."""
    queued()

    class Looking(Recording):
        def send(self, letter: Letter) -> str:
            self.open = connection.in_atomic_block
            return super().send(letter)

    mailer = Looking()
    assert deliver(mailer, at=at(14)) == (1, 0)
    assert mailer.open is False


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_twice() -> None:
    """At once on PostgreSQL; one after the other on SQLite in memory, which knows one connection."""
    for _ in range(20):
        queued()
    mailer, parallel = Recording(), connection.vendor == "postgresql"

    def work(_: int) -> tuple[int, int]:
        try:
            return deliver(mailer, at=at(14))
        finally:
            if parallel:
                connections.close_all()

    with ThreadPoolExecutor(4, initializer=reach_from_here, initargs=[EVERYTHING]) as workers:
        done = list((workers.map if parallel else map)(work, range(4)))
    assert sum(sent for sent, _ in done) == 20
    assert len(set(mailer.sent)) == len(mailer.sent) == 20


@pytest.mark.django_db
def test_without_a_server_letters_are_kept_as_files(hub: Home) -> None:
    (message,) = queued()
    assert deliver(FolderMailer(hub.path / "out"), at=at(14)) == (1, 0)
    assert [p.name for p in (hub.path / "out").iterdir()] == [f"{message.public_id}.eml"]
    assert the(message).how == "kept as a file: no mail server is set"


@pytest.mark.django_db
def test_the_centre_sees_what_was_not_delivered_and_another_organisation_does_not() -> None:
    (message,) = queued()
    deliver(Recording(NotSent("550", retryable=False)), at=at(14))
    centre = access_of(a_person(the_centre(), Membership.Role.NATIONAL))
    assert list(Message.objects.within(centre).filter(undelivered())) == [message]
    assert not Message.objects.within(access_of(a_person(an_organisation()))).filter(undelivered()).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_a_line_end_in_a_title_adds_no_header_and_holds_no_letter_up(sign: str, tmp_path: Path) -> None:
    (message,) = queued(subject=f"EPMM is exploited{sign}Bcc: everybody@strangers.example{sign}{sign}Pay here")
    assert deliver(FolderMailer(tmp_path), at=at(15)) == (1, 0)
    (file,) = (one for one in tmp_path.rglob("*") if one.is_file())
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert letter["Subject"] == "EPMM is exploited Bcc: everybody@strangers.example Pay here"
    assert (letter["Bcc"], letter["To"]) == (None, message.to)
