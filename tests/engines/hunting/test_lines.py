"""Lines of logs that are passed over are those that no rule hits; the account of them is the same."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, load_pack, read_rules
from wardround.core.hunts.indicators import read_indicators
from wardround.core.sigma import RuleSet
from wardround.engines.hunting import _bulk

Both = Callable[..., tuple[HuntResult, HuntResult]]
START = datetime(2025, 5, 14, 22, tzinfo=UTC)
TARGETS = st.sampled_from(
    [
        "/mifs/user/login.jsp",
        "/mifs/rs/api/v2/featureusage?format=%24%7B%27%27.getClass()%7D",
        "/mifs/rs/api/v2/featureusage?format=%2524%257Bjava.util.Scanner%257D",
        "/api/v2/featureusage?format=shadowserver",
        "/mifs/403.jsp?k=aWQ=",
        "/mifs/403%2Ejsp?k=aWQ=",
        "/%E2%84%AA0f53cf964d387?x=1",
        "/?%0Ak0f53cf964d387",
        "/a%",
        "/style.css?a=b%20c",
        "/x\\x22y",
        "/é",
    ]
)
AGENTS = st.sampled_from(
    ["Mozilla/5.0 (X11)", "-", "", "curl/8.5", "sqlmap/1.7", "dGVzdA=", "${jndi:ldap://203.0.113.9/a}", 'a\\"b']
)
CLIENTS = st.sampled_from(["203.0.113.7", "2001:db8::7", "203.0.113.7:51234", "bad [x"])
RULES = """
title: one
id: r1
logsource: {category: webserver}
detection: {sel: {cs-user-agent|endswith: '='}, condition: sel}
---
title: two
id: r2
logsource: {category: webserver}
detection: {sel: {cs-user-agent: ''}, status: {sc-status: 200}, condition: sel and not status}
---
title: three
id: r3
logsource: {category: webserver}
detection: {keywords: ['k0f53cf964d387', '${jndi:'], condition: keywords}
---
title: four
id: r4
logsource: {category: webserver}
detection: {sel: {c-uri|re: 'getClass\\(', cs-method: GET}, condition: sel}
---
title: five
id: r5
logsource: {category: webserver}
detection: {sel: {sc-status|gte: 500}, one: {c-uri|startswith: '/a'}, condition: sel or one}
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    pack = load_pack("epmm").rules
    ours = read_rules([("ours.yml", RULES.encode())])
    assert not ours.broken
    return RuleSet((*ours.rules, *pack.rules), (), "")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bulk, "BLOCK", 400)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    at = (START + timedelta(seconds=draw(st.integers(0, 9_000)))).strftime("%d/%b/%Y:%H:%M:%S")
    zone = draw(st.sampled_from(["+0000", "+0100", "-0730"]))
    start = f'{draw(CLIENTS)} - - [{at} {zone}] "{draw(st.sampled_from(["GET", "POST"]))} {draw(TARGETS)} HTTP/1.1"'
    end = f' {draw(st.sampled_from([200, 404, 500]))} 12 "-" "{draw(AGENTS)}"'
    return (start + draw(st.sampled_from([end, end, end, "", " 200 7"]))).encode()


ODD = st.sampled_from(
    [
        b"",
        b"   ",
        b"no log at all",
        b"\xff\xfe caf\xe9",
        b'203.0.113.7 - - [31/Feb/2025:25:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"',
        b'203.0.113.7 - - [14/May/0000:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"',
        json.dumps({"Channel": "Security", "EventID": 4688, "CommandLine": "k0f53cf964d387"}).encode(),
        json.dumps({"time": "2025-05-15T02:00:00Z", "c-uri": "/mifs/403.jsp?k=1"}).encode(),
        b"<134>May 15 03:12:44 gate sshd[7]: Failed password for root from 203.0.113.7 port 22 ssh2",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(lines(), lines(), lines(), ODD), min_size=1, max_size=25), st.sampled_from([b"\n", b"\r\n"]), st.booleans()
)
def test_mixed_access_logs(both: Both, rules: RuleSet, given: list[bytes], end: bytes, closed: bool) -> None:
    plain, fast = both(rules, [("access.log", end.join(given) + (end if closed else b""))])
    assert fast == plain


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(lines(), lines(), ODD), min_size=1, max_size=25))
def test_indicators_in_mixed_access_logs(both: Both, rules: RuleSet, given: list[bytes]) -> None:
    indicators = read_indicators([("list.txt", b"203.0.113.0/24\n2001:db8::7\ncurl/8.5\nfiles.example\n/mifs/403.jsp\n")])
    plain, fast = both(rules, [("access.log", b"\n".join(given))], indicators)
    assert fast == plain


def test_a_word_that_nearly_every_line_has_costs_no_detection(both: Both, rules: RuleSet) -> None:
    def log() -> Iterator[str]:
        for n in range(3_000):
            target = "/mifs/403.jsp?k=1" if n == 2_900 else f"/mifs/rs/api/v2/featureusage?n={n}"
            yield f'203.0.113.7 - - [15/May/2025:03:{n // 60:02}:{n % 60:02} +0100] "GET {target} HTTP/1.1" 200 5 "-" "Mozilla/5.0"'

    plain, fast = both(rules, [("access.log", "\n".join(log()).encode())])
    assert [d.line for d in fast.detections] == [2_901]
    assert fast == plain


def test_a_line_without_end_is_counted_and_the_rest_is_read(both: Both, rules: RuleSet) -> None:
    good = b'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=1 HTTP/1.1" 200 5 "-" "x"'
    plain, fast = both(rules, [("access.log", b"\n".join([good, b"x" * 3_000_000, good]))])
    assert len(fast.detections) == 2
    assert fast == plain
