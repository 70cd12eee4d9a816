"""The disk is full: the page says so in words, nothing is half-written, and the next try works."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from wardround.hub.alerts import answering
from wardround.hub.alerts.models import Word
from wardround.hub.audit.models import Entry
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import LogBatch
from wardround.hub.pages.room import full
from wardround.lake.home import Home

from ..builders import a_log, a_server, a_table, at
from .demonstration import Demonstration, words
from .test_answers import As, asset_of, post

pytestmark = pytest.mark.django_db
COLUMNS = {"do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can grow beyond that meanwhile: the system refuses to write, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(home: Home) -> set[str]:
    """Without what SQLite keeps beside a file while somebody reads it."""
    found = (path for path in home.path.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path.relative_to(home.path)) for path in found}


def test_a_log_for_which_there_is_no_room(demo: Demonstration, as_: As, module_hub: Home) -> None:
    client, data, before = as_(demo.person("EX06")), a_log(at(1), at(20)), files(module_hub)
    fields = {"asset": asset_of(demo, "EX06"), "from_host": "yes"}
    with room_for(1000):
        answer = post(client, demo, "logs", fields | {"file": SimpleUploadedFile("access.log", data)}, "EX06")
    html = answer.content.decode()
    assert answer.status_code == 507
    assert "There is no room left on the hub's disk: nothing of this was kept" in words(html)
    assert 'value="yes" checked' in html
    assert not LogBatch.unscoped.filter(organisation__code="EX06").exists()
    assert files(module_hub) == before
    assert post(client, demo, "logs", fields | {"file": SimpleUploadedFile("access.log", data)}, "EX06").status_code == 302


def test_an_inventory_for_which_there_is_no_room(demo: Demonstration, as_: As, module_hub: Home) -> None:
    client = as_(demo.person("EX06"))
    trust, snapshots, entries = demo.organisation("EX06"), Snapshot.unscoped.count(), Entry.unscoped.count()
    address = reverse("estate-import", args=[trust.code])
    table = a_table([a_server(f"mdm-{n:03}") for n in range(400)])

    def sent() -> dict[str, object]:
        return {"file": SimpleUploadedFile("estate.csv", table), "source": "scanner"}

    with room_for(1000):
        answer = client.post(address, sent())
    assert (answer.status_code, "no room left" in words(answer.content.decode())) == (507, True)
    shown = client.post(address, sent()).content.decode()
    note, before = shown.partition('name="upload" value="')[2].partition('"')[0], files(module_hub)
    with room_for(1000):
        answer = client.post(address, {"upload": note} | COLUMNS)
    assert (answer.status_code, "no room left" in words(answer.content.decode())) == (507, True)
    assert (Snapshot.unscoped.count(), Entry.unscoped.count()) == (snapshots, entries)
    assert files(module_hub) == before
    assert client.post(address, {"upload": note} | COLUMNS).status_code == 302
    assert Snapshot.unscoped.count() == snapshots + 1


def test_an_answer_that_the_database_has_no_room_for(demo: Demonstration, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise OperationalError("database or disk is full")

    client, before = as_(demo.person("EX06")), Word.unscoped.count()
    with monkeypatch.context() as context:
        context.setattr(answering, "record", refuse)
        answer = post(client, demo, "update", {"text": "half way there"}, "EX06")
    assert (answer.status_code, "half way there" in answer.content.decode()) == (507, True)
    assert Word.unscoped.count() == before
    assert post(client, demo, "update", {"text": "half way there"}, "EX06").status_code == 302


@pytest.mark.parametrize(
    ("problem", "is_full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"), True),
        (OperationalError('could not extend file "base/1": No space left on device'), True),
        (OperationalError("the server closed the connection unexpectedly"), False),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (ValueError("no space left on device"), False),
    ],
)
def test_what_a_full_disk_is(problem: Exception, is_full: bool) -> None:
    assert full(problem) is is_full
