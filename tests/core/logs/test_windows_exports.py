"""Windows events as tools export them: each ends with the same channel, event id, host, time and fields."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
TIME = "2025-05-15T02:12:44Z"
NAMES = (
    *("SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "NewProcessId", "NewProcessName"),
    *("TokenElevationType", "ProcessId", "CommandLine", "TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId"),
    *("ParentProcessName", "MandatoryLabel"),
)
DATA = {name: f"value of {name}" for name in NAMES}
XML = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/><EventID Qualifiers='0'>4688"
    f"</EventID><TimeCreated SystemTime='{TIME}'/><Channel>Security</Channel><Computer>pc</Computer></System><EventData>"
    + "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in DATA.items())
    + "</EventData></Event>"
)
POWERSHELL = {
    "Id": 4688,
    "LogName": "Security",
    "ProviderName": "P",
    "MachineName": "pc",
    "TimeCreated": "/Date(1747275164000)/",
    "Properties": [{"Value": value} for value in DATA.values()],
}
SYSTEM = {"Provider": {"#attributes": {"Name": "P"}}, "EventID": 4688, "Channel": "Security", "Computer": "pc"}
EXPORTS: dict[str, dict[str, Any]] = {
    "evtx_dump": {"Event": {"System": {**SYSTEM, "TimeCreated": {"#attributes": {"SystemTime": TIME}}}, "EventData": DATA}},
    "evtx_dump with separate attributes": {
        "Event": {
            "System": {
                "Provider_attributes": {"Name": "P"},
                "EventID": 4688,
                "EventID_attributes": {"Qualifiers": ""},
                "TimeCreated_attributes": {"SystemTime": TIME},
                "Channel": "Security",
                "Computer": "pc",
            },
            "EventData": DATA,
        }
    },
    "Get-WinEvent": POWERSHELL,
    "Get-WinEvent, version 7": {**POWERSHELL, "TimeCreated": "2025-05-15T03:12:44+01:00"},
    "Winlogbeat": {
        "@timestamp": TIME,
        "event": {"code": "4688"},
        "winlog": {"channel": "Security", "event_id": "4688", "computer_name": "pc", "provider_name": "P", "event_data": DATA},
    },
    "Winlogbeat, dotted": {
        "@timestamp": TIME,
        "winlog.channel": "Security",
        "winlog.event_id": 4688,
        "winlog.computer_name": "pc",
        "winlog.provider_name": "P",
        **{f"winlog.event_data.{name}": value for name, value in DATA.items()},
    },
    "NXLog": {"EventTime": TIME, "Hostname": "pc", "EventID": 4688, "SourceName": "P", "Channel": "Security", **DATA},
    "Velociraptor, parse_evtx": {
        "System": {
            "Provider": {"Name": "P", "Guid": "G"},
            "EventID": {"Value": 4688},
            "TimeCreated": {"SystemTime": 1747275164},
            "Channel": "Security",
            "Computer": "pc",
        },
        "EventData": DATA,
    },
    "Velociraptor, artefact": {
        "EventTime": TIME,
        "Computer": "pc",
        "Channel": "Security",
        "Provider": "P",
        "EventID": 4688,
        "EventData": DATA,
    },
}
WAZUH = {
    "timestamp": TIME,
    "agent": {"id": "001", "name": "pc"},
    "data": {
        "win": {
            "system": {"providerName": "P", "eventID": "4688", "systemTime": TIME, "channel": "Security", "computer": "pc"},
            "eventdata": {name[0].lower() + name[1:]: value for name, value in DATA.items()},
        }
    },
}
EXPORTS["Wazuh"] = WAZUH
EXPORTS["Chainsaw"] = {
    "group": "Sigma",
    "kind": "individual",
    "document": {"kind": "evtx", "path": "a.evtx", "data": EXPORTS["evtx_dump with separate attributes"]},
    "timestamp": TIME,
}


@pytest.mark.parametrize("tool", EXPORTS)
@pytest.mark.parametrize("form", ["line", "array", "pretty", "pretty array", "UTF-16"])
def test_every_export_gives_the_same_event(read: Read, tool: str, form: str) -> None:
    record = EXPORTS[tool]
    text = {
        "line": json.dumps(record),
        "array": json.dumps([record, record]),
        "pretty": json.dumps(record, indent=2),
        "pretty array": json.dumps([record, record], indent=4),
        "UTF-16": json.dumps([record], indent=2),
    }[form]
    events, tally = read(text.encode("utf-16" if form == "UTF-16" else "utf-8"))
    assert (len(events), tally.unparsed) == (2 if "array" in form else 1, 0)
    for event in events:
        assert event.kind[1:4] == ("windows", "security", 4688)
        assert (event.host, event.time) == ("pc", datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC))
        assert {name: event.fields[name] for name in NAMES} == {name: (value,) for name, value in DATA.items()}
        assert event.fields["Image"] == (DATA["NewProcessName"],)
        assert event.fields["Provider_Name"] == ("P",)


@pytest.mark.parametrize("text", [XML, f"<Events>\n{XML}{XML}\n</Events>", f'<?xml version="1.0"?>\n<Events>\n{XML}\n</Events>'])
def test_xml(read: Read, text: str) -> None:
    events, tally = read(text)
    assert (len(events), tally.unparsed) == (text.count("</Event>"), 0)
    assert all(event.fields["CommandLine"] == (DATA["CommandLine"],) for event in events)


def test_sysmon_says_its_fields_in_the_message(read: Read) -> None:
    record = POWERSHELL | {"LogName": "Microsoft-Windows-Sysmon/Operational", "Id": 3, "Properties": []}
    (event,), _ = read(json.dumps({**record, "Message": "Network connection detected:\r\nRuleName: -\r\nImage: C:\\a.exe"}))
    assert event.fields["Image"] == ("C:\\a.exe",)


def test_values_without_names_stay_without_them(read: Read) -> None:
    """A count of values that no known version of the event has: better no name than a wrong one."""
    (event,), _ = read(json.dumps({**POWERSHELL, "Properties": [{"Value": "a"}, {"Value": "b"}]}))
    assert event.fields["Data"] == ("a", "b")
    assert "CommandLine" not in event.fields


def test_the_default_output_of_evtx_dump(read: Read) -> None:
    one = json.dumps(EXPORTS["evtx_dump"], indent=2)
    events, tally = read(f"Record 1\n{one}\nRecord 2\n{one}\n")
    assert (len(events), tally.unparsed) == (2, 0)


def test_a_timeline_of_hayabusa(read: Read) -> None:
    record = {"Timestamp": "2025-05-15 03:12:44.000 +01:00", "RuleTitle": "Proc Exec", "Level": "info", "Computer": "pc"}
    (event,), _ = read(
        json.dumps({**record, "Channel": "Sysmon", "EventID": 1, "Details": {"Cmdline": "whoami", "Proc": "C:\\w.exe"}})
    )
    assert event.kind[1:4] == ("windows", "microsoft-windows-sysmon/operational", 1)
    assert (event.fields["CommandLine"], event.time) == (("whoami",), datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC))


def test_a_timeline_of_hayabusa_as_a_table(read: Read) -> None:
    header = '"Timestamp","RuleTitle","Level","Computer","Channel","EventID","RecordID","Details","ExtraFieldInfo"'
    row = '"2025-05-15 03:12:44.000 +01:00","Proc Exec","info","pc","Sysmon",1,7,'
    (event,), _ = read(header, row + '"Cmdline: cmd /c a: ¦ Proc: C:\\w.exe","FileVersion: 1"')
    got = {name: event.fields[name] for name in ("CommandLine", "Image", "FileVersion")}
    assert got == {"CommandLine": ("cmd /c a:",), "Image": ("C:\\w.exe",), "FileVersion": ("1",)}


def test_an_aggregate_of_chainsaw_is_its_events(read: Read) -> None:
    hits = [EXPORTS["Chainsaw"]["document"]] * 2
    events, tally = read(json.dumps({"group": "Sigma", "kind": "aggregate", "documents": hits, "timestamp": TIME}))
    assert ([event.fields["CommandLine"] for event in events], tally.unparsed) == ([(DATA["CommandLine"],)] * 2, 0)


def test_no_hit_of_an_aggregate_is_lost(read: Read) -> None:
    torn = {"Id": "x", "LogName": 5, "Properties": 5, "ProviderName": {}, "TimeCreated": {}}
    hits = [EXPORTS["Chainsaw"]["document"], torn, EXPORTS["Chainsaw"]["document"]]
    aggregate = {"group": "Sigma", "kind": "aggregate", "documents": hits, "timestamp": TIME}
    events, tally = read(json.dumps(aggregate))
    assert len(events) + tally.unparsed == 3


def test_wazuh_writes_backslashes_twice(read: Read) -> None:
    record = {"data": {"win": {**WAZUH["data"]["win"], "eventdata": {"image": "C:\\\\Windows\\\\cmd.exe"}}}}
    (event,), _ = read(json.dumps(record))
    assert event.fields["Image"] == ("C:\\\\Windows\\\\cmd.exe", "C:\\Windows\\cmd.exe")


@pytest.mark.parametrize(
    "entry",
    [
        {"_index": "winlogbeat", "_id": "1", "_score": None, "_source": EXPORTS["Winlogbeat"], "sort": [1]},
        {"preview": False, "offset": 3, "result": EXPORTS["NXLog"]},
    ],
)
def test_an_entry_of_an_index_is_what_it_holds(read: Read, entry: dict[str, Any]) -> None:
    (event,), _ = read(json.dumps(entry))
    assert (event.kind[1:4], event.fields["CommandLine"]) == (("windows", "security", 4688), (DATA["CommandLine"],))


def test_a_record_with_more_than_an_entry_has_is_itself(read: Read) -> None:
    (event,), _ = read(json.dumps({"timestamp": TIME, "offset": 3, "result": {"code": 5}, "user": "alice"}))
    assert (event.fields["user"], event.fields["result.code"]) == (("alice",), (5,))


def test_times_without_a_zone_are_said(read: Read) -> None:
    record = {**EXPORTS["NXLog"], "EventTime": "2025-05-15 03:12:44"}
    (event,), tally = read(json.dumps(record), zone="Europe/London")
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
    assert tally.coverage().zone == "not stated, read as Europe/London as given"


def test_an_element_may_go_over_several_lines(read: Read) -> None:
    """As PowerShell's script blocks do."""
    script = XML.replace(DATA["CommandLine"], "line one\nline two")
    events, tally = read(f"<?xml version='1.0'?><Events>{script}", XML, script, "</Events>")
    assert [event.fields["CommandLine"][0] for event in events] == ["line one\nline two", DATA["CommandLine"], "line one\nline two"]
    assert [event.line for event in events] == [1, 3, 4]
    assert tally.unparsed == 0


def test_a_torn_element_costs_its_own_lines(read: Read) -> None:
    events, tally = read(XML[:200] + "\nand more", XML, XML[:300])
    assert (len(events), tally.unparsed) == (1, 3)


@pytest.mark.parametrize(
    "details",
    ["Cmdline: whoami ¦ Cmdline: net user ¦ Cmdline: whoami", {"Cmdline": ["whoami", "net user"]}],
)
def test_a_name_that_hayabusa_repeats_keeps_all_its_values(read: Read, details: object) -> None:
    record = {"Timestamp": "2025-05-15 03:12:44.000 +01:00", "RuleTitle": "Proc Exec", "Channel": "Sysmon", "EventID": 1}
    (event,), _ = read(json.dumps(record | {"Details": details, "ExtraFieldInfo": {"CommandLine": "hostname"}}))
    assert sorted(event.fields["CommandLine"]) == ["hostname", "net user", "whoami"]
