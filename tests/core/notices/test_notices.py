"""What an alert is drafted from when somebody else has issued it. Every notice here is made up."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.alerts import MARKINGS, SEVERITIES
from wardround.core.notices import read_notice
from wardround.core.notices._read import MARKED
from wardround.core.notices._read import SEVERITIES as WORDS
from wardround.core.notices._text import plain
from wardround.core.vocab import BadInput

BULLETIN: dict[str, Any] = {
    "threatId": "CC-9001",
    "title": "Example Gateway is used by attackers",
    "severity": "High",
    "publishedDate": 1747137600000,
    "shortsummary": "Short.",
    "summary": "<p>A flaw in <b>Gateway</b>.</p><script>alert(1)</script><p>It is &amp; was used.</p>",
    "threatAffects": [{"platformText": "<p>Gateway</p>", "versionsAffected": ["before 2.0", "2.1"]}],
    "remediationSteps": [
        {"type": "Patch", "step": "<p>Install 2.0</p>", "link": "https://vendor.example/fix"},
        {"type": "unheard of", "step": "Look at logs", "link": ""},
    ],
    "cveIdentifiers": [{"cveIdentifier": "CVE-2030-0001"}, {"cveIdentifier": " cve-2030-0002 "}, {"cveIdentifier": "none yet"}],
}


def a_csaf(**head: Any) -> dict[str, Any]:
    tracking = {
        "id": "EX-1",
        "version": "2",
        "initial_release_date": "2030-05-13T10:00:00Z",
        "current_release_date": "2030-05-14T10:00:00Z",
    }
    document = {
        "csaf_version": "2.0",
        "title": "Gateway: a made-up flaw",
        "publisher": {"name": "Example Systems", "namespace": "https://vendor.example"},
        "tracking": tracking,
        "notes": [{"category": "summary", "text": "It lets in."}, {"category": "legal_disclaimer", "text": "No warranty."}],
        "distribution": {"tlp": {"label": "WHITE"}},
        "aggregate_severity": {"text": "Critical"},
    }
    remediations = [{"category": "vendor_fix", "details": "Update to 2.0", "url": "https://vendor.example/2"}]
    return {"document": document | head, "vulnerabilities": [{"cve": "CVE-2030-0001", "remediations": remediations}] * 2}


def read(document: object) -> Any:
    return read_notice(orjson.dumps(document), where="notice.json")


def test_a_bulletin_is_read_as_plain_text() -> None:
    found = read(BULLETIN)
    assert (found.reference, found.severity, found.marking) == ("CC-9001", "High", "TLP:CLEAR")
    assert found.issued == datetime(2025, 5, 13, 12, tzinfo=UTC)
    assert found.cves == ("CVE-2030-0001", "CVE-2030-0002")
    assert found.actions == "Patch: Install 2.0 (https://vendor.example/fix)\nAction: Look at logs"
    assert "It is & was used." in found.summary
    assert "Affected: Gateway before 2.0, 2.1" in found.summary
    assert "alert(1)" not in found.summary
    assert "<" not in found.summary


def test_a_csaf_document_is_read() -> None:
    found = read(a_csaf())
    assert (found.reference, found.severity, found.marking) == ("EX-1", "High", "TLP:CLEAR")
    assert found.actions == "Patch: Update to 2.0 (https://vendor.example/2)"
    assert found.cves == ("CVE-2030-0001",)
    assert "It lets in." in found.summary
    assert "No warranty" not in found.summary


@pytest.mark.parametrize("head", [{"aggregate_severity": {"text": "7.2"}}, {"aggregate_severity": "bad"}, {"distribution": []}])
def test_what_it_does_not_say_is_left_to_a_person(head: dict[str, Any]) -> None:
    found = read(a_csaf(**head))
    assert "" in (found.severity, found.marking)


def test_every_word_is_one_that_a_bulletin_has() -> None:
    assert set(WORDS.values()) == set(SEVERITIES)
    assert set(MARKED.values()) == {m.label for m in MARKINGS}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "neither CSAF nor a bulletin"),
        ([], "not an object"),
        ({"threatId": "CC-1"}, "no title"),
        ({"threatId": "CC-1", "title": "<script>x</script>"}, "no title"),
        ({"threatId": "CC-1", "title": "T", "remediationSteps": "Patch"}, "not a list of objects"),
        ({"threatId": "CC-1", "title": "T", "threatAffects": [{"versionsAffected": "2.0"}]}, "not a list"),
        ({"document": {"csaf_version": "3.0"}}, "not read"),
    ],
)
def test_what_cannot_be_used_is_said(document: object, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read(document)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"{", b"x" * 20_000_001])
def test_another_file_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_notice(raw, where="x")


json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(BULLETIN)), json))
def test_wrong_types_never_crash_it(wrong: dict[str, Any]) -> None:
    try:
        found = read(BULLETIN | wrong)
    except BadInput:
        return
    assert found.title
    assert found.severity in {"", *SEVERITIES}


@given(st.text())
def test_plain_text_holds_nothing_that_cannot_be_seen(markup: str) -> None:
    assert all(c == "\n" or c.isprintable() for c in plain(markup))
