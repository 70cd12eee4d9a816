"""Which events a rule's log source means (tables/logsources.toml), and why a rule cannot run on a kind of event."""

from collections.abc import Mapping
from functools import partial

from wardround.core.logs import Kind
from wardround.core.sigma._conditions import FieldTest, could_hold
from wardround.core.sigma._model import LogSource, Rule
from wardround.core.sigma._tables import table
from wardround.core.sigma._values import Number, Text

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def serves(kind: Kind, wanted: LogSource) -> bool:
    """Are events of this kind what the log source asks for? JSON lines that do not say what they are could be anything."""
    match kind.family:
        case "json":
            return True
        case "windows":
            return _is_windows(kind, wanted)
        case "linux" if kind.channel == "sysmon":
            return _is_sysmon_for_linux(kind, wanted)
    families = table("logsources")["families"]
    listed = families.get(f"{kind.family}/{kind.channel}") or families.get(kind.family, ())
    return any(_is_one(kind, allowed, wanted) for allowed in listed)


def _is_one(kind: Kind, allowed: Mapping[str, list[str]], wanted: LogSource) -> bool:
    """Is the log source within one line of the table? What the line leaves out must be empty; `*` is the kind's own channel."""
    asked = (("product", wanted.product), ("category", wanted.category), ("service", wanted.service))
    if not any(value for _, value in asked):
        return False
    return all(
        value in (allowed.get(name) or [""]) or ("*" in allowed.get(name, ()) and value == kind.channel) for name, value in asked
    )


def _is_sysmon_for_linux(kind: Kind, wanted: LogSource) -> bool:
    if wanted.product not in ("", "linux") or wanted.service not in ("", "sysmon"):
        return False
    if not wanted.category:
        return bool(wanted.product or wanted.service)
    pairs = table("logsources")["windows"]["categories"].get(wanted.category, ())
    return any(channel == SYSMON and event_id == kind.event_id for channel, event_id in pairs)


def _is_windows(kind: Kind, wanted: LogSource) -> bool:
    if wanted.product not in ("", "windows"):
        return False
    known = table("logsources")["windows"]
    if wanted.category:
        pairs = known["categories"].get(wanted.category, ())
        if not any(channel.lower() == kind.channel and event_id == kind.event_id for channel, event_id in pairs):
            return False
    if wanted.service:
        return any(channel.lower() == kind.channel for channel in known["services"].get(wanted.service, ()))
    return bool(wanted.category or wanted.product)


def lacking(kind: Kind, rule: Rule) -> tuple[str, ...]:
    """The fields that the rule names and that such events cannot have: it cannot run on them."""
    return () if kind.fields is None else tuple(sorted(rule.fields - kind.fields))


def blind_for(rule: Rule, kind: Kind, fields: frozenset[str]) -> frozenset[str] | None:
    """The fields for want of which a rule could not have held on such events; empty when it could.

    `fields` are those that were seen in the events (or that they can have). None: the rule is for another Windows event than this
    one. A rule for an event that did not happen is not blind: its log was there. It is blind when the event did happen and came
    without what the rule looks at.
    """
    if not could_hold(rule.condition, partial(_same_event, kind)):
        return None
    if rule.fields <= fields or could_hold(rule.condition, partial(_seen, kind, fields)):
        return frozenset()
    return rule.fields - fields


def _same_event(kind: Kind, asked: FieldTest) -> bool:
    """May events of this kind pass a test of their event id? Every other test may be passed."""
    if kind.family != "windows" or asked.field != "EventID" or not isinstance(asked.test, Number | Text):
        return True
    return asked.test.passes(str(kind.event_id))


def _seen(kind: Kind, fields: frozenset[str], asked: FieldTest) -> bool:
    return _same_event(kind, asked) and (asked.field in fields or asked.test.holds_when_absent)
