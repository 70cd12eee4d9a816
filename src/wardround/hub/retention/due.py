"""What each rule says must go now, and nothing else. Reading alone: `removing` does it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Q

from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Response, Word
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.models import Contact, Invitation, Membership, NamedPerson, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.retention.models import Hold
from wardround.hub.retention.terms import Term, terms

GONE = "(removed under the rules of retention)"
NAMES = ((Contact, "removed_at"), (NamedPerson, "ended_at"), (Invitation, "expires_at"))
"""Rows that name somebody who need not sign in, and what says when that was over."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing whose time is over: its row (of a run, the Hunt), the rule, since when, and in whose record that stands."""

    row: Any
    rule: str
    since: datetime
    organisation: Organisation


def due(organisation: Organisation, *, at: datetime) -> list[Due]:
    """Everything of an organisation whose time is over. Nothing that is held, and nothing of what is not over yet."""
    rules = {term.key: term for term in terms()}
    held = set(Hold.unscoped.filter(Hold.keeps(at), organisation=organisation).values_list("response", flat=True))
    if None in held:
        return []
    ends = _ends(organisation, rules, held, at=at)
    found = [*_logs(organisation, rules["logs"], ends, at=at), *_runs(organisation, ends, at=at)]
    found += [*_inventories(organisation, rules["inventories"], at=at), *_messages(organisation, rules["messages"], at=at)]
    return [*found, *_people(organisation, rules["people"], at=at)]


End = tuple[datetime | None, str]
"""When the logs of a response may go, and by which rule; None while something needs them."""


def _ends(organisation: Organisation, rules: dict[str, Term], held: set[UUID | None], *, at: datetime) -> dict[UUID, End]:
    ended = ended_at(organisation, at=at)
    incidents: dict[UUID, list[Incident]] = defaultdict(list)
    for incident in Incident.unscoped.filter(organisation=organisation):
        incidents[incident.response].append(incident)
    found: dict[UUID, End] = {}
    for response, end in ended.items():
        rule = rules["incidents" if incidents[response] else "logs"]
        closed = [incident.closed_at for incident in incidents[response]]
        if response in held or end is None or rule.span is None or None in closed:
            found[response] = (None, rule.key)
        else:
            found[response] = (max([end, *(c for c in closed if c)]) + rule.span, rule.key)
    return found


def ended_at(organisation: Organisation, *, at: datetime) -> dict[UUID, datetime | None]:
    """When each response of an organisation ended: closed and not opened again, or withdrawn with its alert; else None."""
    words: dict[int, Word] = {}
    for word in Word.unscoped.filter(organisation=organisation, kind__in=("closed", "reopened"), at__lte=at).order_by("at", "pk"):
        words[word.response_id] = word
    found: dict[UUID, datetime | None] = {}
    for response in Response.unscoped.filter(organisation=organisation).select_related("alert"):
        last = words.get(response.pk)
        closed = last.at if last and last.kind == "closed" else None
        gone = response.alert.withdrawn_at
        found[response.public_id] = closed or (gone if gone and gone <= at else None)
    return found


def _logs(organisation: Organisation, rule: Term, ends: dict[UUID, End], *, at: datetime) -> Iterator[Due]:
    searched: dict[int, set[UUID]] = defaultdict(set)
    for key, response in Hunt.unscoped.filter(organisation=organisation).values_list("batches", "response"):
        searched[key].add(response)
    open_still = any(end is None for end, _ in ends.values())
    rows = LogBatch.unscoped.filter(organisation=organisation, removed_at=None, added_at__lte=at)
    for batch in rows:
        if batch.pk in searched:
            of = [ends.get(response, (None, rule.key)) for response in searched[batch.pk]]
        elif rule.span is None or open_still:
            continue  # it may be searched yet
        else:
            of = [(batch.added_at + rule.span, rule.key)]
        yield from _over(batch, of, at=at)


def _over(row: Any, of: Iterable[End], *, at: datetime) -> Iterator[Due]:
    """The row, where the last of its ends lies behind us."""
    known = [(end, rule) for end, rule in of if end is not None]
    if known and len(known) == len(list(of)) and (last := max(known))[0] <= at:
        yield Due(row, last[1], last[0], row.organisation)


def _runs(organisation: Organisation, ends: dict[UUID, End], *, at: datetime) -> Iterator[Due]:
    quoted = Detection.unscoped.filter(organisation=organisation).exclude(excerpt__in=("", GONE)).values("hunt")
    left = Q(document__gt="") | Q(pk__in=quoted)
    for hunt in Hunt.unscoped.filter(left, organisation=organisation, at__lte=at):
        yield from _over(hunt, [ends.get(hunt.response, (None, ""))], at=at)


def _inventories(organisation: Organisation, rule: Term, *, at: datetime) -> Iterator[Due]:
    if rule.span is None:
        return
    rows = Snapshot.unscoped.filter(organisation=organisation, imported_at__lte=at).order_by("source", "imported_at", "pk")
    for one, newer in pairwise(rows):
        if one.source_id == newer.source_id and one.file_removed_at is None and newer.imported_at + rule.span <= at:
            yield Due(one, rule.key, newer.imported_at + rule.span, organisation)


def _messages(organisation: Organisation, rule: Term, *, at: datetime) -> Iterator[Due]:
    if rule.span is None:
        return
    over = Q(sent_at__lte=at - rule.span) | Q(failed_at__lte=at - rule.span)
    for message in Message.unscoped.filter(over, organisation=organisation, removed_at=None):
        if done := message.sent_at or message.failed_at:
            yield Due(message, rule.key, done + rule.span, organisation)


def _people(organisation: Organisation, rule: Term, *, at: datetime) -> Iterator[Due]:
    """Those who left here last and belong nowhere now, and the names that stand here without a sign-in and are over."""
    if rule.span is None:
        return
    then = at - rule.span
    live = Membership.objects.filter(ended_at=None).values("user")
    for user in User.objects.filter(memberships__organisation=organisation).exclude(pk__in=live).exclude(name=GONE).distinct():
        last = user.memberships.order_by("-ended_at", "-pk").first()
        if last and last.ended_at and last.ended_at <= then and last.organisation_id == organisation.pk:
            yield Due(user, rule.key, last.ended_at + rule.span, organisation)
    for model, ended in NAMES:
        for row in model.unscoped.filter(**{"organisation": organisation, f"{ended}__lte": then}).exclude(email=""):
            yield Due(row, rule.key, getattr(row, ended) + rule.span, organisation)
