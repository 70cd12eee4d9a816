"""Saving messages with what they announce, and sending what was saved."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from wardround.connectors.notify import Letter, Mailer, NotSent
from wardround.hub.organisations.access import Act, access_to, system_access
from wardround.hub.organisations.lookup import told
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import seal, unseal
from wardround.hub.reach import reaching

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LEASE = timedelta(minutes=10)
LONGEST_WAIT = FIRST_WAIT * 2 ** (ATTEMPTS - 1)
LINK = "[the link]"
"""Where a letter's own link is put when it is sent."""

log = logging.getLogger(__name__)


def announce(act: Act, *, organisation: Organisation, subject: str, body: str, about: object) -> list[Message]:
    """Queue one message to the organisation's mailbox and to each extra contact, in the caller's transaction.

    A contact whose holder has not opened the link mailed to it is told nothing.
    """
    with reaching(access_to("announcing", [organisation.pk])):
        return _queue(act, organisation, subject, body, str(about))


def _queue(act: Act, organisation: Organisation, subject: str, body: str, about: str) -> list[Message]:
    contacts = told(system_access("announcing")).filter(organisation=organisation)
    addresses = dict.fromkeys(address for address in [organisation.mailbox, *contacts.values_list("email", flat=True)] if address)
    return [
        Message.unscoped.create(
            organisation=organisation,
            to=address,
            subject=_one_line(subject),
            body=body,
            about=about,
            created_at=act.at,
            next_attempt_at=act.at,
        )
        for address in addresses
    ]


def post(act: Act, *, organisation: Organisation, to: str, subject: str, body: str, about: object, link: str) -> Message:
    """Queue one letter to one address, in the caller's transaction; `link` takes the place of LINK when it is sent, and is kept
    nowhere after that."""
    return Message.unscoped.create(
        organisation=organisation,
        to=to,
        subject=_one_line(subject),
        body=body,
        sealed=seal(link),
        about=str(about),
        created_at=act.at,
        next_attempt_at=act.at,
    )


def _one_line(subject: str) -> str:
    """A subject that any mailer can write as a header: a title with a line end in it must not keep an alert from being sent."""
    return " ".join(subject.split())[:300]


def deliver(mailer: Mailer, *, at: datetime, limit: int = 100) -> tuple[int, int]:
    """Send what is waiting; returns how many were sent and how many failed this time.

    A message is claimed before it is sent, so that two workers never send it at once, and no transaction is open while it
    is on its way. What can be tried again is, with growing pauses; after the last try, or when the receiver refuses for
    good, it is marked failed and shown. A worker that dies while sending leaves a message that comes again after LEASE,
    under the same Message-ID. One that would wait longer than any pause was put off by a clock that stood ahead and was set
    back: it waits LEASE from now, in case it is on its way at this moment.
    """
    put_off = Message.unscoped.filter(sent_at=None, failed_at=None, next_attempt_at__gt=at + LONGEST_WAIT)
    if put_off.exists():
        put_off.update(next_attempt_at=at + LEASE)
    sent = failed = 0
    for key in _waiting(at).values_list("pk", flat=True)[:limit]:
        message = _claim(key, at=at)
        if message is None:
            continue
        problem = _send(mailer, message)
        if problem is None:
            message.sent_at, message.error = at, ""
            sent += 1
        else:
            message.error = str(problem)[:500]
            message.next_attempt_at = at + FIRST_WAIT * 2 ** (message.attempts - 1)
            message.failed_at = at if not problem.retryable or message.attempts >= ATTEMPTS else None
            failed += 1
        if message.sent_at or message.failed_at:
            message.sealed = ""
        message.save()
    return sent, failed


def _waiting(at: datetime) -> QuerySet[Message]:
    return Message.unscoped.filter(sent_at=None, failed_at=None, next_attempt_at__lte=at)


@transaction.atomic
def _claim(key: int, *, at: datetime) -> Message | None:
    """The message, counted as tried and out of sight of other workers for a while; None when another has it."""
    message = _waiting(at).select_for_update(skip_locked=True).filter(pk=key).first()
    if message:
        message.attempts += 1
        message.next_attempt_at = at + LEASE
        message.save()
    return message


def _send(mailer: Mailer, message: Message) -> NotSent | None:
    """Send it; what went wrong, or None. A surprise is shown like any other failure, so that the next message goes on."""
    try:
        body = message.body.replace(LINK, unseal(message.sealed)) if message.sealed else message.body
        letter = Letter(id=str(message.public_id), to=message.to, subject=message.subject, body=body)
        message.how = mailer.send(letter)
    except NotSent as problem:
        return problem
    except Exception as surprise:
        log.exception("message %s could not be sent", message.public_id)
        return NotSent(f"{type(surprise).__name__}: {surprise}", retryable=True)
    return None


def undelivered_since(then: datetime) -> Q:
    """What should have been sent by then and was not tried: no worker runs, or it cannot keep up."""
    return Q(sent_at=None, failed_at=None, next_attempt_at__lt=then)


def undelivered() -> Q:
    """What has not reached anybody: waiting after a failure, or given up."""
    return Q(sent_at=None) & (Q(failed_at__isnull=False) | Q(attempts__gt=0))


@reaching(system_access("counting messages"))
def not_sent() -> tuple[int, int]:
    """How many messages of everybody wait, and how many could not be delivered: figures, of nobody."""
    waiting = Message.unscoped.filter(sent_at=None, failed_at=None).count()
    return waiting, Message.unscoped.exclude(failed_at=None).count()
