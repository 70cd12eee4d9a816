"""`check` and `why` tell the same of every time: what was known here then, whatever came since and whatever date that bears."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings

from wardround.cli._findings import document
from wardround.cli.check import examine
from wardround.core.estate import read
from wardround.core.triage import policy
from wardround.lake.home import Home
from wardround.lake.knowledge import BEFORE_THE_FIRST_SYNC, knowledge

from ..lake.test_knowledge import ARRIVALS, CVES, INSTALLS, START, a_home, a_record, arrive, sync

ROWS = "\n".join(f"{i.asset_id}{n},{i.vendor},{i.product},{i.version}" for n, i in enumerate(INSTALLS))
INVENTORY = read(f"asset id,vendor,product,version\n{ROWS}\n".encode(), name="assets.csv", at=START)
DAY = timedelta(days=1)


def by_check(home: Home, *, at: datetime) -> dict[tuple[str, str], Any]:
    """Verdict, sentence, entry and assumptions of each finding."""
    report = examine(INVENTORY, home=home, at=at, policy=policy("bod-26-04"))
    return {(f.install.asset_id, f.cve): (f.verdict, f.reason, f.decided_by, f.assumed) for f, _ in report.judged}


def by_why(home: Home, *, at: datetime) -> dict[tuple[str, str], Any]:
    with knowledge(home, at=at) as known:
        asked = [(a.cve, i, known.why(a, i)) for a in known.records(CVES) for i in INVENTORY.installs]
    return {
        (install.asset_id, cve): (why.answer.verdict, why.answer.reason, why.answer.decided_by, why.answer.assumed)
        for cve, install, why in asked
        if why.named
    }


@settings(max_examples=10, deadline=None)
@given(arrivals=ARRIVALS)
def test_both_give_the_same_verdict_at_every_time(arrivals: list[tuple[str, str, str, bool, int]]) -> None:
    with a_home() as home:
        times = [START - DAY, START]
        for number, one in enumerate(arrivals):
            times.append(START + timedelta(hours=6 * (number + 1)))
            arrive(home, one, number, at=times[-1])
            assert by_check(home, at=times[-1]) == by_why(home, at=times[-1])
        for at in times:
            assert by_check(home, at=at) == by_why(home, at=at)


def test_what_came_later_with_an_earlier_date_was_not_known_then() -> None:
    with a_home() as home:
        before = by_check(home, at=START + DAY)
        sync(home, a_record(CVES[0], "Example", "1.0.0", START + DAY / 2), at=START + 3 * DAY)
        assert by_check(home, at=START + DAY) == before
        assert by_check(home, at=START + 3 * DAY) != before


def test_before_the_first_sync_it_is_told_by_what_had_been_stated_and_said_so() -> None:
    with a_home() as home:
        sync(home, a_record(CVES[1], "Example", "2.0.0", START - 20 * DAY), at=START + 3 * DAY)
        told = {}
        for at in (START - 20 * DAY, START):
            report = examine(INVENTORY, home=home, at=at, policy=policy("bod-26-04"))
            told[at] = document(report, every=True)
        early, late = told.values()
        assert {finding["cve"] for finding in early["findings"]} == set(CVES)
        assert (early["by"], early["notice"]) == ("stated", BEFORE_THE_FIRST_SYNC)
        assert {finding["cve"] for finding in late["findings"]} == {CVES[0]}
        assert (late["by"], late["notice"]) == ("known here", "")


def test_a_record_that_came_later_is_urgent_by_no_fact_of_it() -> None:
    """The decision goes by the facts that were here, as the verdict does."""
    with a_home() as home:
        mild = [{"Exploitation": "none"}, {"Automatable": "no"}, {"Technical Impact": "partial"}]
        stamp = {"timestamp": (START - 2 * DAY).isoformat(), "options": mild, "id": CVES[0]}
        restated = a_record(CVES[0], "Example", "2.0.0", START - 2 * DAY)
        restated["containers"]["adp"] = [
            {"providerMetadata": {"shortName": "CISA-ADP"}, "metrics": [{"other": {"type": "ssvc", "content": stamp}}]}
        ]
        sync(home, restated, at=START + 3 * DAY)
        decided = {}
        for at in (START, START + 3 * DAY):
            report = examine(INVENTORY, home=home, at=at, policy=policy("ssvc-deployer"))
            decided[at] = {decision.decision for _, decision in report.judged if decision}
        assert decided[START] != decided[START + 3 * DAY]
