"""Small builders for hunts: a log from lines, a rule from its detection, one search."""

import io
import json
import textwrap
from collections.abc import Callable

import pytest

from wardround.core.hunts import HuntResult, Source, hunt, read_rules

RULE = """
title: A rule under test
id: {id}
status: test
logsource:
    category: {category}
detection:
{detection}
level: high
"""


def rule_text(detection: str, *, id: str = "aaaaaaaa-0000-4000-8000-000000000001", category: str = "webserver") -> bytes:
    return RULE.format(id=id, category=category, detection=textwrap.indent(textwrap.dedent(detection).strip(), "    ")).encode()


def log_of(*lines: str | bytes, name: str = "access.log", host: str = "") -> Source:
    return Source(name, io.BytesIO(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)), host=host)


def combined(target: str, *, at: str = "15/May/2025:03:12:44 +0100", status: int = 200, client: str = "203.0.113.7") -> str:
    return f'{client} - - [{at}] "GET {target} HTTP/1.1" {status} 5120 "-" "Mozilla/5.0"'


def without_status(target: str, *, at: str = "15/May/2025:03:12:44 +0100", client: str = "203.0.113.7:51234") -> str:
    return f'{client} - - [{at}] "GET {target} HTTP/1.1"'


@pytest.fixture(scope="session")
def a_rule() -> Callable[..., bytes]:
    return rule_text


@pytest.fixture(scope="session")
def a_log() -> Callable[..., Source]:
    return log_of


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    return combined


@pytest.fixture(scope="session")
def bare_line() -> Callable[..., str]:
    return without_status


@pytest.fixture(scope="session")
def search() -> Callable[..., HuntResult]:
    """Run one rule, given by its detection, over JSON events; the detections' lines tell which events it hit."""

    def run(detection: str, *events: object, **about: str) -> HuntResult:
        rules = read_rules([("rule.yml", rule_text(detection, **about))])
        assert not rules.broken, rules.broken
        return hunt([log_of(*(json.dumps(e) for e in events), name="events.jsonl")], rules=rules)

    return run


@pytest.fixture(scope="session")
def hits(search: Callable[..., HuntResult]) -> Callable[..., list[int]]:
    """The numbers (from 1) of the JSON events that a detection hits."""

    def run(detection: str, *events: object, **about: str) -> list[int]:
        return [d.line for d in search(detection, *events, **about).detections]

    return run
