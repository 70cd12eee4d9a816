"""Logs are kept, hunts remember what they searched, and what was once found stays."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core import hunts as core
from wardround.core.vocab import BadInput
from wardround.hub.alerts import answering
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.hunting import hunt
from wardround.hub.alerts.models import Response
from wardround.hub.audit.models import Entry
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.hunts.services import add_log, lines_around
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.home import Home

from ..builders import (
    EXPLOIT,
    KEV,
    PROBE,
    PUBLISHED,
    WINDOW,
    a_log,
    a_person,
    a_record,
    a_server,
    a_snapshot,
    acknowledged,
    an_alert,
    an_organisation,
    at,
    by,
    codes,
    feeds_with,
    logs,
    records,
    response_of,
    system,
)

pytestmark = pytest.mark.usefixtures("hub")
TRACES = {at(15, 11): PROBE, at(15, 12): EXPLOIT}


class Patched:
    """Fixed on 16 May, exploited since the 13th by the record, answered: only the hunt is missing."""

    def __init__(self, hostname: str = "", **alert: Any) -> None:
        self.trust: Organisation = an_organisation()
        self.person = a_person(self.trust)
        feeds_with(PUBLISHED, KEV, now=at(13, 17))
        a_snapshot(self.trust, [a_server(hostname=hostname)], taken=at(12))
        an_alert(at(14), **alert)
        self.response: Response = response_of(self.trust)
        a_snapshot(self.trust, [a_server(hostname=hostname, version="12.4.0.2")], taken=at(16))
        reconsider(at=at(16))
        acknowledged(self.person, self.response, at(16, 10))

    def hunt(self, when: datetime) -> Hunt:
        return hunt(by(self.person, when), response=self.response)

    def closed(self) -> None:
        """Hunted on the whole window, accepted, closed on 20 May."""
        logs(self.trust, until=at(20))
        answering.accept_coverage(by(self.person, at(20, 9, 1)), response=self.response, hunt=self.hunt(at(20)))
        assert answering.close(by(self.person, at(20, 9, 2)), response=self.response) == "window_hunted"


class TestKeepingLogs:
    def test_a_batch_says_what_it_covers(self, hub: Home) -> None:
        trust, data = an_organisation(), a_log(at(14), at(16), silent=(at(15), at(15, 12)))
        batch = add_log(system(at(17)), organisation=trust, host=" mdm-01 ", data=data, filename="access.log")
        assert (batch.host, batch.first, batch.from_host, batch.unparsed) == ("mdm-01", at(14), True, 0)
        assert len(batch.gaps) == 1
        assert (hub.files / batch.sha256[:2] / batch.sha256).read_bytes() == data

    def test_the_same_file_again_is_the_same_batch(self) -> None:
        trust = an_organisation()
        one, two = (logs(trust, until=at(15)) for _ in range(2))
        assert one == two
        assert Entry.unscoped.filter(what="log added").count() == 1

    def test_lines_that_cannot_be_read_are_counted(self) -> None:
        data = a_log(at(14), at(15)) + b"not a line of any log\n"
        assert add_log(system(at(17)), organisation=an_organisation(), host="h", data=data, filename="a.log").unparsed == 1

    @pytest.mark.parametrize(
        ("host", "data"), [("", a_log(at(14), at(15))), ("h", b""), ("h", b"no log at all\n"), ("h", b"\0" * 9999)]
    )
    def test_what_holds_no_event_leaves_nothing(self, hub: Home, host: str, data: bytes) -> None:
        with pytest.raises(BadInput):
            add_log(system(at(17)), organisation=an_organisation(), host=host, data=data, filename="a.log")
        assert LogBatch.unscoped.count() == 0

    def test_only_those_who_act_for_the_organisation_add_logs_and_hunt(self) -> None:
        case = Patched()
        reader = a_person(case.trust, Membership.Role.READ_ONLY)
        with pytest.raises(PermissionDenied):
            add_log(by(reader, at(17)), organisation=case.trust, host="h", data=a_log(at(14), at(15)), filename="a.log")
        with pytest.raises(PermissionDenied):
            hunt(by(reader, at(17)), response=case.response)


class TestHunting:
    def test_without_logs_it_says_of_which_host(self) -> None:
        with pytest.raises(BadInput, match="no logs of mdm-01"):
            Patched().hunt(at(17))

    def test_without_a_pack_in_the_bulletin_there_is_no_hunt(self) -> None:
        with pytest.raises(BadInput, match="names no hunt pack"):
            Patched(pack="").hunt(at(17))

    def test_without_a_known_exploitation_there_is_no_window(self, hub: Home) -> None:
        trust = an_organisation()
        records(a_record("CVE-2025-9001"), now=at(13, 17), folder=hub.path / "ours")
        a_snapshot(trust, [a_server(vendor="Example Systems", product="Gateway", version="1.0")], taken=at(12))
        an_alert(at(14), cves=["CVE-2025-9001"], products=["Gateway"])
        with pytest.raises(BadInput, match="since when it was exploited"):
            hunt(by(a_person(trust), at(15)), response=response_of(trust))

    def test_logs_of_another_organisation_are_never_searched(self) -> None:
        case, other = Patched(), an_organisation()
        logs(other, until=at(20), traces=TRACES)
        with pytest.raises(BadInput, match="no logs of mdm-01"):
            case.hunt(at(20))

    def test_a_detection_names_rule_line_and_time(self) -> None:
        case = Patched()
        batch = logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        probe, exploit = Detection.unscoped.filter(response=case.response.public_id)
        assert (probe.phase, probe.time, exploit.phase, exploit.time) == ("scan", at(15, 11), "exploit", at(15, 12))
        assert "shadowserver" in probe.excerpt
        lines = dict(lines_around(exploit, batches=[batch], each_side=2))
        assert lines[exploit.line] == exploit.excerpt
        assert len(lines) == 5

    def test_a_trace_after_the_proven_fix_is_no_entry(self) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces={at(17, 11): EXPLOIT})
        case.hunt(at(20))
        assert not Detection.unscoped.exists()

    def test_a_trace_of_what_comes_after_is_kept_though_the_hosts_clock_runs_ahead(self) -> None:
        team = Patched()
        logs(team.trust, until=at(20), traces={at(21): "GET /mifs/403.jsp?k=aWQ="})
        team.hunt(at(20))
        assert [d.time for d in Detection.unscoped.all()] == [at(21)]

    def test_the_same_hunt_again_finds_the_same_detections_once(self) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        first, second = case.hunt(at(20)), case.hunt(at(20, 10))
        assert Detection.unscoped.count() == 2
        assert {d.hunt for d in Detection.unscoped.all()} == {first}
        assert "2 traces found" in first.statement
        assert first.hosts[0]["host"] == second.hosts[0]["host"]

    def test_a_longer_export_of_the_same_log_repeats_nothing(self) -> None:
        case = Patched()
        for day in (18, 20):
            logs(case.trust, until=at(day), traces=TRACES)
            case.hunt(at(day))
        assert Detection.unscoped.count() == 2

    def test_what_correlations_found_names_the_log(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = b"""
title: Probe
name: probe
logsource: {category: webserver}
detection: {sel: {c-uri|contains: featureusage}, condition: sel}
---
title: Twice
id: twice
correlation: {type: event_count, rules: [probe], timespan: 1d, condition: {gte: 2}}
wardround: {phase: exploit}
"""
        pack = core.load_pack("epmm")
        monkeypatch.setattr(core, "load_pack", lambda name: replace(pack, rules=core.read_rules([("twice.yml", text)])))
        case = Patched()
        logs(case.trust, until=at(18), traces=TRACES)
        case.hunt(at(20))
        (found,) = Detection.unscoped.all()
        assert len(re.findall(r"mdm-01\.log:\d+", found.excerpt)) == 2
        assert str(LogBatch.unscoped.get().public_id) not in found.excerpt

    def test_what_was_found_stays_when_a_later_hunt_does_not_find_it(self) -> None:
        """A fix that turns out to be older than thought ends the window before the trace: the trace stays."""
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        found = list(Detection.unscoped.values())
        a_snapshot(case.trust, [a_server(version="12.4.0.2")], taken=at(14, 12), imported=at(20, 10))
        later = case.hunt(at(20, 11))
        assert "no trace found in what was searched" in later.statement
        assert list(Detection.unscoped.values()) == found
        assert "detection" in codes(case.response, at(20, 12))

    def test_a_hunt_is_one_entry_with_what_it_searched(self) -> None:
        case = Patched()
        batch = logs(case.trust, until=at(20), traces=TRACES)
        done = case.hunt(at(20))
        entry = Entry.unscoped.get(what="hunt ran")
        assert (entry.subject, entry.who) == (str(done.public_id), str(case.person))
        assert entry.document["logs"] == [batch.sha256]
        assert entry.document["detections"] == {"mdm-01": 2}
        assert entry.document["pack_hash"] == done.pack_hash

    def test_logs_from_the_suspect_itself_could_have_been_altered(self) -> None:
        case = Patched()
        add_log(system(at(20)), organisation=case.trust, host="mdm-01", data=a_log(WINDOW, at(20)), filename="a.log")
        assert case.hunt(at(20)).hosts[0]["could_have_been_altered"] is True


class TestWhatArrivesLater:
    @pytest.mark.parametrize("host", ["mdm-01", "MDM-01", "mdm.example"])
    def test_a_late_log_reopens_by_whichever_name_the_host_goes(self, host: str) -> None:
        case = Patched(hostname="mdm.example")
        case.closed()
        logs(case.trust, until=at(21), host=host)
        assert reconsider(at=at(21)) == 1
        assert "hunt_outdated" in codes(case.response, at(21))

    def test_a_log_of_another_host_changes_nothing(self) -> None:
        case = Patched()
        case.closed()
        logs(case.trust, until=at(21), host="file-server")
        assert reconsider(at=at(21)) == 0

    def test_a_gap_is_counted_and_a_log_that_fills_it_is_seen(self) -> None:
        case = Patched()
        silent = (datetime(2025, 5, 3, tzinfo=UTC), datetime(2025, 5, 4, 6, tzinfo=UTC))
        logs(case.trust, until=at(20), silent=silent)
        holed = case.hunt(at(20)).hosts[0]
        assert 30 <= holed["hours"] - holed["seen"] <= 32
        add_log(
            system(at(20, 9, 30)),
            organisation=case.trust,
            host="mdm-01",
            data=a_log(silent[0] - timedelta(hours=2), silent[1] + timedelta(hours=2)),
            filename="rest.log",
        )
        assert {"hunt_outdated"} <= codes(case.response, at(20, 9, 30))
        whole = case.hunt(at(20, 9, 40)).hosts[0]
        assert whole["hours"] - whole["seen"] <= 2

    def test_a_gap_that_a_person_accepts_closes_as_partly_visible(self) -> None:
        case = Patched()
        logs(case.trust, until=at(20), silent=(at(3), at(4)))
        done = case.hunt(at(20))
        answering.accept_coverage(by(case.person, at(20, 10)), response=case.response, hunt=done)
        assert answering.close(by(case.person, at(20, 10)), response=case.response) == "window_partly_visible"

    def test_the_coverage_of_another_hunt_is_not_accepted_here(self) -> None:
        case, other = Patched(), an_organisation()
        logs(case.trust, until=at(20))
        done = case.hunt(at(20))
        a_snapshot(other, [a_server()], taken=at(12))
        an_alert(at(20), scope=[other.code])
        with pytest.raises(BadInput, match="another response"):
            answering.accept_coverage(by(a_person(other), at(20)), response=response_of(other), hunt=done)


class TestHostileLogs:
    def test_a_line_with_nul_bytes_is_searched_and_kept(self) -> None:
        """A database that cannot store NUL must not stop a hunt."""
        case = Patched()
        line = a_log(at(15, 12), at(15, 12, 1), traces={at(15, 12): EXPLOIT.replace("Runtime", "Run\0time")})
        data = a_log(WINDOW, at(20)) + line
        add_log(system(at(20)), organisation=case.trust, host="mdm-01", data=data, filename="a\0.log")
        case.hunt(at(20))
        assert Detection.unscoped.count() == 1

    def test_two_logs_of_one_name_show_each_its_own_lines(self) -> None:
        case = Patched()
        for start, traces in ((WINDOW, {}), (WINDOW + timedelta(minutes=7), TRACES)):
            data = a_log(start, at(20), traces=traces)
            add_log(system(at(20)), organisation=case.trust, host="mdm-01", data=data, filename="access.log")
        done = case.hunt(at(20))
        for detection in Detection.unscoped.all():
            assert dict(lines_around(detection, batches=done.batches.all()))[detection.line] == detection.excerpt

    def test_a_line_that_an_intruder_broke_is_still_one_line(self) -> None:
        """A vertical tab or a line separator in a request ends no line; the numbers after it stay true."""
        case = Patched()
        traces = {at(14, 12): "GET /mifs/\x0b\x0c\u2028\x85login", **TRACES}
        add_log(system(at(20)), organisation=case.trust, host="mdm-01", data=a_log(WINDOW, at(20), traces=traces), filename="a.log")
        done = case.hunt(at(20))
        found = Detection.unscoped.filter(phase="exploit").get()
        assert dict(lines_around(found, batches=done.batches.all()))[found.line] == found.excerpt
