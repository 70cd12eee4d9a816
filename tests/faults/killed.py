"""Kill a process at every statement of what it does, start again, and look: nothing lost, nothing doubled, no half state.

Run by test_killed.py in a process of its own: `killed.py FOLDER EVERY [DATABASE-URL]`. Each attempt is a process too (a
fork), that is killed with SIGKILL before its n-th statement or beside a commit. What was found wrong is printed, a line each.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections, transaction

from wardround.hub.boot import boot
from wardround.lake.home import Home

FOLDER, EVERY = Path(sys.argv[1]), sys.argv[2] == "1"
URL = sys.argv[3] if len(sys.argv) > 3 else ""
HOME = Home(FOLDER / "home")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
boot(HOME)

from wardround.connectors.notify import mailer_for  # noqa: E402
from wardround.core.record import verify  # noqa: E402
from wardround.hub.accounts.models import User  # noqa: E402
from wardround.hub.alerts.answering import sign  # noqa: E402
from wardround.hub.alerts.drafting import centre, issue  # noqa: E402
from wardround.hub.alerts.models import Alert, Response, Revision, Word  # noqa: E402
from wardround.hub.audit.exporting import exported  # noqa: E402
from wardround.hub.audit.models import Entry  # noqa: E402
from wardround.hub.audit.sealing import seal_what_is_new  # noqa: E402
from wardround.hub.organisations.access import Act, access_of, system_access  # noqa: E402
from wardround.hub.organisations.models import Membership, Organisation  # noqa: E402
from wardround.hub.outbox.models import Message  # noqa: E402
from wardround.hub.outbox.services import LEASE, deliver  # noqa: E402
from wardround.hub.reach import EVERYTHING, reach_from_here, reaching  # noqa: E402

MAIL = HOME.path / "outgoing-mail"


def fill() -> None:
    """A centre, three organisations with somebody who answers, and a draft."""
    Organisation.objects.create(code="CENTRE", name="Centre", kind="centre", mailbox="duty@centre.example")
    for n in range(3):
        trust = Organisation.objects.create(code=f"EX{n}", name=f"Trust {n}", mailbox=f"cyber{n}@ex.example")
        user = User.objects.create(email=f"p{n}@ex.example", name=f"P{n}", created_at=NOW)
        Membership.objects.create(user=user, organisation=trust, role="organisation", begun_at=NOW)
    alert = Alert.objects.create(reference="HSA-2026-001", created_at=NOW, created_by="P")
    common: dict[str, Any] = {"summary": "s", "actions": "a", "cves": ["CVE-2025-4427"], "product_class": "edge_appliance"}
    Revision.objects.create(
        alert=alert, number=1, title="t", marking="TLP:AMBER", policy="bod-26-04", scope=["all"], written_at=NOW, **common
    )


def issuing() -> None:
    """At the centre."""
    issue(Act(system_access("an officer"), NOW), revision=Revision.objects.get())


def answering() -> None:
    """As somebody of one organisation, reaching no further."""
    access = access_of(User.objects.get(email="p1@ex.example"), at=NOW)
    with reaching(access):
        response = Response.objects.within(access).select_related("organisation", "alert").get()
        with transaction.atomic():
            if not Word.objects.within(access).exists():
                sign(Act(access, NOW + timedelta(hours=1)), response=response, kind="acknowledgement", body={"revision": 1})


def working(later: timedelta = timedelta(0)) -> None:
    """One round of the worker: what waits is sent, what is new is signed."""
    deliver(mailer_for("", folder=MAIL), at=NOW + timedelta(hours=2) + later)
    seal_what_is_new(at=NOW + timedelta(hours=2))


def state() -> dict[str, Any]:
    """All that has to be there once."""
    letters = [path.read_text() for path in MAIL.glob("*")] if MAIL.exists() else []
    marks = [line for letter in letters for line in letter.splitlines() if line.lower().startswith("message-id:")]
    return {
        "issued": Revision.objects.filter(issued_at__isnull=False).count(),
        "responses": sorted(Response.unscoped.values_list("organisation__code", flat=True)),
        "messages": sorted(Message.unscoped.values_list("to", "subject")),
        "entries": sorted(Entry.unscoped.values_list("organisation__code", "sequence", "what")),
        "words": sorted(Word.unscoped.values_list("organisation__code", "kind")),
        "sent": Message.unscoped.filter(sent_at__isnull=False).count(),
        "letters": len(set(marks)),
    }


def wrong() -> list[str]:
    """What must never be, whatever was killed when."""
    now, found = state(), []
    issued = now["issued"] == 1
    trusts = ["EX0", "EX1", "EX2"] if issued else []
    if now["responses"] != trusts or len(now["messages"]) != len(trusts):
        found.append(f"half issued: {now}")
    if (("CENTRE", 1, "revision issued") in now["entries"]) != issued:
        found.append("issued and not recorded, or recorded and not issued")
    acknowledged = [e for e in now["entries"] if e[2] == "acknowledged"]
    if len(acknowledged) != len(now["words"]):
        found.append(f"said {now['words']}, recorded {acknowledged}")
    seal_what_is_new(at=NOW + timedelta(hours=3))
    for organisation in Organisation.objects.filter(code__in={code for code, _, _ in now["entries"]}):
        for checked in verify(exported(organisation), name=organisation.code):
            found += [f"{organisation.code}: {fault}" for fault in checked.faults]
    return found


def killed_at(act: Callable[[], None], point: int) -> bool:
    """Do it in a process that is killed at that point; whether it came so far."""
    connections.close_all()
    if (pid := os.fork()) == 0:
        reach_from_here(EVERYTHING)
        passed = 0

        def step() -> None:
            nonlocal passed
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)

        def wrapper(execute: Any, *args: Any) -> Any:
            step()
            return execute(*args)

        commit = connection._commit  # type: ignore[attr-defined]

        def committing() -> None:
            step()
            commit()
            step()

        connection.ensure_connection()
        connection._commit = committing  # type: ignore[attr-defined]
        with connection.execute_wrapper(wrapper):
            act()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"{act.__name__} failed by itself at {point}")
    return os.WIFSIGNALED(status)


def database(name: str) -> psycopg.Connection[Any]:
    """A session beside the hub's, in another database of the server."""
    return psycopg.connect(URL.replace(f"/{connection.settings_dict['NAME']}?", f"/{name}?"), autocommit=True)


def keep(name: str) -> None:
    """Put the state aside under that name."""
    connections.close_all()
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    shutil.copytree(HOME.path, FOLDER / name)
    if URL:
        with database("postgres") as db:
            db.execute(f'CREATE DATABASE "{connection.settings_dict["NAME"]}_{name}" TEMPLATE "{connection.settings_dict["NAME"]}"')


def back_to(name: str) -> None:
    """Take that state again."""
    connections.close_all()
    shutil.rmtree(HOME.path)
    shutil.copytree(FOLDER / name, HOME.path)
    if URL:
        hub = connection.settings_dict["NAME"]
        with database("postgres") as db:
            db.execute(f'DROP DATABASE "{hub}" WITH (FORCE)')
            db.execute(f'CREATE DATABASE "{hub}" TEMPLATE "{hub}_{name}"')


def redone(act: Callable[[], None]) -> None:
    """What a person or the next worker does after it: the same again. What was done already says so and changes nothing."""
    if act is issuing:
        if not Revision.objects.get().issued_at:
            issuing()
    elif act is working:
        working()
        working(LEASE)  # what a dead worker had claimed
    else:
        act()


def loop(act: Callable[[], None], before: str) -> None:
    """Every point of one act (EVERY=1), or further and further apart."""
    back_to(before)
    redone(act)
    expected, point, killed = state(), 1, 0
    while back_to(before) or killed_at(act, point):
        found = wrong()
        redone(act)
        found += wrong()
        if (now := state()) != expected:
            found.append(f"{now} and not {expected}")
        for what in found:
            print(f"{act.__name__} killed at {point}: {what}")
        killed += 1
        point += 1 if EVERY else max(1, point // 2)
    print(f"# {act.__name__}: killed at {killed} points up to {point}", file=sys.stderr)
    assert killed >= 5, (act, killed)


fill()
keep("drafted")
issuing()
keep("issued")
assert centre()
loop(issuing, "drafted")
loop(answering, "issued")
loop(working, "issued")
