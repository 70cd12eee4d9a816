"""Removing what is due, holding it back, and letting it go again. Each removal stands in the record."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import Detection, Hunt, KeptSearch, LogBatch
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Contact, Invitation, NamedPerson, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.retention.due import GONE, Due, due
from wardround.hub.retention.models import Hold
from wardround.lake.files import FileStore

log = logging.getLogger(__name__)
SETTLED = timedelta(days=1)
"""A file that was written again within a day may belong to a row that is not there yet."""


def remove_what_is_due(*, at: datetime, machine_time: datetime) -> int:
    """Every organisation's, and the sessions that ran out; returns how many things went. Doing it twice changes nothing.

    What fails is logged and tried again the next time. `at` is the hub's time, `machine_time` that of sessions and files.
    """
    Session.objects.filter(expire_date__lt=machine_time).delete()
    removed = 0
    for organisation in Organisation.objects.all():
        act = Act(system_access("rules of retention"), at)
        for one in due(organisation, at=at):
            try:
                removed += remove(act, one, machine_time=machine_time)
            except OSError as problem:
                log.warning("%s of %s could not be removed: %s", type(one.row).__name__, organisation.code, problem)
    return removed


def remove(act: Act, one: Due, *, machine_time: datetime) -> bool:
    """Remove one thing; whether it was still there. The row and the entry in the record first, then the file.

    Whoever dies between the two leaves a file that no row needs: `sweep` takes it away.
    """
    act.access.demand("evidence.hold", one.organisation)
    with transaction.atomic():
        files = _REMOVERS[type(one.row)](one.row, act.at)
        if files is None:
            return False
        document = {"what": type(one.row).__name__, "rule": one.rule, "over_since": one.since.isoformat(), "files": sorted(files)}
        record(act, organisation=one.organisation, what="removed by rule", subject=one.row.public_id, document=document)
    sweep(files, machine_time=machine_time)
    return True


def sweep(files: Iterable[str], *, machine_time: datetime) -> int:
    """Take away those of these files that no row of anybody needs; how many went."""
    store, swept = FileStore(settings.HOME.files), 0
    for sha256 in files:
        path = store.path(sha256)
        if not path.exists() or path.stat().st_mtime > (machine_time - SETTLED).timestamp() or _needed(sha256):
            continue
        path.unlink(missing_ok=True)
        swept += 1
    return swept


def _needed(sha256: str) -> bool:
    return (
        LogBatch.unscoped.filter(sha256=sha256, removed_at=None).exists()
        or Snapshot.unscoped.filter(sha256=sha256, file_removed_at=None).exists()
        or KeptSearch.unscoped.filter(sha256=sha256).exists()
        or Hunt.unscoped.filter(document=sha256).exists()
    )


def _log(batch: LogBatch, at: datetime) -> set[str] | None:
    row = LogBatch.unscoped.select_for_update().get(pk=batch.pk)
    if row.removed_at:
        return None
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    searches = KeptSearch.unscoped.filter(batch=row)
    files = {row.sha256, *searches.values_list("sha256", flat=True)}
    searches.delete()
    return files


def _run(hunt: Hunt, at: datetime) -> set[str] | None:
    row = Hunt.unscoped.select_for_update().get(pk=hunt.pk)
    quoted = Detection.unscoped.filter(hunt=row).exclude(excerpt__in=("", GONE))
    if not row.document and not quoted.exists():
        return None
    quoted.update(excerpt=GONE)
    files = {row.document} - {""}
    row.document = ""
    row.save(update_fields=["document"])
    return files


def _inventory(snapshot: Snapshot, at: datetime) -> set[str] | None:
    gone = Snapshot.unscoped.filter(pk=snapshot.pk, file_removed_at=None).update(file_removed_at=at)
    return {snapshot.sha256} if gone else None


def _message(message: Message, at: datetime) -> set[str] | None:
    rows = Message.unscoped.filter(pk=message.pk, removed_at=None)
    return set() if rows.update(to="", body=GONE, sealed="", removed_at=at) else None


def _person(user: User, at: datetime) -> set[str] | None:
    """An account that nobody can sign in to and that names nobody. What would go with it goes: factors, devices, sessions."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.name == GONE or row.memberships.filter(ended_at=None).exists():
        return None
    row.name, row.email, row.is_active = GONE, f"{row.public_id}@gone.invalid", False
    row.set_unusable_password()
    row.save()
    for relation in User._meta.related_objects:
        if relation.on_delete is models.CASCADE:
            cast(Any, relation.related_model)._base_manager.filter(**{relation.field.name: row}).delete()
    return set()


def _named(row: Contact | NamedPerson | Invitation, at: datetime) -> set[str] | None:
    rows = type(row).unscoped.filter(pk=row.pk).exclude(email="")
    names = {} if isinstance(row, Invitation) else {"name": GONE}
    return set() if rows.update(email="", **names) else None


_REMOVERS: dict[type, Any] = {
    LogBatch: _log,
    Hunt: _run,
    Snapshot: _inventory,
    Message: _message,
    User: _person,
    Contact: _named,
    NamedPerson: _named,
    Invitation: _named,
}


@transaction.atomic
def hold(act: Act, *, organisation: Organisation, response: UUID | None, reason: str, until: datetime) -> Hold:
    """Nothing of it is removed until then. Raises BadInput without a reason, or for a time that is over."""
    act.access.demand("evidence.hold", organisation)
    if not reason.strip():
        raise BadInput("a hold needs a reason", where="reason", do="say what it is needed for, and who asked for it")
    if until <= act.at:
        raise BadInput("lies behind us", where="until", do="give a day that is still to come")
    made = Hold.unscoped.create(
        organisation=organisation, response=response, reason=reason.strip(), until=until, held_by=act.who, held_at=act.at
    )
    document = {"response": str(response or ""), "reason": made.reason, "until": until.isoformat()}
    record(act, organisation=organisation, what="held back from removal", subject=made.public_id, document=document)
    return made


@transaction.atomic
def lift(act: Act, *, held: Hold) -> None:
    """The hold ends now. Raises BadInput when it has ended."""
    act.access.demand("evidence.hold", held.organisation)
    row = Hold.unscoped.select_for_update().get(pk=held.pk)
    if row.lifted_at or row.until <= act.at:
        raise BadInput("has ended already", where="hold")
    row.lifted_by, row.lifted_at = act.who, act.at
    row.save(update_fields=["lifted_by", "lifted_at"])
    record(act, organisation=row.organisation, what="hold lifted", subject=row.public_id, document={"reason": row.reason})
