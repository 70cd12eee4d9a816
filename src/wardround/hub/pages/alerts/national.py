"""What an installation that is not the national service gives its people to submit there, on every response."""

from datetime import datetime
from typing import Any

from django.conf import settings

from wardround.hub.alerts.models import Revision
from wardround.hub.alerts.submitting import last_submitted
from wardround.hub.organisations.access import Access
from wardround.hub.pages.alerts.progress import Row
from wardround.hub.pages.times import LONDON
from wardround.hub.pages.wording import ANSWERS


def text_to_submit(row: Row, revision: Revision) -> str:
    """The answer as plain text, from where the response stands. It names no asset, host or person."""
    organisation = row.response.organisation
    lines = [
        ("Organisation", f"{organisation.name} ({organisation.code})"),
        ("Alert", f"{revision.title} (here {row.response.alert.reference}, revision {revision.number})"),
        ("CVE", ", ".join(revision.cves)),
        ("As of", _said(row.now)),
        ("Acknowledged", _said(row.acknowledged_at) if row.acknowledged_at else "not yet"),
        ("Applies to us", ANSWERS.get(row.answer, row.answer) if row.answer else "not yet answered"),
        ("Status", row.state.words),
        ("Assets that are or were open", str(len(row.facts.assets))),
        ("Still to be shown before it can close", "nothing" if row.closed else str(len(row.standing.gate.open_because))),
        ("Logs searched", row.window),
    ]
    if row.facts.next_update_at:
        lines.append(("Next update", _said(row.facts.next_update_at)))
    return "\n".join(f"{name}: {value}" for name, value in lines)


def _said(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%-d %B %Y %H:%M}"


def elsewhere(row: Row, revision: Revision, *, access: Access) -> dict[str, Any]:
    """What a response page says where an answer here does not count nationally; nothing where it does."""
    if settings.INSTALLATION.answers_nationally or row.response.alert.withdrawn_at:
        return {}
    last, changed = last_submitted(row.response, access=access)
    return {"submit": {"text": text_to_submit(row, revision), "last": last, "changed": changed}}
