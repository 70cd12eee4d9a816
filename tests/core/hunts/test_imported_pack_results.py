"""The result of a pack's query as a hunt: detections by rule, and coverage from the probe, without which nothing counts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from wardround.core.hunts import HuntResult, Window, load_pack, searched_hours
from wardround.core.hunts._imported import imported, told
from wardround.core.hunts._rows import joined, read_rows
from wardround.core.hunts._samples import called
from wardround.core.vocab import BadInput

Import = Callable[..., HuntResult]
EPMM = {called(rule): rule for rule in load_pack("epmm").reported}
MOVEIT = {called(rule): rule for rule in load_pack("moveit").reported}
FIELDS = "has_c_uri,has_cs_uri_query,has_sc_status"
HIT = f"rule,time,source,host,excerpt\n{EPMM['web_shell_403'].id},2025-05-15T03:12:44Z,logs/mdm,mdm-01,GET /mifs/403.jsp?k=1\n"
PROBE = f"""source,host,hour,events,first,last,{FIELDS},log
logs/mdm,mdm-01,2025-05-15T03:00:00Z,10,2025-05-15T03:00:00Z,2025-05-15T03:59:00Z,10,10,10,web
logs/mdm,mdm-01,2025-05-15T04:00:00Z,5,2025-05-15T04:01:00Z,2025-05-15T04:30:00Z,5,5,5,web
logs/mdm,mdm-01,2025-05-15T09:00:00Z,7,2025-05-15T09:10:00Z,2025-05-15T09:59:59Z,7,7,7,web
"""
DAY = Window(datetime(2025, 5, 15, tzinfo=UTC), datetime(2025, 5, 16, tzinfo=UTC))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 5, 15, hour, minute, tzinfo=UTC)


def run(result: str, probe: str | None = None, *, pack: str = "epmm", queries: tuple[str, ...] = ()) -> HuntResult:
    rows = read_rows("hits.csv", result.encode())
    return imported(rows, pack=load_pack(pack), probe=read_rows("probe.csv", probe.encode()) if probe else None, queries=queries)


def test_a_row_is_a_detection_of_its_rule() -> None:
    (hit,) = run(HIT, PROBE).detections
    rule = EPMM["web_shell_403"]
    assert (hit.rule, hit.title, hit.level, hit.source, hit.line) == (rule.id, rule.title, "critical", "logs/mdm", 1)
    assert (hit.time, hit.excerpt) == (at(3, 12).replace(second=44), "GET /mifs/403.jsp?k=1")


def test_days_before_months_as_a_british_portal_exports_them() -> None:
    """The last row alone shows which of them stands first."""
    head, *rows = PROBE.splitlines()
    days = zip((3, 3, 13), rows, strict=True)
    british = [row.replace("2025-05-15T", f"{day}/05/2025 ").replace("Z", "") for day, row in days]
    result = run(HIT.replace("2025-05-15T03:12:44Z", "14/05/2025 03:12:44"), "\n".join([head, *british]))
    assert [hit.time for hit in result.detections] == [datetime(2025, 5, 14, 3, 12, 44, tzinfo=UTC)]
    (source,) = result.coverage.sources
    assert (source.first, source.events) == (datetime(2025, 5, 3, 3, tzinfo=UTC), 22)


def test_the_probe_is_the_coverage_with_its_gap() -> None:
    result = run(HIT, PROBE)
    (source,) = result.coverage.sources
    assert (source.source, source.host, source.events, source.first, source.last) == (
        "logs/mdm",
        "mdm-01",
        22,
        at(3),
        at(9, 59).replace(second=59),
    )
    assert source.gaps == ((at(4, 30), at(9, 10)),)
    assert len(source.sha256) == 64
    assert (result.coverage.rules_ran, result.coverage.not_run) == (15, ())
    assert searched_hours(result.coverage, window=DAY, host="mdm-01").hours == 1
    assert told(result, probed=True, window=DAY).startswith(
        "Searched 1 of 24 hours with 15 of 15 rules: 1 trace found, to be judged."
    )


def test_without_a_probe_no_hour_counts_and_no_rule_ran_and_the_statement_says_so() -> None:
    result = run(HIT)
    assert result.coverage.sources == ()
    assert result.coverage.rules_ran == 0
    assert {miss.why for miss in result.coverage.not_run} == {"what the query could see is not known: no probe was given"}
    assert searched_hours(result.coverage, window=DAY).hours == 0
    sentence = told(result, probed=False, window=DAY)
    assert sentence.startswith("A query run elsewhere found 1 trace, to be judged. What the query could see is not known")


@pytest.mark.parametrize("empty", ["", "[]", '{"results": []}', "rule,time,source,host,excerpt\n", '{"tables": []}'])
def test_an_empty_result_without_a_probe_is_no_clean_system(empty: str) -> None:
    result = run(empty)
    assert result.detections == ()
    assert told(result, probed=False).startswith("A query run elsewhere found 0 traces. What the query could see is not known")
    assert told(run(empty, PROBE), probed=True).startswith("Searched 1 log from 15 May 2025 03:00 to 15 May 2025 09:59 UTC")


def test_a_field_that_no_event_has_by_the_probe_is_a_rule_that_could_not_run() -> None:
    result = run(HIT, PROBE.replace(",10,10,10,", ",10,10,0,").replace(",5,5,5,", ",5,5,0,").replace(",7,7,7,", ",7,7,0,"))
    assert {miss.id for miss in result.coverage.not_run} == {EPMM["dump_handed_out"].id, EPMM["fob_refused"].id}
    assert {miss.why for miss in result.coverage.not_run} == {"needs sc-status, which by the probe no event has"}


def test_a_probe_that_does_not_count_a_field_does_not_vouch_for_it() -> None:
    result = run(HIT, PROBE.replace(",has_sc_status", ",other"))
    assert len(result.coverage.not_run) == 2


def test_a_log_of_another_kind_is_searched_by_no_rule() -> None:
    result = run(HIT, PROBE.replace(",web", ",syslog"))
    assert (result.coverage.sources, result.coverage.rules_ran) == ((), 0)
    assert {miss.why for miss in result.coverage.not_run} == {"the probe names no log of its kind"}
    assert "not known" in told(result, probed=True)


def test_a_hit_from_a_source_that_the_probe_does_not_name_gives_no_hours() -> None:
    result = run(HIT.replace("logs/mdm", "logs/other"), PROBE)
    other = result.runs[1]
    assert (other.coverage.source, other.ran, other.coverage.first) == ("logs/other", (), None)
    assert [one.source for one in result.coverage.sources] == ["logs/mdm"]
    assert "1 trace found" in told(result, probed=True)


def test_a_row_of_a_rule_that_the_pack_does_not_have_is_named_and_the_others_count() -> None:
    result = run(HIT + "nothere,2025-05-15T03:12:44Z,logs/mdm,mdm-01,x\n" + HIT.splitlines()[1] + "\n", PROBE)
    assert [hit.line for hit in result.detections] == [1, 3]
    assert [r.what for r in result.rejected] == ["row 2: the pack has no rule 'nothere'"]


def test_correlations_count_only_when_their_query_was_run_or_hit() -> None:
    fields = sorted({f"has_{field.replace('-', '_')}" for rule in load_pack("moveit").rules.rules for field in rule.fields})
    probe = f"source,hour,events,log,{','.join(fields)}\niis/1,2023-05-28T03:00:00Z,9,iis,{','.join('9' for _ in fields)}\n"
    chain = MOVEIT["exploit_chain"].id
    (miss,) = run("", probe, pack="moveit").coverage.not_run
    assert (miss.id, miss.why) == (chain, "its query is not among those that were run")
    assert run("", probe, pack="moveit", queries=("hunt.iis", "correlation.exploit_chain")).coverage.not_run == ()
    hit = f"rule,time,source\n{chain},2023-05-28T03:00:00Z,iis/1\n"
    assert run(hit, probe, pack="moveit").coverage.not_run == ()
    (still,) = run(hit, probe, pack="moveit", queries=("hunt.iis",)).coverage.not_run  # a hit says nothing of its query's hours
    assert still.id == chain
    with pytest.raises(BadInput, match=r"no query 'hunt\.web'"):
        run("", probe, pack="moveit", queries=("hunt.web",))


ROW = {"rule": EPMM["web_shell_403"].id, "time": "2025-05-15T03:12:44Z", "source": "logs/mdm"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ROW]),
        json.dumps(ROW),
        json.dumps({"preview": False, "results": [ROW]}),
        json.dumps({"preview": False, "lastrow": True, "result": ROW}) + "\n",
        json.dumps({"result": ROW}) + "\n" + json.dumps({"result": ROW | {"rule": "x"}}) + "\n",
        json.dumps({"tables": [{"columns": [{"name": name} for name in ROW], "rows": [list(ROW.values())]}]}),
        json.dumps({"columns": list(ROW), "rows": [list(ROW.values())]}),
        "\ufeff" + ",".join(ROW) + "\n" + ",".join(ROW.values()) + "\n",
        f'"rule","TimeGenerated [UTC]","source"\n"{ROW["rule"]}","5/15/2025, 3:12:44.000 AM","logs/mdm"\n',
        f"rule,_time,source\n{ROW['rule']},1747278764,logs/mdm\n",
    ],
    ids=["array", "one row", "splunk", "splunk line", "splunk lines", "log analytics", "table", "csv", "portal", "epoch"],
)
def test_results_are_read_in_the_forms_in_which_they_are_exported(text: str) -> None:
    (hit,) = run(text).detections
    assert (hit.rule, hit.source, hit.time) == (ROW["rule"], "logs/mdm", at(3, 12).replace(second=44))


@pytest.mark.parametrize("text", ["hello", "{", '{"error": "no"}', "\x00\x01", '"a"\n'])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"CSV|no rows"):
        run(text)


def test_a_result_without_a_column_for_the_rule_is_refused_by_the_names_it_has() -> None:
    with pytest.raises(BadInput, match="no column for the rule: source, what"):
        run("what,source\nx,y\n")


def test_rows_that_cannot_be_read_are_named() -> None:
    result = run(HIT + "a,b\n")
    assert [r.what for r in result.rejected] == ["row 2: 2 cells under 5 columns"]
    assert len(result.detections) == 1
    result = run(json.dumps([ROW, 3]))
    assert [r.what for r in result.rejected] == ["row 2: not an object"]


def test_a_probe_without_its_columns_is_refused_or_named() -> None:
    with pytest.raises(BadInput, match="no column `log`"):
        run(HIT, "source,hour,events\nx,2025-05-15T03:00:00Z,3\n")
    result = run(HIT, PROBE + "logs/mdm,mdm-01,never,x,,,1,1,1,web\n")
    assert [r.what for r in result.rejected] == ["row 4: it does not state source, hour and events"]
    assert len(result.coverage.sources) == 1


def test_hours_of_a_probe_may_come_in_any_order_and_from_several_files() -> None:
    head, *rows = PROBE.splitlines()
    parts = [read_rows(str(n), f"{head}\n{row}\n".encode()) for n, row in enumerate(reversed(rows))]
    result = imported(read_rows("hits", HIT.encode()), pack=load_pack("epmm"), probe=joined(parts))
    expected = run(HIT, PROBE).coverage.sources[0]
    (got,) = result.coverage.sources
    assert (got.first, got.last, got.gaps, got.events) == (expected.first, expected.last, expected.gaps, expected.events)
