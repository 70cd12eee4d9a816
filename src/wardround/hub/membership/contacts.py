"""Alert-only contacts: addresses that alerts go to, once their holders have said that they are theirs."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from wardround.core.directory import plain_address, plain_name
from wardround.core.vocab import BadInput
from wardround.hub.audit.services import record
from wardround.hub.membership.tokens import digest_of, new_token
from wardround.hub.organisations.access import Act, nobody, system_access
from wardround.hub.organisations.models import Contact, Organisation
from wardround.hub.outbox.services import LINK, post
from wardround.hub.reach import reaching

CONTACT = "contact"
USELESS = "This link cannot be used"
MOST = 50


@transaction.atomic
@reaching(system_access("contacts"))
def add_contact(act: Act, *, organisation: Organisation, name: str, email: str, link: Callable[[str], str]) -> Contact:
    """A further address for alerts. It gets one letter with a link, and no alert before the link was opened.

    Raises BadInput where the address is none, or a contact already.
    """
    act.access.demand("contacts.manage", organisation)
    who, address = plain_name(name, where="name"), plain_address(email, where="email")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    live = Contact.unscoped.filter(organisation=organisation, removed_at=None)
    if live.filter(email=address).exists():
        raise BadInput("is a contact already", where="email", do="send the link again if it is not verified")
    if live.count() >= MOST:
        raise BadInput(f"is one too many: there are {MOST} contacts", where="email", do="remove one first")
    made = Contact.unscoped.create(organisation=organisation, name=who, email=address, added_at=act.at, added_by=act.who)
    document = {"name": who, "address": address}
    record(act, organisation=organisation, what="contact added", subject=made.public_id, document=document)
    send_link(act, contact=made, link=link)
    return made


@transaction.atomic
@reaching(system_access("contacts"))
def send_link(act: Act, *, contact: Contact, link: Callable[[str], str]) -> None:
    """Mail the link by which an address is verified; one that was sent before stops working."""
    act.access.demand("contacts.manage", contact.organisation)
    if contact.verified_at or contact.removed_at:
        raise BadInput("is verified or removed already", where="contact")
    token = new_token(CONTACT)
    contact.digest = token.digest
    contact.save()
    post(
        act,
        organisation=contact.organisation,
        to=contact.email,
        subject=f"{contact.organisation.name}: is this address yours?",
        body=_letter(contact, act.who),
        about=contact.public_id,
        link=link(token.text),
    )


@reaching(system_access("a contact's link"))
def asked(token: str) -> Contact:
    """The contact that a link asks about. Raises BadInput for one that was forged, replaced, or is of somebody removed."""
    digest = digest_of(token, purpose=CONTACT)
    found = digest and Contact.unscoped.filter(digest=digest, removed_at=None).select_related("organisation").first()
    if not found:
        raise BadInput(USELESS, do="ask the organisation to send it again")
    return found


@transaction.atomic
@reaching(system_access("a contact's link"))
def verify(token: str, *, at: datetime) -> Contact:
    """The holder of the address says that alerts may come. Opening the link again changes nothing."""
    found = Contact.unscoped.select_for_update().select_related("organisation").get(pk=asked(token).pk)
    if found.verified_at is None and found.removed_at is None:
        found.verified_at = at
        found.save()
        act = Act(nobody("who opened the link mailed to the contact"), at)
        document = {"address": found.email}
        record(act, organisation=found.organisation, what="contact verified", subject=found.public_id, document=document)
    return found


@transaction.atomic
@reaching(system_access("contacts"))
def remove_contact(act: Act, *, contact: Contact) -> None:
    """No alert goes there any more. The organisation's lead alone does this."""
    act.access.demand("contacts.manage", contact.organisation)
    contact = Contact.unscoped.select_for_update().select_related("organisation").get(pk=contact.pk)
    if contact.removed_at is None:
        contact.removed_at, contact.removed_by = act.at, act.who
        contact.save()
        document = {"address": contact.email, "verified": contact.verified_at is not None}
        record(act, organisation=contact.organisation, what="contact removed", subject=contact.public_id, document=document)


def _letter(contact: Contact, by: str) -> str:
    return "\n".join(
        [
            f"{by} has named this address as one that gets the cyber alerts of {contact.organisation.name}.",
            "",
            f"If that is right, open this link and say so: {LINK}",
            "",
            "Until then nothing is sent here. If it is not right, do nothing.",
        ]
    )
