"""Records that begin as others did are read by the form of those, or by the ordinary way: never otherwise than this would have."""

import io
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, hunt, read_rules
from wardround.core.sigma import RuleSet
from wardround.engines.hunting import FastSearcher, _bulk, _fields, _together

Both = Callable[..., tuple[HuntResult, HuntResult]]
SYSMON = "Microsoft-Windows-Sysmon/Operational"
ATTRIBUTES = "#attributes"


def record() -> dict[str, Any]:
    """A process that began on a fictitious workstation."""
    system = {
        "Provider": {ATTRIBUTES: {"Name": "Microsoft-Windows-Sysmon", "Guid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},
        "EventID": 1,
        "Version": 5,
        "Level": 4,
        "Keywords": "0x8000000000000000",
        "TimeCreated": {ATTRIBUTES: {"SystemTime": "2025-05-15T02:12:44.000000Z"}},
        "EventRecordID": 7,
        "Correlation": None,
        "Execution": {ATTRIBUTES: {"ProcessID": 3, "ThreadID": 4}},
        "Channel": SYSMON,
        "Computer": "ward-001.hospital.example",
        "Security": {ATTRIBUTES: {"UserID": "S-1-5-18"}},
    }
    data = {"UtcTime": "2025-05-15 02:12:44.000", "Image": "C:\\Windows\\cmd.exe", "CommandLine": "cmd /c whoami", "ProcessId": 12}
    return {"Event": {ATTRIBUTES: {"xmlns": "urn:fictitious"}, "System": system, "EventData": data}}


def rules(*detections: dict[str, Any]) -> RuleSet:
    source = {"product": "windows", "category": "process_creation"}
    given = [{"title": "t", "id": f"r{n}", "logsource": source, "detection": d} for n, d in enumerate(detections)]
    return read_rules([(f"{rule['id']}.yml", json.dumps(rule).encode()) for rule in given])


RULES = rules(
    {"s": {"CommandLine|contains": "whoami"}, "condition": "s"},
    {"s": {"Image|endswith": "\\cmd.exe", "ProcessId|gt": 10}, "condition": "s"},
    {"s": {"UserID": "S-1-5-18"}, "condition": "s"},
    {"s": {"Level": None}, "condition": "s"},
    {"s": {"Image|fieldref": "ParentImage"}, "condition": "s"},
    {"s": {"Provider_Name|contains": "Sysmon"}, "t": {"User|exists": True}, "condition": "s and not t"},
    {"s": ["smuggled"], "condition": "s"},
)
VALUES = [
    "whoami",
    "",
    "é",
    "smuggled",
    11,
    2**63,
    2**70,
    -(2**63) - 1,
    1.5,
    True,
    None,
    ["whoami", None],
    [],
    [{"CommandLine": "whoami"}],
]
VALUES += [{"#text": "whoami"}, {"#text": ["whoami", None]}, {"CommandLine": "whoami"}, {ATTRIBUTES: {"Name": "x"}}]
PATHS = [
    *(
        ("EventData", name)
        for name in ("Image", "CommandLine", "ProcessId", "UtcTime", "ParentImage", "User", "New", "EventID", ATTRIBUTES)
    ),
    *(
        ("System", name)
        for name in ("Level", "Version", "EventID", "Channel", "Computer", "Security", "Execution", "Provider", "New")
    ),
    *(
        ("System", section, ATTRIBUTES, name)
        for section, name in (("Security", "UserID"), ("Provider", "Name"), ("Provider", "New"))
    ),
    *((name,) for name in ("EventData", "UserData", "System", "New")),
]
CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from([*VALUES, "absent"])), max_size=2)
TORN = [
    lambda line: line,
    lambda line: line[:-1],
    lambda line: line + line,
    lambda line: line.replace(b"whoami", b"\xff"),
    lambda line: line.replace(b"whoami", b"\\ud800"),
    lambda line: line.replace(b"whoami", b"\\u0077hoami"),
    lambda line: line.replace(b'"ProcessId": 12', b'"ProcessId": 1e999'),
    lambda line: line.replace(b'"UtcTime": ', b'"UtcTime": 1e999, "UtcTime": '),
    lambda line: line.replace(b'"ProcessId": 12', b'"CommandLine": "again", "ProcessId": 012'),
    lambda line: line.replace(b'"CommandLine"', b'"Command\\u004cine"'),
    lambda line: line.replace(b'"EventData"', b'"EventData": {"Image": "first"}, "EventData"'),
]


def changed(changes: list[tuple[tuple[str, ...], Any]]) -> bytes:
    """The record with some of its members replaced, added or taken out."""
    whole = record()
    for (*where, last), value in changes:
        at: Any = whole["Event"]
        for name in where:
            at = at.get(name) if isinstance(at, dict) else None
        if not isinstance(at, dict):
            continue
        if value == "absent":
            at.pop(last, None)
        else:
            at[last] = deepcopy(value)
    return json.dumps(whole, ensure_ascii=False).encode()


LINES = st.lists(st.builds(lambda line, tear: tear(line), CHANGES.map(changed), st.sampled_from([TORN[0], *TORN])), max_size=12)


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bulk, "TOGETHER", 4)
    monkeypatch.setattr(_together, "OFTEN", 1)
    monkeypatch.setattr(_together, "MOST_MISSED", 3)


@pytest.mark.usefixtures("_soon")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_a_record_that_is_not_of_the_form_is_read_as_ever(both: Both, lines: list[bytes]) -> None:
    plain, fast = both(RULES, [("events.jsonl", b"\n".join([changed([])] * 5 + lines) + b"\n")])
    assert fast == plain


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("tear", TORN)
def test_one_torn_line_among_many_costs_itself_alone(both: Both, tear: Callable[[bytes], bytes]) -> None:
    whole = changed([])
    plain, fast = both(RULES, [("events.jsonl", b"\n".join([whole] * 9 + [tear(whole)] + [whole] * 9) + b"\n")])
    assert fast == plain
    assert fast.events >= 18


def test_records_are_read_by_forms_and_told_apart_by_their_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions of one kind of event, which begin alike: after a while none of them is looked at alone."""
    alone: list[bytes] = []
    ordinary = _together.WindowsForms._one

    def told(self: Any, raw: bytes, begun: Any) -> Any:
        alone.append(raw)
        return ordinary(self, raw, begun)

    monkeypatch.setattr(_together.WindowsForms, "_one", told)
    monkeypatch.setattr(_bulk, "TOGETHER", 64)
    other = [("EventData", "User"), "HOSPITAL\\ward.user"]
    lines = [changed([]), changed([(other[0], other[1])])] * 1_000
    logs = io.BytesIO(b"\n".join(lines) + b"\n")
    result = hunt([Source("events.jsonl", logs)], rules=RULES, searcher=FastSearcher(RULES))
    assert result.events == len(lines)
    assert len(alone) < len(lines) / 4


def test_data_before_the_event_id_are_not_kept_as_beginnings(both: Both) -> None:
    """As tools write them that sort the names of members."""
    searcher, lines = FastSearcher(RULES), []
    for number in range(40):
        line = json.loads(changed([(("EventData", "CommandLine"), f"{number}{'x' * 50_000} whoami")]))
        lines.append(json.dumps(line, sort_keys=True).encode())
    logs = [("events.jsonl", b"\n".join(lines) + b"\n")]
    result = hunt([Source(name, io.BytesIO(data)) for name, data in logs], rules=RULES, searcher=searcher)
    assert sum(len(begun) for begun in searcher.windows._met) <= 40 * _together.LONGEST
    plain, fast = both(RULES, logs)
    assert result == fast == plain
    assert result.events == 40


@pytest.mark.parametrize("size", [_fields.LONGEST_KEPT, _fields.LONGEST_KEPT + 1, 40_000])
def test_a_long_value_is_looked_at_once_and_is_not_another(both: Both, size: int) -> None:
    long = "x" * (size - len("whoami"))
    lines = [changed([(("EventData", "CommandLine"), value)]) for value in (long + "whoami", long + "whoamj", long + "whoami")]
    plain, fast = both(RULES, [("events.jsonl", b"\n".join(lines) + b"\n")])
    assert [found.line for found in fast.detections if found.rule == "r0"] == [1, 3]
    assert fast == plain
