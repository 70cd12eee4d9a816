"""Windows events as tools export them in JSON: each turned into the shape that the event file reader gives.

Get-WinEvent with ConvertTo-Json, Winlogbeat (Elastic Common Schema), NXLog, Wazuh, Velociraptor, Chainsaw and Hayabusa.
"""

import re
from collections.abc import Mapping
from typing import Any

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Scalar
from wardround.core.logs._records import flat, windows_event
from wardround.core.logs._tables import table

MESSAGE = re.compile(r"^([A-Za-z][A-Za-z0-9]{1,40}): ?(.*?)\r?$", re.MULTILINE)
SEPARATOR = " ¦ "
SYSMON = "microsoft-windows-sysmon/operational"
NXLOG_OWN = frozenset({"EventTime", "EventReceivedTime", "SourceModuleName", "SourceModuleType", "Hostname", "SourceName"})


def windows_export(number: int, record: Mapping[str, Any], clock: Clock, *, excerpt: str) -> Event | None:
    """The event of a record that one of these tools wrote; None when it is none of theirs."""
    keys = record.keys()
    got: tuple[dict[str, Any], str] | None
    if isinstance(record.get("winlog"), dict):
        got = _winlogbeat(record)
    elif "winlog.channel" in keys and "winlog.event_id" in keys:
        got = _winlogbeat(_nested(record))
    elif isinstance(win := _inner(record, "data", "win"), dict) and isinstance(win.get("system"), dict):
        got = _wazuh(win)
    elif "LogName" in keys and "Id" in keys and "ProviderName" in keys:
        got = _powershell(record)
    elif isinstance(record.get("System"), dict) and ("EventData" in keys or "UserData" in keys or "EventID" in record["System"]):
        got = _velociraptor(record)
    elif isinstance(document := record.get("document"), dict) and isinstance(data := document.get("data"), dict):
        inner = data.get("Event")
        got = (separated(inner), "Chainsaw JSON") if isinstance(inner, dict) and isinstance(inner.get("System"), dict) else None
    elif "RuleTitle" in keys and "Channel" in keys and "EventID" in keys:
        return _hayabusa(number, record, clock, excerpt)
    elif "Date and Time" in keys and "Event ID" in keys and "Source" in keys:
        got = _event_viewer(record)
    elif "EventTime" in keys and "Channel" in keys and "EventID" in keys:
        got = _flat_export(record)
    else:
        return None
    if got is None:
        return None
    event, tool = got
    return windows_event(number, {"Event": event}, excerpt=excerpt, form=f" ({tool})", clock=clock)


def separated(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event whose attributes stand beside its elements (`Provider_attributes`), with them put back where they were."""
    system = dict(event["System"])
    for name in [n for n in system if isinstance(n, str) and n.endswith("_attributes")]:
        plain = name.removesuffix("_attributes")
        value = system.pop(name)
        system[plain] = {
            "#attributes": value,
            **({"#text": system[plain]} if plain in system and not isinstance(system[plain], dict) else {}),
        }
    rest = {k: v for k, v in event.items() if not k.endswith("_attributes")}
    return {**rest, "System": system}


def _winlogbeat(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    log = record["winlog"]
    data = log.get("event_data") if isinstance(log.get("event_data"), dict) else {}
    user = log.get("user_data") if isinstance(log.get("user_data"), dict) else {}
    system = {
        "Provider": {"#attributes": {"Name": log.get("provider_name")}},
        "EventID": log.get("event_id", _inner(record, "event", "code")),
        "Channel": log.get("channel"),
        "Computer": log.get("computer_name") or _inner(record, "host", "name"),
        "EventRecordID": log.get("record_id"),
        "Task": log.get("task"),
        "Opcode": log.get("opcode"),
        "Keywords": log.get("keywords") if not isinstance(log.get("keywords"), list) else None,
        "TimeCreated": {"#attributes": {"SystemTime": record.get("@timestamp")}},
        "Execution": {"#attributes": {"ProcessID": _inner(log, "process", "pid")}},
        "Security": {"#attributes": {"UserID": _inner(log, "user", "identifier")}},
    }
    event: dict[str, Any] = {"System": system, "EventData": data}
    if user:
        event["UserData"] = user
    if isinstance(message := record.get("message"), str):
        event["Message"] = message
    return event, "Winlogbeat JSON"


def _nested(record: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as objects, three levels deep, which is what the schema has."""
    out: dict[str, Any] = {}
    for name, value in record.items():
        parts, at = str(name).split(".", 2), out
        for part in parts[:-1]:
            inner = at.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at[parts[-1]] = value
    return out


def _powershell(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    channel, event_id = str(record["LogName"] or "").lower(), record["Id"]
    values = [p.get("Value") if isinstance(p, dict) else p for p in record.get("Properties") or () if not isinstance(p, list)]
    lists = table("windows_properties").get(channel, {}).get(str(event_id), ())
    names = next((names for names in lists if len(names) == len(values)), None)
    data: dict[str, Any] = {}
    message = record.get("Message")
    if channel == SYSMON and isinstance(message, str):
        data = dict(MESSAGE.findall(message))
    if names:
        for name, value in zip(names, values, strict=True):
            if not isinstance(value, dict | list):
                data.setdefault(name, value)
    elif values:
        data["Data"] = [v for v in values if not isinstance(v, dict | list)]
    user = record.get("UserId")
    system = {
        "Provider": {"#attributes": {"Name": record.get("ProviderName")}},
        "EventID": event_id,
        "Channel": record["LogName"],
        "Computer": record.get("MachineName"),
        "EventRecordID": record.get("RecordId"),
        "Level": record.get("Level"),
        "Task": record.get("Task"),
        "Opcode": record.get("Opcode"),
        "Keywords": record.get("Keywords"),
        "TimeCreated": {"#attributes": {"SystemTime": _stamp(record.get("TimeCreated"))}},
        "Execution": {"#attributes": {"ProcessID": record.get("ProcessId")}},
        "Security": {"#attributes": {"UserID": user.get("Value") if isinstance(user, dict) else user}},
    }
    event: dict[str, Any] = {"System": system, "EventData": data}
    if isinstance(message, str):
        event["Message"] = message
    return event, "Get-WinEvent JSON"


def _stamp(value: Any) -> Any:
    """A time of ConvertTo-Json: text, or an object holding it."""
    return next((value[k] for k in ("value", "DateTime") if k in value), None) if isinstance(value, dict) else value


def _velociraptor(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    system = dict(record["System"])
    if any(str(name).endswith("_attributes") for name in system):
        return separated(record), "Chainsaw JSON"
    for name in ("Provider", "TimeCreated", "Execution", "Security", "Correlation"):
        if isinstance(value := system.get(name), dict) and "#attributes" not in value:
            system[name] = {"#attributes": value}
    if isinstance(value := system.get("EventID"), dict):
        system["EventID"] = value.get("Value", value.get("#text"))
    event = {name: value for name, value in record.items() if name in ("EventData", "UserData", "Message")}
    return {**event, "System": system}, "Velociraptor JSON"


def _flat_export(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """NXLog writes the fields of an event side by side; Velociraptor's artefacts keep EventData in an object."""
    nested = isinstance(record.get("EventData"), dict)
    data = record["EventData"] if nested else {k: v for k, v in record.items() if k not in NXLOG_OWN}
    system = {
        "Provider": {"#attributes": {"Name": record.get("SourceName") or record.get("Provider") or record.get("Provider_Name")}},
        "EventID": record["EventID"],
        "Channel": record["Channel"],
        "Computer": record.get("Hostname") or record.get("Computer"),
        "EventRecordID": record.get("RecordNumber") or record.get("EventRecordID"),
        "TimeCreated": {"#attributes": {"SystemTime": record["EventTime"]}},
    }
    event: dict[str, Any] = {"System": system, "EventData": data}
    if nested and isinstance(record.get("UserData"), dict):
        event["UserData"] = record["UserData"]
    return event, "Velociraptor JSON" if nested else "NXLog JSON"


def _event_viewer(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Event Viewer's *Save all events as* CSV: no channel and no host. The channel is known where its provider writes to one alone.

    Its message is text for people; of Sysmon's it is one name and value a line.
    """
    source, message = str(record["Source"] or ""), str(record.get("Message") or "")
    channel = table("fields")["event_viewer"].get(source.lower(), "")
    system = {
        "Provider": {"#attributes": {"Name": source}},
        "EventID": record["Event ID"],
        "Channel": channel,
        "TimeCreated": {"#attributes": {"SystemTime": record["Date and Time"]}},
    }
    data = dict(MESSAGE.findall(message)) if channel.lower() == SYSMON else {}
    return {"System": system, "EventData": data, "Message": message}, "Event Viewer CSV"


def _hayabusa(number: int, record: Mapping[str, Any], clock: Clock, excerpt: str) -> Event:
    """A line of a timeline: shortened names of channels and fields, as far as the table knows them."""
    names = table("fields")["hayabusa"]
    data: dict[str, list[Any]] = {}
    for part in ("AllFieldInfo", "ExtraFieldInfo", "Details"):
        inner = record.get(part)
        pairs = list(inner.items()) if isinstance(inner, dict) else []
        if isinstance(inner, str):  # in its tables: `Name: value ¦ Name: value`, a name as often as the event has it
            pairs = [pair.partition(": ")[::2] for pair in inner.split(SEPARATOR)]
        for name, value in pairs:
            known = data.setdefault(names["fields"].get(name, name), [])
            known += [one for one in (value if isinstance(value, list) else [value]) if one not in known]
    channel = str(record["Channel"] or "")
    system = {
        "EventID": record["EventID"],
        "Channel": names["channels"].get(channel, channel),
        "Computer": record.get("Computer"),
        "EventRecordID": record.get("RecordID"),
        "TimeCreated": {"#attributes": {"SystemTime": record.get("Timestamp")}},
    }
    event = windows_event(
        number, {"Event": {"System": system, "EventData": data}}, excerpt=excerpt, form=" (Hayabusa JSON)", clock=clock
    )
    fields: dict[str, tuple[Scalar, ...]] = event.fields  # type: ignore[assignment]
    for name, values in flat({"RuleTitle": record["RuleTitle"], "Level": record.get("Level")}):
        fields.setdefault(name, values)
    return event


def _wazuh(win: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Wazuh's decoder writes every name with a small first letter, and the backslashes of a value twice."""
    own = win["system"]
    system = {
        "Provider": {"#attributes": {"Name": own.get("providerName")}},
        "TimeCreated": {"#attributes": {"SystemTime": own.get("systemTime")}},
        "Execution": {"#attributes": {"ProcessID": own.get("processID")}},
        **{
            name: own.get(name[0].lower() + name[1:])
            for name in ("EventID", "Channel", "Computer", "EventRecordID", "Level", "Task")
        },
        **{name: own.get(name.lower()) for name in ("Opcode", "Keywords", "Version")},
    }
    event: dict[str, Any] = {"System": system}
    for ours, theirs in (("EventData", "eventdata"), ("UserData", "userdata")):
        if isinstance(data := win.get(theirs), dict):
            event[ours] = {name[:1].upper() + name[1:]: _once(value) for name, value in data.items()}
    if isinstance(message := own.get("message"), str):
        event["Message"] = message
    return event, "Wazuh JSON"


def _once(value: Any) -> Any:
    """A value as it is written, and with its backslashes once."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _once(inner) for name, inner in value.items()}
    return [value, value.replace("\\\\", "\\")] if isinstance(value, str) and "\\\\" in value else value


def _inner(record: Mapping[str, Any], outer: str, name: str) -> Any:
    value = record.get(outer)
    return value.get(name) if isinstance(value, dict) else None
