"""The posts that every organisation fills, its mailbox, and what it lets its parent see."""

from datetime import datetime, timedelta

from django.db import transaction

from wardround.core.directory import plain_address, plain_name
from wardround.core.vocab import BadInput
from wardround.hub.audit.services import record
from wardround.hub.membership.leading import demand_people, leads_of
from wardround.hub.organisations.access import PARENTS, Act, system_access
from wardround.hub.organisations.models import Agreement, NamedPerson, Organisation
from wardround.hub.reach import reaching

LONGEST_AGREEMENT = timedelta(days=366)


@transaction.atomic
@reaching(system_access("posts and agreements"))
def name_person(act: Act, *, organisation: Organisation, post: str, name: str, email: str) -> NamedPerson:
    """Say who holds a post; who held it before stays in its history. They need no sign-in."""
    demand_people(act, organisation)
    if post not in NamedPerson.Post.values:
        raise BadInput(f"{post!r} is no post", where="post", do="use " + ", ".join(NamedPerson.Post.values))
    who, address = plain_name(name, where="name"), plain_address(email, where="email")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    held = NamedPerson.unscoped.filter(organisation=organisation, post=post, ended_at=None)
    if (before := held.first()) and (before.name, before.email) == (who, address):
        return before
    held.update(ended_at=act.at, ended_by=act.who)
    made = NamedPerson.unscoped.create(organisation=organisation, post=post, name=who, email=address, begun_at=act.at)
    document = {"post": post, "name": who, "address": address, "before": before.name if before else None}
    record(act, organisation=organisation, what="post filled", subject=made.public_id, document=document)
    return made


@transaction.atomic
@reaching(system_access("posts and agreements"))
def set_mailbox(act: Act, *, organisation: Organisation, mailbox: str) -> None:
    """The address that alerts always go to: said by its lead, or by the centre where there is none yet."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not (act.access.may("organisation.manage") and not organisation.mailbox):
        demand_people(act, organisation)
    address = plain_address(mailbox, where="mailbox")
    if address != organisation.mailbox:
        document = {"from": organisation.mailbox, "to": address}
        organisation.mailbox = address
        organisation.save()
        record(act, organisation=organisation, what="mailbox set", subject=organisation.code, document=document)


@transaction.atomic
@reaching(system_access("posts and agreements"))
def agree(act: Act, *, organisation: Organisation, until: datetime) -> Agreement:
    """Let the parent see answers, counts, dates and coverage until a time. It is never given for the organisation by others.

    Raises BadInput where there is no parent that could look, or the time is past or more than a year away.
    """
    demand_people(act, organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    parent = organisation.parent
    if parent is None or parent.kind not in PARENTS:
        raise BadInput("has no integrated care board or group above it", where=organisation.code, do="ask the centre to set it")
    if not act.at < until <= act.at + LONGEST_AGREEMENT:
        what = "is past" if until <= act.at else "is more than a year away"
        raise BadInput(what, where="until", do="choose another day")
    for before in live_agreements(organisation, at=act.at):
        _end(act, before)
    made = Agreement.unscoped.create(organisation=organisation, parent=parent, agreed_at=act.at, agreed_by=act.who, until=until)
    document = {"parent": parent.code, "until": until.isoformat()}
    record(act, organisation=organisation, what="parent may see answers", subject=made.public_id, document=document)
    return made


@transaction.atomic
@reaching(system_access("posts and agreements"))
def end_agreement(act: Act, *, agreement: Agreement) -> None:
    """Take it back before its time."""
    demand_people(act, agreement.organisation)
    agreement = Agreement.unscoped.select_for_update().select_related("organisation", "parent").get(pk=agreement.pk)
    if agreement.ended_at is None and agreement.until > act.at:
        _end(act, agreement)


def _end(act: Act, agreement: Agreement) -> None:
    agreement.ended_at, agreement.ended_by = act.at, act.who
    agreement.save()
    document = {"parent": agreement.parent.code}
    record(
        act, organisation=agreement.organisation, what="parent sees answers no more", subject=agreement.public_id, document=document
    )


@reaching(system_access("posts and agreements"))
def live_agreements(organisation: Organisation, *, at: datetime) -> list[Agreement]:
    """What an organisation has agreed to that holds now: one at most."""
    live = Agreement.unscoped.filter(organisation=organisation, agreed_at__lte=at, until__gt=at, ended_at=None)
    return list(live.select_related("parent", "organisation"))


@reaching(system_access("posts and agreements"))
def missing(organisation: Organisation) -> list[str]:
    """What an organisation still has to say of itself, the most pressing first."""
    found = []
    if not leads_of(organisation):
        found.append("lead")
    if not organisation.mailbox:
        found.append("mailbox")
    held = set(NamedPerson.unscoped.filter(organisation=organisation, ended_at=None).values_list("post", flat=True))
    return found + [post for post in NamedPerson.Post.values if post not in held]
