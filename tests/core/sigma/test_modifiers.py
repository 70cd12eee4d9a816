"""Every modifier of the Sigma specification 2.1 (appendix), each on an event it must hit and one it must not."""

import base64
from collections.abc import Callable

import pytest

Hits = Callable[..., list[int]]


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("field: whoami", "WhoAmI", "whoami /all"),
        ("field: 'who*'", "whoami", "awho"),
        ("field: 'wh?ami'", "whoami", "whooami"),
        (r"field: 'a\*b'", "a*b", "axb"),
        (r"field: 'C:\Windows\\*.exe'", r"c:\windows\cmd.exe", r"c:\windowscmd.exe"),
        (r"field: 'a\\\*b'", r"a\*b", r"a\xb"),
        ("field|contains: ADMIN", "the admin did", "the root did"),
        ("field|startswith: 'C:'", r"c:\x", r"d:\c:"),
        ("field|endswith: .EXE", "a.exe", "a.exe.txt"),
        ("field|contains|all: [net, user]", "net1 USER", "net group"),
        ("field|contains: [net, user]", "user", "group"),
        ("field|cased: Admin", "Admin", "admin"),
        ("field|contains|cased: Admin", "an Admin.", "an admin."),
        ("field|re: 'ab+c'", "xabbbcx", "ABBC"),
        ("field|re|i: '^ab+c$'", "ABBC", "ABBCx"),
        ("field|re|m: '^b$'", "a\nb\nc", "abc"),
        ("field|re|s: 'a.b'", "a\nb", "ab"),
        ("field|cidr: 192.0.2.0/24", "192.0.2.77", "198.51.100.1"),
        ("field|cidr: 192.0.2.0/24", "::ffff:192.0.2.77", "no address"),
        ("field|cidr: '2001:db8::/32'", "2001:db8:1::1", "2001:db9::1"),
        ("field|lt: 10", 9, 10),
        ("field|lte: 10", 10, 11),
        ("field|gt: 10", 11, 10),
        ("field|gte: 10", "10", "9"),
        ("field|neq: bad", "good", "BAD"),
        ("field: 7", "7", "70"),
        ("field: 7", 7, 8),
        ("field|gt: 256", "0x200", "0x20"),
        ("field: true", True, False),
        ("field: ''", "", "x"),
        ("field: null", None, "x"),
        ("field|windash|contains: ' -enc '", "powershell /enc x", "powershell enc x"),
        ("field|windash|contains: ' -enc '", "powershell – enc".replace("– ", "–") + " x", "powershell +enc x"),
        ("field|base64|contains: whoami", base64.b64encode(b"whoami").decode(), "whoami"),
        ("field|base64offset|contains: whoami", base64.b64encode(b"x; whoami").decode(), base64.b64encode(b"who").decode()),
        ("field|wide|base64offset|contains: whoami", base64.b64encode("a whoami".encode("utf-16le")).decode(), "whoami"),
        ("field|utf16le|base64offset|contains: whoami", base64.b64encode("a whoami".encode("utf-16le")).decode(), "whoami"),
        ("field|utf16be|base64offset|contains: whoami", base64.b64encode("a whoami".encode("utf-16be")).decode(), "whoami"),
        ("field|utf16|base64|contains: whoami", base64.b64encode("\ufeffwhoami".encode("utf-16le")).decode(), "whoami"),
        ("field|minute: 12", "2025-05-15T03:12:44Z", "2025-05-15T03:13:44Z"),
        ("field|hour: 2", "2025-05-15T03:12:44+01:00", "2025-05-15T03:12:44Z"),
        ("field|day: 15", "2025-05-15", "2025-05-14"),
        ("field|week: 20", "2025-05-15", "2025-05-22"),
        ("field|month: 5", "2025-05-15 03:12:44.123", "2025-06-15"),
        ("field|year|gte: 2025", "15/May/2025:03:12:44 +0100", "15/May/2024:03:12:44 +0100"),
    ],
)
def test_a_modifier_hits_what_it_means_and_nothing_else(hits: Hits, test: str, yes: object, no: object) -> None:
    assert hits(f"sel:\n    {test}\ncondition: sel", {"field": yes}, {"field": no}) == [1]


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("field|exists: true", {"field": None}, {"other": 1}),
        ("field|exists: false", {"other": 1}, {"field": ""}),
        ("field: null", {"other": 1}, {"field": ""}),
        ("field|neq: bad", {"other": 1}, {"field": "bad"}),
        ("field|fieldref: other", {"field": "Same", "other": "same"}, {"field": "a", "other": "b"}),
        ("field|fieldref|startswith: other", {"field": "C:\\x", "other": "c:"}, {"field": "x", "other": "c:"}),
        ("field|fieldref|endswith: other", {"field": "x.exe", "other": ".exe"}, {"field": "x.exe.txt", "other": ".exe"}),
        ("field|fieldref|contains: other", {"field": "abc", "other": "B"}, {"field": "abc", "other": "d"}),
        ("user.name: kim", {"user": {"name": "Kim"}}, {"user": {"name": "Lee"}}),
        ("tags: two", {"tags": ["one", "two"]}, {"tags": ["three"]}),
    ],
)
def test_what_looks_at_more_than_one_value(hits: Hits, test: str, yes: object, no: object) -> None:
    assert hits(f"sel:\n    {test}\ncondition: sel", yes, no) == [1]


@pytest.mark.parametrize(
    ("keywords", "yes", "no"),
    [
        ("- passwd\n- shadow", {"a": "cat /etc/SHADOW"}, {"a": "cat /etc/hosts"}),
        ("'|all':\n    - cat\n    - shadow", {"a": "cat", "b": "shadow"}, {"a": "cat"}),
        ("- 'pass*word'", {"a": "my pass is a word here"}, {"a": "word, then pass"}),
        ("'|re': 'sh[ae]dow'", {"a": "a shedow"}, {"a": "a shdow"}),
        ("- 4711", {"a": 4711}, {"a": 47}),
        (r"- 'C:\temp'", {"a": r"in c:\temp\x"}, {"a": "c:/temp"}),
    ],
)
def test_keywords_search_all_text(hits: Hits, keywords: str, yes: object, no: object) -> None:
    body = "\n".join(f"    {line}" for line in keywords.splitlines())
    assert hits(f"keywords:\n{body}\ncondition: keywords", yes, no) == [1]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("sel_a", [1, 3]),
        ("sel_a and sel_b", [3]),
        ("sel_a or sel_b", [1, 2, 3]),
        ("not sel_a", [2, 4]),
        ("not (sel_a or sel_b)", [4]),
        ("1 of sel_*", [1, 2, 3]),
        ("all of sel_*", [3]),
        ("any of sel_*", [1, 2, 3]),
        ("all of them", [3]),
        ("1 of them and not all of them", [1, 2]),
        ("sel_a and not sel_b or sel_b and not sel_a", [1, 2]),
        ("not not sel_a", [1, 3]),
    ],
)
def test_conditions(hits: Hits, condition: str, expected: list[int]) -> None:
    events = [{"a": 1, "b": 0}, {"a": 0, "b": 1}, {"a": 1, "b": 1}, {"a": 0, "b": 0}]
    assert hits(f"sel_a:\n    a: 1\nsel_b:\n    b: 1\ncondition: {condition}", *events) == expected


def test_a_list_of_maps_is_an_or_of_ands(hits: Hits) -> None:
    detection = "sel:\n    - a: 1\n      b: 1\n    - c: 1\ncondition: sel"
    assert hits(detection, {"a": 1, "b": 1}, {"a": 1}, {"c": 1}) == [1, 3]


def test_several_conditions_are_alternatives(hits: Hits) -> None:
    detection = "one:\n    a: 1\ntwo:\n    b: 1\ncondition:\n    - one\n    - two"
    assert hits(detection, {"a": 1, "b": 0}, {"a": 0, "b": 1}, {"a": 0, "b": 0}) == [1, 2]
