"""Judging what a hunt found, one detection at a time, and the incidents that belong to a response."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wardround.core.hunts import load_pack
from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.alerts import answering
from wardround.hub.alerts.models import Response, Word
from wardround.hub.hunts.models import Detection
from wardround.hub.hunts.services import lines_around
from wardround.hub.incidents.models import Incident
from wardround.hub.incidents.services import open_incident
from wardround.hub.pages.alerts.forms import JudgeForm
from wardround.hub.pages.alerts.turns import Turn
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import form_page


def crumbs(found: Response) -> list[tuple[str, str]]:
    """The way back to a response."""
    return [("Alerts", "/"), (found.alert.reference, reverse("response", args=[found.public_id]))]


def inside_of(request: Asking, response: uuid.UUID) -> Response:
    """A response whose detections and incidents the asker may see: not the centre."""
    rows = Response.objects.within(request.access).filter(organisation__in=request.access.reads)
    found: Response = get_object_or_404(rows.select_related("organisation", "alert"), public_id=response)
    request.access.demand(request.asks, found.organisation)
    return found


@require_safe
def detections(request: Asking, response: uuid.UUID) -> HttpResponse:
    """Everything that any hunt of this response found, not judged first."""
    found = inside_of(request, response)
    rows = list(Detection.objects.within(request.access).filter(response=found.public_id).select_related("hunt"))
    judged = _judgements(request, found)
    shown = sorted(((d, judged.get(d.key)) for d in rows), key=lambda pair: (pair[1] is not None, pair[0].pk))
    context = {
        "response": found,
        "shown": shown,
        "left": sum(word is None for _, word in shown),
        "may_write": request.access.may("hunt.run", found.organisation),
        "crumbs": crumbs(found),
    }
    return render(request, "alerts/detections.html", context)


def _judgements(request: Asking, found: Response) -> dict[str, Word]:
    words = Word.objects.within(request.access).filter(response=found, kind="judgement").order_by("at", "pk")
    return {w.body["detection"]: w for w in words}


@require_safe
def incidents(request: Asking, response: uuid.UUID) -> HttpResponse:
    """The incidents of this response, open first."""
    found = inside_of(request, response)
    rows = Incident.objects.within(request.access).filter(response=found.public_id)
    context = {
        "response": found,
        "incidents": sorted(rows, key=lambda i: (i.closed_at is not None, i.opened_at)),
        "may_write": request.access.may("incident.manage", found.organisation),
        "crumbs": crumbs(found),
    }
    return render(request, "alerts/incidents.html", context)


@require_http_methods(["GET", "POST"])
def detection(request: Asking, detection: uuid.UUID) -> HttpResponse:
    """One detection with ten lines around it; who may act for the organisation judges it."""
    one: Detection = get_object_or_404(Detection.objects.within(request.access).select_related("hunt"), public_id=detection)
    found = inside_of(request, one.response)
    known = list(Incident.objects.within(request.access).filter(response=found.public_id, closed_at=None))
    form = JudgeForm(request.POST if request.method == "POST" else None, incidents=[(i.reference, i.title) for i in known])
    said = list(Word.objects.within(request.access).filter(response=found, kind="judgement").order_by("at", "pk"))
    turn = Turn(request, form, response=found, kind="judgement", words=said)

    def do(fields: dict[str, Any]) -> None:
        del fields["seen"]
        turn.take(lambda: _judge(request, found, one, {i.reference: i for i in known}, **fields))

    return form_page(
        request,
        form,
        do=do,
        then=reverse("response-detections", args=[found.public_id]),
        said="Your judgement is recorded.",
        template="alerts/detection.html",
        context={
            "heading": one.title or one.rule,
            "detection": one,
            "response": found,
            "lines": _lines(one),
            "means": _means(one),
            "word": {word.body["detection"]: word for word in said}.get(one.key),
            "meanwhile": lambda: [pair for pair in turn.meanwhile() if pair[0].body["detection"] == one.key],
            "may_write": request.access.may("detection.judge", found.organisation),
            "crumbs": [*crumbs(found), ("Detections", reverse("response-detections", args=[found.public_id]))],
        },
    )


def _judge(request: Asking, found: Response, one: Detection, known: dict[str, Incident], *, judgement: str, reason: str) -> None:
    """A judgement; a new incident is opened first where one is asked for."""
    incident = known.get(judgement)
    if judgement == "new":
        if not reason.strip():
            raise BadInput("is empty", where="reason", do="say what was seen: the incident starts with it")
        incident = open_incident(
            request.act,
            organisation=found.organisation,
            response=found.public_id,
            title=f"{one.title or one.rule} on {one.host}",
            reason=reason,
        )
    answering.judge(
        request.act,
        response=found,
        detection=one,
        false_alarm=judgement == "false_alarm",
        reason=reason,
        incident=incident,
    )


def _lines(one: Detection) -> list[tuple[int, str]]:
    """The lines around it, from the log that holds it: several logs may have the same name."""
    for batch in one.hunt.batches.all():
        try:
            found = lines_around(one, batches=[batch])
        except WardroundError:
            continue
        if any(number == one.line and _same(text, one.excerpt) for number, text in found):
            return found
    return []


def _same(line: str, excerpt: str) -> bool:
    line, excerpt = line.strip(), excerpt.strip()
    return bool(line) and (excerpt.startswith(line) or line.startswith(excerpt) or excerpt in line)


def _means(one: Detection) -> str:
    try:
        return load_pack(one.hunt.pack).hit_means.get(one.phase, "")
    except WardroundError:
        return ""
