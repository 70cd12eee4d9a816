"""YARA rules over files: every match has its place, and what cannot be run is named."""

import io
import zipfile

from wardround.core.hunts import Source
from wardround.core.hunts._yara import YaraRules, read_yara, scan

SHELL = b'rule shell { meta: description = "fictitious shell" strings: $a = "eval(" condition: $a }\n'


def a_file(data: bytes, name: str = "a.jsp") -> Source:
    return Source(name, io.BytesIO(data))  # type: ignore[arg-type]


def rules(*files: bytes) -> YaraRules:
    return read_yara((f"{number}.yar", data) for number, data in enumerate(files))


def test_a_match_names_rule_file_and_offset() -> None:
    (match,) = scan([a_file(b"<% eval(x) %>"), a_file(b"nothing")], rules=rules(SHELL)).matches
    assert (match.detection.rule, match.detection.source, match.detection.title) == (
        "yara:0.yar:shell",
        "a.jsp",
        "fictitious shell",
    )
    assert match.places == ((3, "$a", b"eval("),)


def test_members_of_archives_are_scanned() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.jsp", b"eval(" * 3)
        archive.writestr("b.txt", b"nothing")
    result = scan([a_file(packed.getvalue(), "war.zip")], rules=rules(SHELL))
    assert [one.source for one in result.detections] == ["war.zip!x/a.jsp"]
    assert result.scanned == 3


def test_a_rule_that_does_not_compile_is_named_with_its_line() -> None:
    read = rules(
        SHELL + b"rule bad { condition: nope }\n", b"rule {", b"\n\xff", b'include "/etc/passwd"\nrule z { condition: false }'
    )
    assert [one.where for one in read.problems] == ["0.yar:2", "1.yar:1", "2.yar:2", "3.yar:1"]
    assert "nope" in read.problems[0].what
    assert scan([a_file(b"eval(")], rules=read).detections


def test_a_slow_rule_is_stopped_and_named_and_the_others_go_on() -> None:
    slow = b"rule slow { condition: for all i in (0..9999999999) : (uint8(i % 4) >= 0) }"
    result = scan([a_file(b"eval("), a_file(b"eval(", "b.jsp")], rules=rules(slow, SHELL), seconds=1)
    assert [one.what for one in result.stopped] == ["slow: took over 1 s on a.jsp; stopped there and not run after it"]
    assert [one.source for one in result.detections] == ["a.jsp", "b.jsp"]


def test_a_damaged_archive_is_scanned_as_far_as_it_goes() -> None:
    result = scan([a_file(b"PK\x03\x04 eval( and then nothing", "torn.zip")], rules=rules(SHELL))
    assert [one.source for one in result.detections] == ["torn.zip"]
    assert result.rejected[0].where == "torn.zip"
