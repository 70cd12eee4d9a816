"""Saving messages with what they announce, and sending what was saved."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from wardround.connectors.notify import Letter, Mailer, NotSent
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Contact, Organisation
from wardround.hub.outbox.models import Message

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)


def announce(act: Act, *, organisation: Organisation, subject: str, body: str, about: object) -> list[Message]:
    """Queue one message to the organisation's mailbox and to each extra contact, in the caller's transaction."""
    contacts = Contact.objects.within(system_access("announcing")).filter(organisation=organisation)
    addresses = dict.fromkeys([organisation.mailbox, *contacts.values_list("email", flat=True)])
    return [
        Message.unscoped.create(
            organisation=organisation,
            to=address,
            subject=subject[:300],
            body=body,
            about=str(about),
            created_at=act.at,
            next_attempt_at=act.at,
        )
        for address in addresses
    ]


def deliver(mailer: Mailer, *, at: datetime, limit: int = 100) -> tuple[int, int]:
    """Send what is waiting; returns how many were sent and how many failed this time.

    A message is locked while it is sent, so that two workers never send it twice. What can be tried again is, with
    growing pauses; after the last try, or when the receiver refuses for good, it is marked failed and shown.
    """
    sent = failed = 0
    waiting = Message.unscoped.filter(sent_at=None, failed_at=None, next_attempt_at__lte=at)
    for key in waiting.values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            message = waiting.select_for_update(skip_locked=True).filter(pk=key).first()
            if message is None:
                continue
            message.attempts += 1
            try:
                message.how = mailer.send(
                    Letter(id=str(message.public_id), to=message.to, subject=message.subject, body=message.body)
                )
                message.sent_at, message.error = at, ""
                sent += 1
            except NotSent as problem:
                message.error = str(problem)[:500]
                message.next_attempt_at = at + FIRST_WAIT * 2 ** (message.attempts - 1)
                if not problem.retryable or message.attempts >= ATTEMPTS:
                    message.failed_at = at
                failed += 1
            message.save()
    return sent, failed


def undelivered() -> Q:
    """What has not reached anybody: waiting after a failure, or given up."""
    return Q(sent_at=None) & (Q(failed_at__isnull=False) | Q(attempts__gt=0))
