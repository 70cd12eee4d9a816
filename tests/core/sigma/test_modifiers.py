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
        ("- 0x10", {"a": "key 0x10"}, {"a": "key 16"}),
        ("'|all':\n    - 1.10\n    - 02", {"a": "v1.10 on 02"}, {"a": "v1.1 on 02"}),
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


def coded(text: str, *, encoding: str = "utf-8", before: bytes = b"", mark: bytes = b"") -> str:
    """A text in Base64, after other bytes and a mark."""
    return base64.b64encode(before + mark + text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("field|re|i|m: '^b$'", "a\nB\nc", "aBc"),
        ("field|re|i|s: 'a.b'", "A\nB", "AB"),
        ("field|re|m|s: '^b.c$'", "a\nb\nc\nd", "b-c-d"),
        ("field|re|i: ['^a', 'z$']", "xZ", "bzx"),
        ("field|re: 46[0-9]{2}", 4625, 4725),
        ("field|re: 'a(?=b)'", "ab", "ac"),
        ("field|cidr: [192.0.2.0/25, '2001:db8::/32']", "2001:db8::1", "192.0.2.200"),
        ("field|cidr|neq: 192.0.2.0/24", "198.51.100.1", "192.0.2.1"),
        ("field|neq: [one, two]", "three", "TWO"),
        ("field|neq: [1, 2]", 3, 2),
        ("field|contains|neq: bad", "good", "a bad one"),
        ("field|contains: 46", 4625, 4525),
        ("field|startswith: [46, ab]", 4625, 5462),
        ("field|endswith: true", True, False),
        ("field|lt: '10'", 9, 10),
        ("field|lte: 0.5", "0.5", "0.51"),
        ("field|gt: '0x10'", 17, 16),
        ("field|contains|cased|all: [Net, User]", "Net User", "net User"),
        ("field|startswith|cased: 'C:'", "C:x", "c:x"),
        ("field|windash: '-a'", "/a", "+a"),
        ("field|windash|contains: '/c'", "cmd \u2015c", "cmd c"),
        ("field|windash|contains: '\u2013x'", "a -x", "a x"),
        ("field|windash|endswith: ' -noexit'", "sh \u2014noexit", "sh /noexit x"),
        ("field|windash|contains|all: [' -a ', ' -b ']", "x /a y \u2013b z", "x /a y b z"),
        ("field|contains|windash: '--all'", "x -/all", "x all"),
        ("field|windash|contains: ' -no-exit '", "x /no-exit y", "x /no/exit y"),
        ("field|windash: 'a -b -c -d -e'", "A /b \u2013c -d \u2014e", "a /b -c -d +e"),
        ("field|windash|contains: '-b -c -d* -e?'", "x /b -c \u2015dd /eE y", "x /b -c -dd /e"),
        ("field|base64: foobar", coded("foobar"), coded("foobarx")),
        ("field|base64|contains: ünïcode", coded("ünïcode"), coded("unicode")),
        ("field|base64|contains: ['one two', 'three four five']", coded("three four five"), coded("four")),
        *(
            (f"field|base64offset|contains: {w}", coded(f"{w} tail", before=b"x" * n), coded(w[1:]))
            for w in ("evil", "a bit", "three!")
            for n in range(4)
        ),
        *(
            ("field|utf16le|base64offset|contains: grüße", coded("grüße x", encoding="utf-16-le", before=b"y" * n), "grüße")
            for n in range(3)
        ),
        *(
            ("field|utf16be|base64offset|contains: cmd", coded("cmd x", encoding="utf-16-be", before=b"y" * n), "cmd")
            for n in range(3)
        ),
        *(
            (
                "field|utf16|base64offset|contains: cmd",
                coded("cmd x", encoding="utf-16-le", before=b"y" * n, mark=b"\xff\xfe"),
                coded("cmd"),
            )
            for n in range(3)
        ),
        ("field|wide: cmd", "c\0m\0d\0", "cmd"),
        ("field|utf16be|contains: cmd", "x\0c\0m\0d", "c\0m\0dx"),
        ("field|utf16: cmd", "\xff\xfec\0m\0d\0", "c\0m\0d\0"),
        ("field|minute|gte: 30", "2025-05-15T03:30:00Z", "2025-05-15T03:29:59Z"),
        ("field|hour: [22, 23]", "2025-05-15T23:00:00Z", "2025-05-15T21:59:00Z"),
        ("field|month|lt: '6'", "2025-05-15", "2025-06-01"),
        ("field|year|neq: 2025", "2024-12-31", "2025-01-01"),
        ("field: yes", "yes", "true"),
        ("field: 2025-05-15", "2025-05-15", "2025-05-16"),
        ("field: 12:30:00", "12:30:00", "45000"),
        ("field: 12:30:00.5", "12:30:00.5", "45000.5"),
        ("field: 0b11", "0b11", "3"),
        ("field: 0xb1", 177, 1),
        ("field: =", "=", "x"),
        ("field: 010", "010", "8"),
        ("field|startswith: 0010", "0010x", "8"),
        ("field|contains: 0x10", "at 0x10", "at 16"),
        ("field|endswith: 1.10", "v1.10", "v1.1"),
        ("field|re: 1.10", "v1.10", "v1.1"),
        ("field|contains: +1", "a+1", "a1"),
        ("field|base64: 010", coded("010"), coded("8")),
        ("field|gte: 1.10", 1.1, 1.09),
        ("field|hour: 08", "2025-05-15T08:00:00Z", "2025-05-15T10:00:00Z"),
        ("field: ['', null]", "", "x"),
        (r"field: 'a\\\\b'", r"a\\b", r"a\b"),
        (r"field: 'a\\b'", r"a\b", r"a\\b"),
        (r"field: 'a\b'", r"a\b", "ab"),
        (r"field: 'a\?b'", "a?b", "axb"),
        (r"field|contains: '\*'", "a*b", "ab"),
        ("field: '?'", "x", ""),
        ("field: '*'", "", None),
        ("field|contains: ['a?c', 'x*z']", "--xyz--", "ac"),
    ],
)
def test_modifiers_together(hits: Hits, test: str, yes: object, no: object) -> None:
    assert hits(f"sel:\n    {test}\ncondition: sel", {"field": yes}, {"field": no}) == [1]


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("field|startswith|fieldref: other", {"field": "C:x", "other": "c:"}, {"field": "x", "other": "c:"}),
        ("field|fieldref|neq: other", {"field": "a", "other": "b"}, {"field": "A", "other": "a"}),
        ("field|fieldref: [one, two]", {"field": "x", "one": "y", "two": "X"}, {"field": "x", "one": "y", "two": "z"}),
        ("field|fieldref|all: [one, two]", {"field": "x", "one": "x", "two": "X"}, {"field": "x", "one": "x", "two": "z"}),
        ("field|fieldref: other", {"field": 5, "other": "5"}, {"field": 5}),
        ("field|neq: [a, b]", {"other": 1}, {"field": "b"}),
    ],
)
def test_references_and_absence_together(hits: Hits, test: str, yes: object, no: object) -> None:
    assert hits(f"sel:\n    {test}\ncondition: sel", yes, no) == [1]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("sel-a AND NOT sel-b", [1]),
        ("1 of sel-*", [1, 2, 3]),
        ("all of *el-*", [3]),
        ("1 of *", [1, 2, 3]),
        ("all of them", [3]),
        ("not (sel-a and not (sel-b or (sel-a)))", [1, 2, 3, 4]),
        ("(" * 60 + "sel-a" + ")" * 60, [1, 3]),
        ("sel-a or sel-b and not sel-a", [1, 2, 3]),
    ],
)
def test_conditions_over_names_with_hyphens_nested_and_in_capitals(hits: Hits, condition: str, expected: list[int]) -> None:
    """What starts with an underscore belongs to no `of` (specification, Condition)."""
    events = [{"a": 1, "b": 0}, {"a": 0, "b": 1}, {"a": 1, "b": 1}, {"a": 0, "b": 0}]
    detection = f"sel-a:\n    a: 1\nsel-b:\n    b: 1\n_hidden:\n    a: 7\ncondition: {condition}"
    assert hits(detection, *events) == expected


def test_a_list_of_maps_is_an_or_of_ands(hits: Hits) -> None:
    detection = "sel:\n    - a: 1\n      b: 1\n    - c: 1\ncondition: sel"
    assert hits(detection, {"a": 1, "b": 1}, {"a": 1}, {"c": 1}) == [1, 3]


def test_several_conditions_are_alternatives(hits: Hits) -> None:
    detection = "one:\n    a: 1\ntwo:\n    b: 1\ncondition:\n    - one\n    - two"
    assert hits(detection, {"a": 1, "b": 0}, {"a": 0, "b": 1}, {"a": 0, "b": 0}) == [1, 2]
