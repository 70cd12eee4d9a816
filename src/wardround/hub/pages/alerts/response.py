"""The page that matters most: one organisation's response."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wardround.core.alerts import Missing, propose
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.models import Response
from wardround.hub.alerts.sharing import opened
from wardround.hub.organisations.access import access_to, lent
from wardround.hub.pages.alerts.finding import newest, response_of
from wardround.hub.pages.alerts.national import elsewhere
from wardround.hub.pages.alerts.nextsteps import Step, for_centre, steps
from wardround.hub.pages.alerts.picture import Picture, picture_of
from wardround.hub.pages.alerts.progress import Row, decision_words
from wardround.hub.pages.asking import Asking
from wardround.hub.reach import reaching
from wardround.hub.suppliers.said import claims_of_suppliers


@require_safe
def response(request: Asking, response: uuid.UUID) -> HttpResponse:
    """For its own people everything; for the centre answers, counts, dates and coverage."""
    found = response_of(request, response)
    row, revision = row_of(request, found), newest(found.alert)
    context = {
        "response": found,
        "row": row,
        "revision": revision,
        "claims": claims_of_suppliers(revision.cves, at=request.act.at),
        "crumbs": [("Alerts", "/"), (found.alert.reference, f"/alerts/{found.alert.public_id}/")],
    }
    if not request.access.sees_inside(found.organisation):
        gate = row.standing.gate
        counts = {"affected": len(row.facts.assets), "hunts": len(row.facts.hunts), "detections": len(row.facts.detections)}
        missing = [] if row.closed else for_centre(gate.open_because)
        context |= {
            "shared": shared_case(request, found, row),
            "decision": decision_words(row, revision),
            "missing": missing,
            "counts": counts,
            "incidents": row.facts.incidents,
        }
        return render(request, "alerts/response_for_centre.html", context)
    context["open_to_centre"] = opened(request.act, response=found)
    context |= inside(request, found, row) | elsewhere(row, revision, access=request.access)
    return render(request, "alerts/response.html", context)


def shared_case(request: Asking, found: Response, row: Row) -> dict[str, object] | None:
    """What an organisation has opened of this one case, while it has: read within that case's reach alone."""
    opening = opened(request.act, response=found) if request.access.national else None
    if opening is None:
        return None
    access = lent("a case that was opened", case=found.public_id)
    with reaching(access_to("a case that was opened", [found.organisation_id])):
        picture = picture_of(found, row=row, revision=newest(found.alert), access=access, now=request.act.at)
        history = picture.history
    return {"opening": opening, "picture": picture, "history": history}


def row_of(request: Asking, found: Response) -> Row:
    """Where it stands now."""
    return Row(found, *standing(found, at=request.act.at), request.act.at)


def picture_for(request: Asking, found: Response) -> Picture:
    """Its picture, within the asker's access."""
    return picture_of(found, row=row_of(request, found), revision=newest(found.alert), access=request.access, now=request.act.at)


def inside(request: Asking, found: Response, row: Row) -> dict[str, object]:
    """What only the organisation's own people see."""
    picture = picture_of(found, row=row, revision=newest(found.alert), access=request.access, now=request.act.at)
    following = row.standing.next
    open_ = row.standing.state != "withdrawn"

    def help_with(missing: Missing) -> list[Step]:
        return steps(missing, found, unjudged=picture.unjudged, logs=bool(picture.batches))

    return {
        "picture": picture,
        "may_write": open_ and request.access.may("response.answer", found.organisation),
        "may_decide_clinically": open_ and request.access.may("clinical.decide", found.organisation),
        "next": following,
        "next_steps": help_with(following) if following else [],
        "reasons": [] if row.closed else [(m, help_with(m)) for m in row.standing.gate.open_because],
        "proposal_why": propose(row.facts, at=request.act.at)[1],
        "may_accept_risk": open_ and request.access.may("risk.accept", found.organisation),
    }
