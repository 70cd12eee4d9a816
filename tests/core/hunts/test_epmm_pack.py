"""The EPMM pack finds every trace of the field's facts (section 10), in both log shapes, and is silent on ordinary use."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from wardround.core.hunts import hunt, load_pack
from wardround.core.hunts._packs import read_pack
from wardround.core.vocab import BadInput

JAVA = "${\"\".getClass().forName('java.util.Scanner')}"
USAGE = "/mifs/rs/api/v2/featureusage?format="
NEEDS_STATUS = {"EPMM app store file asked for and not found", "EPMM database dump handed out"}

TRACES = [
    (USAGE + quote(JAVA, safe=""), 400, "EPMM feature usage called with a Java expression"),
    (USAGE + quote(quote(JAVA, safe=""), safe=""), 400, "EPMM feature usage called with a Java expression"),
    (USAGE + JAVA, 400, "EPMM feature usage called with a Java expression"),
    (USAGE + JAVA.replace('"', '\\"'), 400, "EPMM feature usage called with a Java expression"),
    (
        "/api/v2/featureusage_history?format=%24%7bRuntime.getRuntime%28%29%7d",
        400,
        "EPMM feature usage called with a Java expression",
    ),
    (USAGE + "json&x=1&format=%24%7B%27%27.getClass%28%29%7D", 200, "EPMM feature usage called with a Java expression"),
    ("/mifs/rs/api/v2/featureusage?%66ormat=%24%7Ba.for%4Eame%28b%29%7D", 200, "EPMM feature usage called with a Java expression"),
    ("//mifs//rs/api/v2/featureusage/;a=b?x=1;format=%24%7bjava.lang%7d", 400, "EPMM feature usage called with a Java expression"),
    (USAGE + "shadowserver%24%7B7*7%7D", 400, "EPMM feature usage called with an expression as format"),
    (USAGE + "%23%7B7*7%7D", 400, "EPMM feature usage called with an expression as format"),
    ("/mifs/rs/api/v2/devices?format=%24%7B%27%27.getClass%28%29%7D", 400, "EPMM asked with a Java expression elsewhere"),
    ("/mifs/rs/api/v2/users?adminDeviceSpaceId=131", 200, "EPMM device space 131 asked for"),
    ("/api/v2/featureusage?adminDeviceSpaceId%3D131&adminDeviceSpaceId=131", 200, "EPMM device space 131 asked for"),
    (
        "/mifs/c/appstore/fob/3/5/sha256:kid=1,st=theValue,h=gPath%5B%60id%60%5D/a.ipa",
        404,
        "EPMM app store file asked for with a command in it",
    ),
    ("/mifs/c/aftstore/fob/3/5/sha256:kid=1,h=gPath[`id`]/a.ipa", 404, "EPMM app store file asked for with a command in it"),
    ("/mifs/c/appstore/fob/3/5/sha256:kid=1/a.ipa", 404, "EPMM app store file asked for and not found"),
    ("/mifs/403.jsp?k=aWQ%3D", 200, "EPMM web shell called through the error page"),
    ("/mifs/./403.jsp;v=1?a=b&k=aWQ", 200, "EPMM web shell called through the error page"),
    ("/mifs/login.jsp?k0f53cf964d387=x", 200, "EPMM web shell parameter"),
    ("/mifs/css/mibasecss.css", 404, "EPMM database dump asked for as a style sheet"),
    ("/mifs/css/mibasecss2.css", 404, "EPMM database dump asked for as a style sheet"),
    ("/mifs/css/mibasecss3.css", 200, "EPMM database dump handed out"),
    ("/mifs/images/a.mifpp", 200, "EPMM file with the ending .mifpp asked for"),
    ("/mifs/x.jsp?c=mysqldump+-t+mi_user", 200, "EPMM database dump command or tables named"),
    ("/mifs/x.jsp?c=select%20*%20from%20mifs_ldap_server_config", 200, "EPMM database dump command or tables named"),
    ("/mifs/x.jsp?f=%2Ftmp%2Fweb-install.jar", 200, "EPMM loader /tmp/web-install.jar named"),
    ("/mifs/x.jsp?c=SecurityHandlerWanListener", 200, "EPMM listener class SecurityHandlerWanListener named"),
]

BENIGN = [
    "/mifs/user/login.jsp",
    "/mifs/rs/api/v2/featureusage?format=json",
    "/mifs/rs/api/v2/featureusage_history?format=CSV&adminDeviceSpaceId=1",
    "/api/v2/devices?adminDeviceSpaceId=1310&fields=common.imei,common.platform",
    "/api/v2/devices?query=(common.status%3D%22ACTIVE%22)&sortOrder=ASC",
    "/mifs/c/appstore/fob/3/5/sha256:kid=1,et=1747274400/a.ipa",
    "/mifs/403.jsp",
    "/mifs/css/mibase.css?v=12.4",
    "/mifs/c/windows/api/v2/device/registration?name=mi_users",
    "/mifs/help?q=java+runtime",
]


def titles(result: object) -> set[str]:
    return {d.title for d in result.detections}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("target", "status", "title"), TRACES, ids=[t[0][:60] for t in TRACES])
def test_a_trace_is_found_in_the_combined_log(
    a_log: Callable[..., object], line: Callable[..., str], target: str, status: int, title: str
) -> None:
    assert title in titles(hunt([a_log(line(target, status=status))], rules=load_pack("epmm").rules))


@pytest.mark.parametrize(("target", "title"), [(t, n) for t, _, n in TRACES if n not in NEEDS_STATUS])
def test_a_trace_that_needs_no_status_is_found_without_one(
    a_log: Callable[..., object], bare_line: Callable[..., str], target: str, title: str
) -> None:
    assert title in titles(hunt([a_log(bare_line(target))], rules=load_pack("epmm").rules))


@pytest.mark.parametrize("target", BENIGN)
def test_ordinary_use_is_silent(
    a_log: Callable[..., object], line: Callable[..., str], bare_line: Callable[..., str], target: str
) -> None:
    result = hunt([a_log(line(target)), a_log(bare_line(target))], rules=load_pack("epmm").rules)
    assert result.events == 2
    assert titles(result) == set()


def test_the_scanner_alone_is_a_scan_and_no_trace(a_log: Callable[..., object], line: Callable[..., str]) -> None:
    result = hunt([a_log(line(USAGE + "shadowserver", status=401))], rules=load_pack("epmm").rules)
    assert [(d.title, d.level) for d in result.detections] == [("EPMM feature usage probed by a scanner", "informational")]


def test_a_java_expression_that_carries_the_scanners_name_is_no_scan(
    a_log: Callable[..., object], line: Callable[..., str]
) -> None:
    result = hunt([a_log(line(USAGE + "shadowserver&format=" + quote(JAVA, safe="")))], rules=load_pack("epmm").rules)
    assert titles(result) == {"EPMM feature usage called with a Java expression"}


def test_rules_that_need_the_status_are_named_where_it_is_absent(
    a_log: Callable[..., object], bare_line: Callable[..., str]
) -> None:
    pack = load_pack("epmm")
    coverage = hunt([a_log(bare_line("/mifs/css/mibasecss.css"))], rules=pack.rules).coverage
    by_id = {rule.id: rule.title for rule in pack.rules.rules}
    assert {by_id[miss.id] for miss in coverage.not_run} == NEEDS_STATUS
    assert all("needs sc-status" in miss.why for miss in coverage.not_run)
    assert coverage.rules_given == coverage.rules_ran + len(coverage.not_run)


def test_time_and_line_of_a_detection(a_log: Callable[..., object], line: Callable[..., str]) -> None:
    log = a_log(line("/mifs/user/login.jsp"), "", line("/mifs/403.jsp?k=aWQ", at="15/May/2025:00:30:00 +0100"))
    (hit,) = hunt([log], rules=load_pack("epmm").rules).detections
    assert (hit.line, hit.time) == (3, datetime(2025, 5, 14, 23, 30, tzinfo=UTC))


def test_every_rule_says_its_window_and_every_phase_what_a_hit_means() -> None:
    pack = load_pack("epmm")
    assert {rule.phase for rule in pack.rules.rules} == set(pack.hit_means)
    assert not pack.rules.broken


def test_the_hash_stands_for_the_whole_content() -> None:
    manifest = b'name="x"\nversion="1"\ntitle="t"\nneeds=[]\nblind=[]\nnext_steps=[]\n[window]\nmargin_days=30\n[hit_means]\n'
    other = manifest.replace(b"30", b"31")
    assert read_pack(manifest, rules=[], where="x").sha256 != read_pack(other, rules=[], where="x").sha256


@pytest.mark.parametrize("name", ["nothere", "../epmm", "epmm/rules", ""])
def test_an_unknown_pack_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(BadInput, match=r"epmm"):
        load_pack(name)


def test_a_pack_with_an_unknown_phase_is_refused(a_rule: Callable[..., bytes]) -> None:
    manifest = b'name="x"\nversion="1"\ntitle="t"\nneeds=[]\nblind=[]\nnext_steps=[]\n[window]\nmargin_days=30\n[hit_means]\n'
    with pytest.raises(BadInput, match="phase"):
        read_pack(manifest, rules=[("r.yml", a_rule("sel:\n    a: 1\ncondition: sel"))], where="x")
