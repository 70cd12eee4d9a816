"""Many people answer at the same moment, each with a connection of their own: one is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from wardround.core.vocab import BadInput
from wardround.hub.alerts import answering
from wardround.hub.alerts.drafting import withdraw
from wardround.hub.alerts.models import Word
from wardround.hub.alerts.turns import Overtaken, in_turn
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.models import Membership
from wardround.hub.outbox.models import Message
from wardround.hub.reach import EVERYTHING, reach_from_here
from wardround.lake.home import Home

from ..builders import (
    PUBLISHED,
    a_person,
    a_server,
    a_snapshot,
    an_alert,
    an_organisation,
    at,
    by,
    feeds_with,
    response_of,
    the_centre,
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("withdrawing", [False, True])
def test_of_many_at_one_moment_one_is_kept(withdrawing: bool, hub: Home) -> None:
    """At once on PostgreSQL; one after the other on SQLite in memory, which knows one connection."""
    trust = an_organisation()
    feeds_with(PUBLISHED, now=at(13, 17))
    a_snapshot(trust, [a_server()], taken=at(12))
    alert = an_alert(at(14, 8), pack="")
    people = [a_person(trust) for _ in range(4)]
    officer = a_person(the_centre(), Membership.Role.NATIONAL)
    response, parallel = response_of(trust), connection.vendor == "postgresql"
    together = Barrier(5 if withdrawing else 4) if parallel else None

    def answers(n: int) -> str:
        try:
            if together:
                together.wait(30)
            if n == 4:
                withdraw(by(officer, at(14, 9)), alert=alert, reason="in error")
                return "withdrawn"
            act = by(people[n], at(14, 9) + timedelta(seconds=n))
            in_turn(
                lambda: answering.confirm(act, response=response, answer="applies" if n % 2 else "not_yet_known", reason=f"r{n}"),
                response=response,
                kind="confirmation",
                seen=0,
            )
        except Overtaken as overtaken:
            return str(overtaken.words[-1].by)
        except BadInput as refused:
            return refused.what
        else:
            return "kept"
        finally:
            if parallel:
                connections.close_all()

    with ThreadPoolExecutor(5, initializer=reach_from_here, initargs=[EVERYTHING]) as pool:
        told = list((pool.map if parallel else map)(answers, range(5 if withdrawing else 4)))
    kept = list(Word.unscoped.filter(response=response, kind="confirmation"))
    assert told.count("kept") == len(kept) == Entry.unscoped.filter(what="applicability confirmed").count()
    others = {said for said in told if said not in ("kept", "withdrawn")}
    if withdrawing:
        assert len(kept) <= 1
        assert others <= {*(word.by for word in kept), f"{alert} was withdrawn"}
        assert Message.unscoped.filter(subject=f"{alert} is withdrawn").count() == 1
    else:
        assert (len(kept), others) == (1, {kept[0].by})
