"""Organisations from a file of the public directory: added, renamed, closed, put below their parents. None is ever deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from wardround.core.directory import Listed, Reading
from wardround.core.vocab import BadInput, Rejected
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import PARENTS, Act, system_access
from wardround.hub.organisations.models import Agreement, Organisation
from wardround.hub.reach import reaching

KINDS = {
    "trust": Organisation.Kind.TRUST,
    "icb": Organisation.Kind.ICB,
    "supplier": Organisation.Kind.SUPPLIER,
    "other": Organisation.Kind.OTHER,
}
PARENT_KINDS = PARENTS | {Organisation.Kind.CENTRE}


@dataclass
class Changes:
    """What a file of the directory changes, by code; `aside` are the lines of which nothing was taken, and why."""

    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    open_again: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    closed_already: list[str] = field(default_factory=list)
    parent_unknown: list[str] = field(default_factory=list)
    the_same: int = 0
    aside: list[Rejected] = field(default_factory=list)


@transaction.atomic
@reaching(system_access("the directory"))
def bring_directory(act: Act, reading: Reading, *, kind: str, dry: bool = False) -> Changes:
    """Bring what a file lists into the hub, all of it or, `dry`, nothing. Returns what it changes.

    One that has closed is not added; one that is here and closed is marked with its day, and stays. Who is not in the file stays as
    they are. A code that is here as another kind is left alone. What was agreed with a parent ends with it.
    """
    act.access.demand("organisation.manage")
    if kind not in KINDS:
        raise BadInput(f"{kind!r} is no kind", where="kind", do="use " + ", ".join(KINDS))
    changes, today = Changes(aside=list(reading.rejected)), act.at.date()
    here = {o.code: o for o in Organisation.objects.select_for_update(of=("self",)).select_related("parent")}
    for one in reading.listed:
        _bring(act, one, here, kind=KINDS[kind], today=today, changes=changes, dry=dry)
    for one in reading.listed:
        if one.code in here and here[one.code].kind == KINDS[kind]:
            _below(act, here[one.code], one, here, changes=changes, dry=dry)
    touched = {*changes.added, *changes.renamed, *changes.closed, *changes.open_again, *changes.moved, *changes.closed_already}
    left = {one.where for one in changes.aside}
    changes.the_same = sum(one.code not in touched and f"line {one.line}" not in left for one in reading.listed)
    return changes


def _bring(act: Act, one: Listed, here: dict[str, Organisation], *, kind: str, today: date, changes: Changes, dry: bool) -> None:
    closed_on = one.closed_on if one.closed_on and one.closed_on <= today else None
    found = here.get(one.code)
    if found is None:
        if closed_on:
            changes.closed_already.append(one.code)
            return
        here[one.code] = made = Organisation(code=one.code, name=one.name, kind=kind, mailbox="", opened_on=one.opened_on)
        changes.added.append(one.code)
        if not dry:
            made.save()
            _record(act, made, "organisation added", {"name": one.name, "from": "the directory"})
        return
    if found.kind != kind:
        changes.aside.append(Rejected(f"line {one.line}", f"{one.code} is here as a {found.get_kind_display()}"))
        return
    if found.name != one.name:
        changes.renamed.append(one.code)
        _set(act, found, "organisation renamed", {"name": one.name}, dry=dry)
    if found.closed_on != closed_on:
        (changes.closed if closed_on else changes.open_again).append(one.code)
        what = "organisation closed" if closed_on else "organisation open again"
        _set(act, found, what, {"closed_on": closed_on}, dry=dry)


def _below(act: Act, found: Organisation, one: Listed, here: Mapping[str, Organisation], *, changes: Changes, dry: bool) -> None:
    """Put it below the parent that the file names, where that is here and could be one."""
    if not one.parent:
        return
    parent = here.get(one.parent)
    if parent is None or parent.kind not in PARENT_KINDS or _is_above(found, parent):
        changes.parent_unknown.append(one.code)
        return
    if (found.parent.code if found.parent else "") == parent.code:
        return
    if one.code not in changes.added:
        changes.moved.append(one.code)
    if dry:
        return
    for agreement in Agreement.unscoped.filter(organisation=found, ended_at=None, until__gt=act.at).select_related("parent"):
        agreement.ended_at, agreement.ended_by = act.at, act.who
        agreement.save()
        _record(act, found, "parent sees answers no more", {"parent": agreement.parent.code})
    _set(act, found, "parent set", {"parent": parent}, dry=False)


def _is_above(found: Organisation, parent: Organisation) -> bool:
    """Whether it stands somewhere above that parent, or is it: no circle."""
    at: Organisation | None = parent
    seen: set[str] = set()
    while at is not None and at.code not in seen:
        if at.code == found.code:
            return True
        seen.add(at.code)
        at = at.parent
    return False


def _set(act: Act, found: Organisation, what: str, values: Mapping[str, object], *, dry: bool) -> None:
    if dry:
        return
    document = {name: [_said(getattr(found, name)), _said(value)] for name, value in values.items()}
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    _record(act, found, what, document)


def _said(value: object) -> object:
    return value.code if isinstance(value, Organisation) else value.isoformat() if isinstance(value, date) else value


def _record(act: Act, found: Organisation, what: str, document: Mapping[str, object]) -> None:
    record(act, organisation=found, what=what, subject=found.code, document=document)
