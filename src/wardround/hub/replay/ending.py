"""Where every organisation stands: derived from the record at a time, for a replay's last page."""

from datetime import datetime
from typing import Any

from wardround.hub.alerts.facts import standings
from wardround.hub.alerts.models import Alert, Response
from wardround.hub.organisations.models import Organisation


def endings(alert: Alert, *, at: datetime) -> list[dict[str, Any]]:
    """State, kind of closing, and everything that keeps a response open, for each organisation."""
    rows = list(Response.unscoped.filter(alert=alert).select_related("organisation"))
    found = standings(alert, responses=rows, at=at)
    return [_ending(row, *found[row.pk], at=at) for row in rows]


def _ending(row: Response, facts: Any, standing: Any, *, at: datetime) -> dict[str, Any]:
    closed = standing.state == "closed"
    return {
        "code": row.organisation.code,
        "name": row.organisation.name,
        "state": standing.state.value,
        "closing": standing.gate.closing.value if closed and standing.gate.closing else None,
        "open_because": [] if closed else [str(missing) for missing in standing.gate.open_because],
        "codes": [] if closed else [missing.code for missing in standing.gate.open_because],
        "reopened": standing.reopened or bool(facts.reopenings),
        "overdue": [deadline.name for deadline in standing.deadlines if deadline.overdue(at)],
        "decision": facts.decision.key if facts.decision else None,
        "due": facts.decision.due if facts.decision else None,
        "assumed": bool(facts.decision and facts.decision.assumed),
        "hours_seen": standing.gate.hours_seen,
        "hours": standing.gate.hours,
    }


def not_alerted(code: str) -> dict[str, Any]:
    """The ending of an organisation in a story in which no estate asked for an alert: nobody was asked, so nothing is closed."""
    return {
        "code": code,
        "name": Organisation.objects.get(code=code).name,
        "state": "not_alerted",
        "closing": None,
        "open_because": ["No alert was issued: nothing in these estates asked for one"],
        "codes": ["not_issued"],
        "reopened": False,
        "overdue": [],
        "decision": None,
        "due": None,
        "assumed": False,
        "hours_seen": None,
        "hours": None,
    }
