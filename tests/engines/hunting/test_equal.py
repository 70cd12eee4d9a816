"""The fast way finds what the plain way finds: every detection, every rule that could not run, every count."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, hunt, load_pack, read_rules
from wardround.core.hunts.indicators import read_indicators
from wardround.core.sigma import RuleSet
from wardround.engines.hunting import FastSearcher, _bulk, _together

Both = Callable[..., tuple[HuntResult, HuntResult]]
FIELDS = ["Image", "CommandLine", "EventID", "User", "TargetObject", "Initiated", "Channel", "Level"]
MODIFIERS = [
    "",
    "|contains",
    "|startswith",
    "|endswith",
    "|re",
    "|cased",
    "|contains|all",
    "|exists",
    "|gt",
    "|fieldref",
    "|windash|contains",
]
WORDS = ["a", "Security", "cmd.exe", "CMD", "-enc", "/c", "é", "4688", "true", "", "*", "C:\\\\x\\\\", "a?b", "whoami"]
WORDS += ["event::clear"]
VALUE = (
    st.sampled_from(WORDS)
    | st.integers(0, 3)
    | st.booleans()
    | st.none()
    | st.just(1.0)
    | st.lists(st.sampled_from(WORDS), max_size=2)
)


def values_for(field: str, modifier: str) -> st.SearchStrategy[Any]:
    """The values that a modifier may be given."""
    match modifier:
        case "|exists":
            return st.booleans()
        case "|gt":
            return st.integers(0, 5000)
        case "|re":
            return st.sampled_from(["c.d", "^a", "(?i)WHO", "x+$"])
        case "|fieldref":
            return st.sampled_from([name for name in FIELDS if name != field])
        case "":
            return VALUE.filter(lambda v: v != [] and not isinstance(v, float))
        case _:
            return st.lists(st.sampled_from([w for w in WORDS if w]), min_size=1, max_size=3)


@st.composite
def selections(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(
        st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(MODIFIERS)), min_size=1, max_size=3, unique_by=lambda p: p[0])
    )
    return {f + m: draw(values_for(f, m)) for f, m in names}


RULE = st.fixed_dictionaries(
    {
        "sel": selections(),
        "other": selections() | st.lists(st.sampled_from(["whoami", "cmd", "é", "event::clear"]), min_size=1, max_size=2),
        "condition": st.sampled_from(
            ["sel", "sel and other", "sel or other", "sel and not other", "not sel", "1 of them", "not (sel or other)"]
        ),
    }
)
DATA = st.dictionaries(st.sampled_from([*FIELDS, "Data", "NewProcessName"]), VALUE, max_size=5)


TIMES = ["2025-05-15T02:12:44.000000Z"] * 3 + [
    "2025-05-15T02:09:00.000000Z",
    "2025-05-15T04:00:00.5Z",
    "2025-05-15T02:12:43.1234567Z",
    "2025-05-15T02:12:44Z",
    "2025-02-31T04:00:00.000000Z",
]
WRAPPED = st.sampled_from(["EventData", "EventData", "UserData"])
LEVELS = st.sampled_from([4, 4, "4", None, True, {"#text": "4"}, {"x": 4}, ["4"]])
NESTED = st.dictionaries(
    st.sampled_from(["Image", "User", "#attributes", "Inner", "EventID"]),
    VALUE | st.fixed_dictionaries({"#text": VALUE}) | st.dictionaries(st.sampled_from(["Image", "CommandLine"]), VALUE, max_size=2),
    max_size=3,
)


def windows_line(
    event_id: int | str | dict[str, Any],
    channel: str,
    data: Any,
    *,
    section: str = "EventData",
    level: Any = 4,
    time: str = TIMES[0],
) -> bytes:
    system = {
        "Provider": {"#attributes": {"Name": "Fictitious"}},
        "EventID": event_id,
        "Level": level,
        "TimeCreated": {"#attributes": {"SystemTime": time}},
        "Channel": channel,
        "Computer": "pc-1",
        "Security": None,
    }
    return json.dumps({"Event": {"System": system, section: data}}, ensure_ascii=False).encode()


EVENTS = st.lists(
    st.builds(
        windows_line, st.sampled_from([1, 4688, 4624]), st.sampled_from(["Security", "Microsoft-Windows-Sysmon/Operational"]), DATA
    )
    | st.builds(
        windows_line,
        st.sampled_from([1, "4688", {"#text": 4624, "#attributes": {"Qualifiers": 0}}, 4688.0, 70000]),
        st.sampled_from(["Security", "security", ""]),
        NESTED | st.fixed_dictionaries({"Wrapper": NESTED}) | st.just("text") | st.just(["a", 1]) | st.none(),
        section=WRAPPED,
        level=LEVELS,
        time=st.sampled_from(TIMES),
    )
    | DATA.map(lambda fields: json.dumps(fields).encode())
    | DATA.map(lambda fields: json.dumps({**fields, "Channel": "Security", "EventID": 4688}).encode())
    | st.just(b"no JSON {"),
    min_size=1,
    max_size=8,
)
SOURCES = st.sampled_from(
    [{"product": "windows"}, {"product": "windows", "category": "process_creation"}, {"service": "security", "product": "windows"}]
)


@pytest.fixture
def _few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bulk, "TOGETHER", 3)
    monkeypatch.setattr(_together, "OFTEN", 1)


@pytest.mark.usefixtures("_few_together")
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(SOURCES, RULE), min_size=1, max_size=4), EVENTS, st.sampled_from([b"\n", b"\r\n"]))
def test_random_rules_over_random_events(
    both: Both, given: list[tuple[dict[str, str], dict[str, Any]]], events: list[bytes], end: bytes
) -> None:
    files = [
        (f"r{n}.yml", json.dumps({"title": "t", "id": f"r{n}", "logsource": source, "detection": detection}).encode())
        for n, (source, detection) in enumerate(given)
    ]
    plain, fast = both(read_rules(files), [("events.jsonl", end.join(events) + end)])
    assert fast == plain


def test_a_list_where_the_system_section_has_one_value_ends_no_hunt(both: Both) -> None:
    rule = {"title": "t", "id": "r", "logsource": {"product": "windows"}, "detection": {"sel": {"Level|gt": 1}, "condition": "sel"}}
    events = [windows_line(1, "Security", {}, level=["4"]), windows_line(1, "Security", {}, level=4)]
    plain, fast = both(read_rules([("r.yml", json.dumps(rule).encode())]), [("events.jsonl", b"\n".join(events))])
    assert [found.line for found in fast.detections] == [2]
    assert fast == plain


def members(archive: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file of a kind in an archive."""
    data = zstandard.ZstdDecompressor().decompressobj().decompress(archive.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            if member.name.endswith(suffix) and (stream := tar.extractfile(member)):
                yield member.name, stream.read()


@pytest.fixture(scope="module")
def public_rules(shared: Path) -> RuleSet:
    return read_rules(members(shared / "sigma/rules.tar.zst", ".yml"))


def test_recorded_attacks_with_all_public_rules(both: Both, shared: Path, public_rules: RuleSet) -> None:
    """Every fifteenth of the shared event files, rule by rule."""
    logs = list(islice(members(shared / "evtx/hayabusa-sample-evtx.tar.zst", ".evtx"), 0, None, 15))
    indicators = read_indicators([("list.txt", b"8.8.4.4\n10.0.0.0/8\nsvchost.exe\nexample.com\n")])
    plain, fast = both(public_rules, logs, indicators)
    assert fast.events > 500
    assert len(fast.detections) > 100
    assert fast == plain


def test_a_searcher_is_asked_only_for_what_it_was_made_for() -> None:
    """Else its answers would be those of other rules, and nothing would say so."""
    pack = load_pack("epmm")
    lists = read_indicators([("list.txt", b"203.0.113.9\n")])

    def log() -> list[Source]:
        return [Source("a", io.BytesIO(b"x"))]

    with pytest.raises(ValueError, match="other rules"):
        hunt(log(), rules=load_pack("moveit").rules, searcher=FastSearcher(pack.rules))
    with pytest.raises(ValueError, match="other rules"):
        hunt(log(), rules=pack.rules, searcher=FastSearcher(pack.rules), indicators=lists)
    hunt(log(), rules=load_pack("epmm").rules, searcher=FastSearcher(pack.rules))
