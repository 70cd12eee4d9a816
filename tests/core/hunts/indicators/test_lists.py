"""Lists of indicators: every form is read, a bad entry is named with its place, and the good beside it goes on."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.hunts.indicators import IndicatorSet, read_indicators

MD5, SHA1, SHA256 = "9e107d9d372bb6826bd81d3542a419d6", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "ab" * 31 + "cd"


def read(content: str | bytes, *, name: str = "list", general: bool = False) -> IndicatorSet:
    return read_indicators([(name, content.encode() if isinstance(content, str) else content)], general=general)


def values(indicators: IndicatorSet) -> set[tuple[str, str]]:
    return {(str(one.type), one.value) for one in indicators.indicators}


def problems(indicators: IndicatorSet) -> list[str]:
    return [f"{one.where}: {one.what}" for one in indicators.problems]


@pytest.mark.parametrize(
    ("written", "type_", "value"),
    [
        (MD5.upper(), "md5", MD5),
        (SHA1, "sha1", SHA1),
        (SHA256, "sha256", SHA256),
        ("203.0.113[.]7", "ip", "203.0.113.7"),
        ("203.0.113.7:8443", "ip", "203.0.113.7"),
        ("::ffff:203.0.113.7", "ip", "203.0.113.7"),
        ("2001:DB8:0:0::1", "ip", "2001:db8::1"),
        ("[2001:db8::1]:443", "ip", "2001:db8::1"),
        ("198.51.100.9/24", "network", "198.51.100.0/24"),
        ("198.51.100.9/32", "ip", "198.51.100.9"),
        ("2001:db8::/32", "network", "2001:db8::/32"),
        ("Evil[.]Example.", "domain", "evil.example"),
        ("evil(dot)example", "domain", "evil.example"),
        ("*.evil.example", "domain", "evil.example"),
        ("bücher.example", "domain", "xn--bcher-kva.example"),
        ("hxxps://Evil[.]example:443/a%2Fb/../c?x=1#top", "url", "https://evil.example/a/c?x=1"),
        ("hXXp[:]//evil.example", "url", "http://evil.example/"),
        ("evil.example/payload.sh", "url", "evil.example/payload.sh"),
        ("203.0.113.7/payload.sh", "url", "203.0.113.7/payload.sh"),
        (r"C:\Windows\Temp\Evil.exe", "path", "c:/windows/temp/evil.exe"),
        (r"%TEMP%\evil.exe", "path", "*/evil.exe"),
        ("/tmp/web-install.jar", "path", "/tmp/web-install.jar"),
        ("mibasecss.css", "path", "mibasecss.css"),
        ("python-requests/2.31.0", "user-agent", "python-requests/2.31.0"),
        ("Mozilla/5.0 (fictitious, 1.0) Scan", "user-agent", "Mozilla/5.0 (fictitious, 1.0) Scan"),
    ],
)
def test_a_plain_list_is_read_by_what_each_line_is(written: str, type_: str, value: str) -> None:
    got = read(f"# a list\n\n{written}\n")
    assert (values(got), problems(got), got.given) == ({(type_, value)}, [], 1)


def test_a_bad_line_is_named_and_the_good_go_on() -> None:
    got = read("203.0.113.7\nnot an indicator\n203.0.113.7\nevil.example  # seen in May\n")
    assert problems(got) == ["list:2: 'not an indicator' is no hash, address, network, domain, URL, path or user agent"]
    assert (got.given, got.loaded, got.repeated, got.unread) == (4, 2, 1, 1)
    assert [one.context for one in got.indicators] == ["", "seen in May"]


def test_a_table_says_its_types_and_context() -> None:
    got = read(f"type,value,comment\nFileHash-SHA256,{SHA256},dropper\nip,evil.example,wrong\nfilename,run me.exe,x\nbtc,1abc,x\n")
    assert values(got) == {("sha256", SHA256), ("path", "run me.exe")}
    assert got.indicators[0].context == "dropper"
    assert problems(got) == ["list:3: 'evil.example' is no ip", "list:5: the type 'btc' is not looked for"]


def test_a_table_without_names_of_columns_is_known_by_its_types() -> None:
    assert values(read("ip;203.0.113.7;a\ndomain;evil.example;b\n")) == {("ip", "203.0.113.7"), ("domain", "evil.example")}


def test_a_table_of_misp_passes_over_what_is_not_for_detection() -> None:
    got = read('uuid,type,value,comment,to_ids\n1,"ip-dst","203.0.113.7","c,d",1\n2,domain,evil.example,,0\n')
    assert (values(got), got.passed_over) == ({("ip", "203.0.113.7")}, 1)


GENERAL = ["10.1.2.3", "0.0.0.0", "127.0.0.1", "fe80::1", "192.168.0.0/24", "8.8.8.8", "0.0.0.0/1", "google.com", "com.au"]
GENERAL += ["d41d8cd98f00b204e9800998ecf8427e", "0" * 64, "cmd.exe", "http://google.com/", "Mozilla/5.0"]


@pytest.mark.parametrize("general", GENERAL)
def test_what_means_nothing_by_itself_is_read_told_and_not_looked_for(general: str) -> None:
    got = read(general)
    assert (got.loaded, len(got.doubted), got.unread) == (0, 1, 0)
    assert got.doubted[0].doubt
    assert read(general, general=True).loaded == 1


def test_addresses_kept_for_documentation_are_looked_for() -> None:
    assert read("192.0.2.1\n198.51.100.0/24\n203.0.113.7\n2001:db8::7\n").loaded == 4


def stix(*patterns: str, **more: Any) -> str:
    objects = [
        {"type": "indicator", "id": "indicator--1", "name": "fictitious", "pattern_type": "stix", "pattern": p} for p in patterns
    ]
    return json.dumps({"type": "bundle", "objects": [{"type": "report"}, *({**item, **more} for item in objects)]})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ipv4-addr:value = '203.0.113.7']", {("ip", "203.0.113.7")}),
        (f"[file:hashes.'SHA-256' = '{SHA256.upper()}']", {("sha256", SHA256)}),
        (f'[file:hashes."MD5" = \'{MD5}\' OR file:hashes.SHA1 = \'{SHA1}\']', {("md5", MD5), ("sha1", SHA1)}),
        ("[domain-name:value IN ('a.example', 'b.example')]", {("domain", "a.example"), ("domain", "b.example")}),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", {("network", "198.51.100.0/24")}),
        ("[url:value = 'https://h.example/it\\'s']", {("url", "https://h.example/it's")}),
        ("[url:value = 'http://h.example/a'] OR [file:name = 'b.js']", {("url", "http://h.example/a"), ("path", "b.js")}),
        ("([domain-name:value = 'b.example'])", {("domain", "b.example")}),
        (
            f"[file:name = 'a b.exe' AND (file:hashes.MD5 = '{MD5}' OR file:hashes.'SHA-1' = '{SHA1}')]",
            {("pattern", f"md5:{MD5} and path:a b.exe"), ("pattern", f"path:a b.exe and sha1:{SHA1}")},
        ),
        ("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bad/1']", {("user-agent", "Bad/1")}),
    ],
)  # fmt: skip
def test_patterns_of_stix(pattern: str, expected: set[tuple[str, str]]) -> None:
    got = read(stix(pattern))
    assert (values(got), problems(got)) == (expected, [])
    assert got.indicators[0].context == "fictitious; indicator--1"


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("[file:name LIKE 'a%']", "LIKE (character 12) is not read"),
        ("[file:name MATCHES '^(a+)+$']", "MATCHES"),
        ("[file:name != 'a']", "'!=' (character 12)"),
        ("[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [domain-name:value = 'a.example']", "FOLLOWEDBY (character 35)"),
        ("[ipv4-addr:value = '203.0.113.7'] AND [domain-name:value = 'a.example']", "AND (character 35)"),
        ("[ipv4-addr:value = '203.0.113.7'] WITHIN 5 SECONDS", "WITHIN"),
        ("[NOT ipv4-addr:value = '203.0.113.7']", "NOT (character 2)"),
        ("[windows-registry-key:key = 'HKLM']", "windows-registry-key:key is not looked for"),
        ("[ipv4-addr:value = 'x']", "'x' is no ip"),
        ("[ipv4-addr:value = '203.0.113.7'", "breaks off"),
        ("", "breaks off"),
        ("[" + "(" * 3_000 + "]", "nested deeper"),
        ("[" + " AND ".join("(file:name = 'a.exe' OR file:name = 'b.exe')" for _ in range(40)) + "]", "alternatives"),
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_read_is_named_with_its_place(pattern: str, what: str) -> None:
    got = read(stix(pattern, "[ipv4-addr:value = '203.0.113.8']"))
    assert values(got) == {("ip", "203.0.113.8")}
    (problem,) = problems(got)
    assert problem.startswith("list#/objects/1/pattern: ")
    assert what in problem


def test_the_alternatives_of_a_pattern_that_are_read_go_on() -> None:
    got = read(stix(f"[file:hashes.MD5 = '{MD5}' OR file:hashes.'SHA-512' = 'x' OR (file:name LIKE 'a%' AND file:name = 'b.exe')]"))
    assert values(got) == {("md5", MD5)}
    assert problems(got) == ["list#/objects/1/pattern: file:hashes.'SHA-512' is not looked for (and 1 more)"]


def test_other_languages_and_revoked_indicators_of_stix() -> None:
    got = read(stix("rule x {}", pattern_type="yara"))
    assert problems(got) == ["list#/objects/1: a pattern of the type 'yara' is not read"]
    assert read(stix("[ipv4-addr:value = '203.0.113.7']", revoked=True)).passed_over == 1


def test_misp_attributes_and_those_of_objects() -> None:
    event = {
        "info": "Fictitious event",
        "Attribute": [
            {"type": "ip-dst|port", "value": "203.0.113.7|443", "to_ids": True, "comment": "C2"},
            {"type": "filename|sha256", "value": f"a.exe|{SHA256}", "to_ids": True},
            {"type": "domain", "value": "evil.example", "to_ids": False},
            {"type": "domain", "value": "old.example", "to_ids": True, "deleted": True},
            {"type": "btc", "value": "x", "to_ids": True},
            {"type": "hostname", "value": "warned.example", "to_ids": True, "warnings": [{"warninglist_name": "Top sites"}]},
            {"value": "x"},
        ],
        "Object": [{"Attribute": [{"type": "url", "value": "http://evil.example/a", "to_ids": True}]}],
    }
    for document in ({"Event": event}, [{"Event": event}], {"response": [{"Event": event}]}):
        got = read(json.dumps(document))
        assert values(got) == {("ip", "203.0.113.7"), ("sha256", SHA256), ("url", "http://evil.example/a")}
        assert (got.passed_over, got.unread) == (2, 2)
        assert [(one.value, one.doubt) for one in got.doubted] == [("warned.example", "MISP warns of it: Top sites")]
    assert read(json.dumps({"Event": event})).problems[0].where == "list#/Event/Attribute/4"
    assert read(json.dumps({"Event": event})).indicators[0].context == "Fictitious event; C2"


def openioc(inner: str, root: str = "ioc") -> str:
    return (
        f"<?xml version='1.0'?><{root}><short_description>Fictitious</short_description><definition>{inner}</definition></{root}>"
    )


def item(search: str, content: str, condition: str = "is", more: str = "") -> str:
    return f"<IndicatorItem condition='{condition}' {more}><Context search='{search}'/><Content>{content}</Content></IndicatorItem>"


@pytest.mark.parametrize("root", ["ioc", "OpenIOC"])
def test_openioc_under_and_and_or(root: str) -> None:
    both = f"<Indicator operator='AND'>{item('FileItem/FileName', 'a.exe')}{item('FileItem/Md5sum', MD5)}</Indicator>"
    got = read(openioc(f"<Indicator operator='OR'>{both}{item('Network/DNS', 'evil.example', 'contains')}</Indicator>", root))
    assert values(got) == {("pattern", f"md5:{MD5} and path:a.exe"), ("domain", "evil.example")}
    assert got.indicators[0].context == "Fictitious"


def test_what_of_openioc_is_not_read_is_named_and_so_is_its_group() -> None:
    group = f"<Indicator operator='AND'>{item('RegistryItem/Path', 'x')}{item('FileItem/Md5sum', MD5)}</Indicator>"
    within = f"<Indicator operator='OR'><Indicator operator='OR'>{item('PortItem/remoteIP', '203.0.113.9')}</Indicator></Indicator>"
    deeper = f"<Indicator operator='AND'>{item('RegistryItem/Path', 'x')}{within}</Indicator>"
    other = item("FileItem/FileName", "a", "contains") + item("FileItem/Sha1sum", SHA1, more="negate='true'")
    got = read(openioc(f"<Indicator operator='OR'>{group}{deeper}{other}{item('FileItem/Sha256sum', SHA256)}</Indicator>"))
    assert values(got) == {("sha256", SHA256)}
    assert [one.partition(": ")[2][:30] for one in problems(got)] == [
        "RegistryItem/Path is not looke",
        "something in this group under ",
        "RegistryItem/Path is not looke",
        "something in this group under ",
        "'contains' is not read for a p",
        "the condition not 'is' is not ",
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        b"<!DOCTYPE ioc [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><ioc>&b;</ioc>",
        b"<!DOCTYPE ioc [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><ioc>&a;</ioc>",
        b"<ioc>" + b"<Indicator>" * 100_000,
        b"<ioc><Indicator",
        b"<html></html>",
        b'{"objects": [' * 50_000,
        b'{"type": "bundle", "objects": [' + b'{"type": "indicator", "pattern": ' * 10 + b"\xff\xfe" * 1000,
        b'{"some": "json"}',
        b"[" * 200_000 + b"]" * 200_000,
        b'{"type": "bundle", "objects": [1, null, {"type": "indicator"}, {"type": "indicator", "pattern": 7}]}',
        b'{"Event": {"Attribute": {"Attribute": [null, 3]}, "Object": 3}}',
    ],
)  # fmt: skip
def test_a_hostile_list_is_named_and_the_next_is_read(hostile: bytes) -> None:
    got = read_indicators([("hostile", hostile), ("good", b"203.0.113.7\n")])
    assert values(got) == {("ip", "203.0.113.7")}
    assert got.unread >= 1
    assert all(one.where.startswith("hostile") for one in got.problems)


def test_a_hundred_megabytes_of_garbage_are_refused_at_once() -> None:
    got = read_indicators([("big", b'{"type": "bundle", "objects": [' + b"x" * (100 << 20))])
    assert [one.where for one in got.problems] == ["big:1"]


def test_a_list_in_another_encoding_is_read() -> None:
    assert values(read("203.0.113.7\r\n".encode("utf-16"))) == {("ip", "203.0.113.7")}
    assert values(read(b"203.0.113.7\xa0\n198.51.100.7\n")) >= {("ip", "198.51.100.7")}


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    got = read_indicators([("any", data)])
    assert got.given == got.loaded + got.repeated + got.passed_over + got.unread + len(got.doubted)


@given(st.lists(st.text(max_size=60), max_size=5))
def test_every_line_is_accounted_for(lines: list[str]) -> None:
    got = read_indicators([("any", "\n".join(lines).encode("utf-8", "replace"))])
    assert got.given == got.loaded + got.repeated + got.passed_over + got.unread + len(got.doubted)
    assert sum(got.counts.values()) == got.loaded


def test_how_openioc_writes_its_names_makes_no_difference() -> None:
    text = (
        '<a:OpenIOC xmlns:a="b"><a:Indicator Operator="or"><a:IndicatorItem Condition="IS" Negate="FALSE">'
        '<a:Context Search="FileItem/Md5sum"/><a:Content>9e107d9d372bb6826bd81d3542a419d6</a:Content></a:IndicatorItem>'
        "</a:Indicator></a:OpenIOC>"
    )
    got = read_indicators([("a.ioc", text.encode())])
    assert [one.value for one in got.indicators] == ["9e107d9d372bb6826bd81d3542a419d6"]


def test_what_is_said_of_an_indicator_is_the_same_when_it_is_asked_for_later() -> None:
    item = {
        "type": "indicator",
        "name": "  a \n b  ",
        "description": "\u00a0c",
        "id": "indicator--1",
        "pattern": "[ipv4-addr:value = '203.0.113.9']",
    }
    got = read_indicators([("a.json", json.dumps({"type": "bundle", "objects": [item]}).encode())])
    (one,) = got.indicators
    assert (one.context, one.where, one.rule) == ("a b; c; indicator--1", "a.json#/objects/0", "indicator:ip:203.0.113.9")
    assert (got.loaded, len(got), got.counts) == (1, 1, {"ip": 1})
