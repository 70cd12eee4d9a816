"""Which events a rule's log source means (tables/logsources.toml), and why a rule cannot run on a kind of event."""

from wardround.core.hunts._model import Kind, LogSource, Rule
from wardround.core.hunts._tables import table


def serves(kind: Kind, wanted: LogSource) -> bool:
    """Are events of this kind what the log source asks for? JSON lines that do not say what they are could be anything."""
    match kind.family:
        case "json":
            return True
        case "web":
            return _is_web(wanted)
        case "windows":
            return _is_windows(kind, wanted)
    return False


def _is_web(wanted: LogSource) -> bool:
    web = table("logsources")["web"]
    return wanted.category in web["categories"] and wanted.product in web["products"] and wanted.service in web["services"]


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
