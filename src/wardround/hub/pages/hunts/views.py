"""What a hunt searched and found."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wardround.core.hunts import Pack, load_pack
from wardround.core.vocab import WardroundError
from wardround.core.vocab._times import parse_time
from wardround.hub.alerts.tasks import check_hunt
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.hunts.timeline import Bar, Lane, Mark, Timeline

MOST_LANES = 12


@require_safe
def hunt(request: Asking, hunt: uuid.UUID) -> HttpResponse:
    """The sentence, the window as a timeline, the detections, what could not run and why, the inputs with their hashes."""
    found = _hunt(request, hunt)
    own = list(Detection.objects.within(request.access).filter(response=found.response, hunt__at__lte=found.at))
    page = reverse("response", args=[found.response])
    context = {
        "hunt": found,
        "pack": _pack(found.pack),
        "headline": [said for host in found.hosts for said in host.get("said", ())[:1]] or [found.statement],
        "hosts": [(host, _timeline(host, own), _rules(host)) for host in found.hosts],
        "checks": found.checks.order_by("-at", "-pk"),
        "detections": own,
        "new": sum(d.hunt_id == found.pk for d in own),
        "accept": reverse("response-coverage", args=[found.response]),
        "may_write": request.access.may("response.answer", found.organisation),
        "response": found.response,
        "crumbs": [("Alerts", "/"), ("Response", page)],
    }
    return render(request, "hunts/hunt.html", context)


@require_POST
def check(request: Asking, hunt: uuid.UUID) -> HttpResponse:
    """Have the worker check a kept hunt: its logs, its rules, and its result against a second run."""
    found = _hunt(request, hunt)
    check_hunt.enqueue(str(found.public_id), request.act.who)
    messages.success(request, "The hunt is being checked. What it shows stands here when it is done: open this page again.")
    return redirect("hunt", found.public_id)


def _hunt(request: Asking, hunt: uuid.UUID) -> Hunt:
    rows = Hunt.objects.within(request.access).filter(organisation__in=request.access.reads)
    found: Hunt = get_object_or_404(rows.select_related("organisation").prefetch_related("batches"), public_id=hunt)
    request.access.demand(request.asks, found.organisation)
    return found


def _rules(host: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rules that could not look at all of it, those that could least first, and those that could."""
    rules = host.get("rules", [])
    short = sorted((rule for rule in rules if rule["why"]), key=lambda rule: (rule["hours"], rule["id"]))
    return {"short": short, "whole": [rule for rule in rules if not rule["why"]]}


def _pack(name: str) -> Pack | None:
    try:
        return load_pack(name)
    except WardroundError:
        return None


def _timeline(host: dict[str, Any], found: Sequence[Detection]) -> Timeline:
    """One host: the whole window, the fix, what of it was searched with the traces, and each log with its gaps."""
    since, until = parse_time(str(host["since"])), parse_time(str(host["until"]))
    unseen = [(parse_time(a), parse_time(b)) for a, b in host["unseen"]]
    fixed = parse_time(str(host["fixed_at"])) if host["fixed_at"] else None
    marks = [
        Mark("hit", f"trace found: {d.title or d.rule}", d.time, reverse("detection", args=[d.public_id]))
        for d in found
        if d.host == host["host"] and d.time
    ]
    if fixed:
        marks.append(Mark("fix", "first snapshot that shows the fix", fixed))
    seen, start = [], since
    for a, b in sorted(unseen):
        if a > start:
            seen.append(Bar("logs", "searched", start, a))
        start = max(start, b)
    if start < until:
        seen.append(Bar("logs", "searched", start, until))
    gaps = [Bar("gap", "no logs: not searched", a, b) for a, b in unseen]
    standing = Bar("open", "stood open, or was not decided", since, min(fixed or until, until))
    return Timeline(
        since,
        until,
        [
            Lane("Open", [standing], [m for m in marks if m.kind == "fix"]),
            Lane("Searched", [*seen, *gaps], [m for m in marks if m.kind == "hit"]),
            *(_lane(source, since, until) for source in host.get("sources", [])[:MOST_LANES]),
        ],
    )


def _lane(source: dict[str, Any], since: datetime, until: datetime) -> Lane:
    """One log: from its first to its last event within the window, with its silences of over an hour."""
    if not source["since"]:
        return Lane(source["name"])
    first, last = max(parse_time(source["since"]), since), min(parse_time(source["until"]), until)
    bars, start = [], first
    for a, b in sorted((max(parse_time(a), since), min(parse_time(b), until)) for a, b in source["gaps"]):
        if a < b and a >= start:
            bars += [Bar("logs", "events in this log", start, a), Bar("gap", "no events in this log", a, b)]
            start = b
    return Lane(source["name"], [*bars, *([Bar("logs", "events in this log", start, last)] if start <= last else [])])
