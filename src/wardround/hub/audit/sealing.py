"""Signing what the record has come to, with the installation's key."""

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from wardround.core.record import key_text, new_key, sign
from wardround.core.vocab import BadInput
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.audit.services import reached
from wardround.hub.organisations.models import Organisation
from wardround.lake.settings import stated

DO = "give the service its own key back from the backup, or a new Ed25519 key in PEM (PKCS 8)"


def signing_key() -> Ed25519PrivateKey:
    """The key that signs: the setting WARDROUND_SIGNING_KEY, else that of the home folder, made there at first.

    Raises BadInput where what is stated is no such key, or the folder's cannot be read.
    """
    given = stated("WARDROUND_SIGNING_KEY")
    where, pem = f"WARDROUND_SIGNING_KEY ({given.source})", given.value.encode()
    if not pem:
        path = settings.HOME.signing_key
        if not path.exists():
            _make(path)
        where, pem = str(path), path.read_bytes()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise BadInput("holds no key that can be read", where=where, do=DO) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput("is a key of another kind than Ed25519", where=where, do=DO)
    return key


def _make(path: Path) -> None:
    """Write a new key, readable by its owner alone. Of two processes at once, one makes it and both read that one."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = new_key().private_bytes(*form)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()


@transaction.atomic
def seal(organisation: Organisation, *, at: datetime) -> Checkpoint | None:
    """A checkpoint of the newest entry; the one there is where nothing is new, None where there is no entry yet."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    last = Entry.unscoped.filter(organisation=organisation).last()
    newest = Checkpoint.unscoped.filter(organisation=organisation).last()
    if last is None or (newest and newest.sequence >= last.sequence):
        return newest
    key = signing_key()
    said = sign(key, organisation=organisation.code, sequence=last.sequence, digest=reached(organisation, last), at=at)
    return Checkpoint.unscoped.create(
        organisation=organisation,
        sequence=said.sequence,
        digest=said.digest,
        at=at,
        public_key=key_text(key.public_key()),
        signature=said.signature,
    )


def seal_what_is_new(*, at: datetime) -> int:
    """A checkpoint for every organisation whose record went on since its last one; how many."""
    entries = dict(Entry.unscoped.order_by().values_list("organisation").annotate(Max("sequence")))
    sealed = dict(Checkpoint.unscoped.order_by().values_list("organisation").annotate(Max("sequence")))
    behind = [pk for pk, last in entries.items() if sealed.get(pk, 0) < last]
    for organisation in Organisation.objects.filter(pk__in=behind):
        seal(organisation, at=at)
    return len(behind)
