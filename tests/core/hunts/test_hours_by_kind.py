"""One kind of line, or one host, may stop in a log where others go on: what only its lines could show was not seen then."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from wardround.core.hunts import HuntResult, Source, Window, hunt, read_rules, searched_hours, statement
from wardround.core.hunts._again import hunt_again
from wardround.core.hunts._hosts import host_coverage, lacking
from wardround.core.hunts._kept import dump, load
from wardround.core.hunts._model import Windows
from wardround.core.sigma._model import RuleSet
from wardround.engines.hunting import FastSearcher

START = datetime(2025, 5, 1, tzinfo=UTC)
DAYS = Window(START, START + timedelta(hours=72))
RULE = "title: {0}\nid: {0}\nlogsource: {{product: linux, service: {1}}}\ndetection: {{sel: {{program: never}}, condition: sel}}\n"


def rules(*services: str) -> RuleSet:
    return read_rules([(f"{one}.yml", RULE.format(one, one).encode()) for one in services])


def lines(program: str, *spans: tuple[int, int], host: str = "mdm") -> Iterator[tuple[datetime, str]]:
    """A line every half hour of these hours."""
    for first, last in spans:
        for half in range(2 * first, 2 * last + 1):
            time = START + timedelta(minutes=30 * half)
            yield time, f"{time:%Y-%m-%dT%H:%M:%SZ} {host} {program}[7]: something"


SSHD_STOPS = sorted([*lines("sshd", (0, 24), (48, 72)), *lines("cron", (0, 72))])
ONE_HOST_STOPS = sorted([*lines("sshd", (0, 24), (48, 72), host="mdm"), *lines("sshd", (0, 72), host="web")])


def a_log(given: list[tuple[datetime, str]], *, host: str = "") -> Source:
    return Source("syslog", io.BytesIO("\n".join(line for _, line in given).encode()), host=host)


def hunted(given: list[tuple[datetime, str]], *services: str, host: str = "") -> HuntResult:
    return hunt([a_log(given, host=host)], rules=rules(*services))


class TestAKindThatStops:
    def test_its_day_is_not_seen_for_what_only_its_lines_could_show(self) -> None:
        result = hunted(SSHD_STOPS, "sshd")
        assert searched_hours(result.coverage, window=DAYS)[:2] == (48, 72)
        assert statement(result, window=DAYS) == (
            "Searched 48 of 72 hours with 1 of 1 rules: no trace found in what was searched. Not seen: 1 gap of more than an hour."
        )

    def test_a_rule_for_the_others_sees_every_hour_and_the_one_for_it_a_part(self) -> None:
        result = hunted(SSHD_STOPS, "sshd", "cron")
        assert searched_hours(result.coverage, window=DAYS)[:2] == (72, 72)
        assert statement(result, window=DAYS).endswith("Not seen: 1 rule could look at a part of these hours only.")
        assert statement(result).endswith("Not seen: 1 rule could look at a part of these hours only.")

    def test_a_rule_for_all_lines_sees_every_hour(self) -> None:
        assert searched_hours(hunted(SSHD_STOPS, "syslog").coverage, window=DAYS).hours == 72

    def test_lines_that_no_rule_is_for_cover_nothing(self) -> None:
        result = hunted(sorted([*lines("sshd", (0, 2)), *lines("cron", (0, 72))]), "sshd")
        assert searched_hours(result.coverage, window=DAYS).hours == 2
        assert statement(result).startswith("Searched 1 log from 1 May 2025 00:00 to 1 May 2025 02:00 UTC")

    def test_its_lines_without_a_time_cover_nothing_where_others_have_one(self) -> None:
        given = [*lines("cron", (0, 72)), (START, "<38>1 - mdm sshd 7 - - something")]
        assert searched_hours(hunted(given, "sshd").coverage, window=DAYS).hours == 0

    def test_the_host_is_told_so_too_and_what_would_complete_it(self) -> None:
        ready = rules("sshd", "cron")
        seen = host_coverage(hunted(SSHD_STOPS, "sshd", "cron", host="mdm"), host="mdm", windows=Windows(DAYS, DAYS), rules=ready)
        assert [(rule.id, rule.hours) for rule in seen.rules] == [("cron", 72), ("sshd", 48)]
        assert seen.rules[1].why == "it could look at 48 of the 72 hours that have logs"
        assert [one.rules for one in lacking(seen, ready)] == [("sshd",)]

    def test_the_fast_search_says_the_same(self) -> None:
        for given in (SSHD_STOPS, ONE_HOST_STOPS):
            ready = rules("sshd", "cron")
            assert hunt([a_log(given)], rules=ready, searcher=FastSearcher(ready)) == hunt([a_log(given)], rules=ready)

    def test_what_is_kept_and_searched_again_says_the_same(self) -> None:
        both = rules("sshd", "cron")
        first = hunt_again({"syslog": lambda: a_log(SSHD_STOPS)}, rules=rules("sshd"), known={})
        kept = load(dump(first.searched["syslog"]))
        assert kept == first.searched["syslog"]
        again = hunt_again({"syslog": lambda: a_log(SSHD_STOPS)}, rules=both, known={"syslog": kept})
        assert statement(again.result, window=DAYS) == statement(hunted(SSHD_STOPS, "sshd", "cron"), window=DAYS)


class TestAHostThatStops:
    def test_each_host_has_its_own_hours(self) -> None:
        result = hunted(ONE_HOST_STOPS, "sshd")
        assert {h: searched_hours(result.coverage, window=DAYS, host=h).hours for h in ("mdm", "web", "other")} == {
            "mdm": 48,
            "web": 72,
            "other": 0,
        }
        assert statement(result, window=DAYS).startswith("Searched 48 to 72 of 72 hours of 2 hosts with 1 of 1 rules")
        assert "1 gap of more than an hour" in statement(result)

    def test_of_a_log_that_is_said_to_be_of_one_host_only_its_own_lines_count(self) -> None:
        result = hunted(ONE_HOST_STOPS, "sshd", host="mdm.trust.example")
        assert searched_hours(result.coverage, window=DAYS, host="mdm.trust.example").hours == 48
        assert result.runs[0].coverage.notes == (
            "its events name 2 hosts: only the hours of mdm.trust.example's own lines count, not those of 1 other",
        )

    def test_a_name_that_no_line_has_is_the_persons_word_and_it_is_said(self) -> None:
        result = hunted(ONE_HOST_STOPS, "sshd", host="asset-7")
        assert searched_hours(result.coverage, window=DAYS, host="asset-7").hours == 72
        assert result.runs[0].coverage.notes == ("its events name web and 1 more, and not asset-7",)


def windows_lines(channel: str, *spans: tuple[int, int]) -> list[tuple[datetime, str]]:
    out = []
    for time, _ in lines("x", *spans):
        stamp = {"#attributes": {"SystemTime": f"{time:%Y-%m-%dT%H:%M:%S.000000Z}"}}
        system = {"EventID": 1, "Channel": channel, "Computer": "pc", "TimeCreated": stamp}
        out.append((time, json.dumps({"Event": {"System": system, "EventData": {"a": "b"}}})))
    return out


@pytest.mark.parametrize("fast", [False, True])
def test_a_channel_that_was_stopped_is_not_seen_in_another(fast: bool) -> None:
    given = sorted([*windows_lines("Security", (0, 24), (48, 72)), *windows_lines("System", (0, 72))])
    rule = "title: a\nid: a\nlogsource: {product: windows, service: security}\ndetection: {sel: {a: c}, condition: sel}\n"
    ready = read_rules([("a.yml", rule.encode())])
    result = hunt([a_log(given)], rules=ready, **({"searcher": FastSearcher(ready)} if fast else {}))
    assert searched_hours(result.coverage, window=DAYS).hours == 48
    assert [one.kind.rsplit(": ")[-1] for one in result.runs[0].coverage.kinds] == ["security", "system"]
