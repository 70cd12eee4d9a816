"""What a hunt searched and found."""

import uuid
from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wardround.core.hunts import Pack, load_pack
from wardround.core.vocab import WardroundError
from wardround.core.vocab._times import parse_time
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.hunts.timeline import Bar, Lane, Mark, Timeline


@require_safe
def hunt(request: Asking, hunt: uuid.UUID) -> HttpResponse:
    """The sentence, the window as a timeline, the detections, what could not run and why, the inputs with their hashes."""
    rows = Hunt.objects.within(request.access).filter(organisation__in=request.access.reads)
    found: Hunt = get_object_or_404(rows.select_related("organisation").prefetch_related("batches"), public_id=hunt)
    own = list(Detection.objects.within(request.access).filter(response=found.response, hunt__at__lte=found.at))
    page = reverse("response", args=[found.response])
    context = {
        "hunt": found,
        "pack": _pack(found.pack),
        "timelines": [(host, _timeline(host, own)) for host in found.hosts],
        "detections": own,
        "new": sum(d.hunt_id == found.pk for d in own),
        "accept": reverse("response-coverage", args=[found.response]),
        "may_write": request.access.may_write(found.organisation),
        "response": found.response,
        "crumbs": [("Alerts", "/"), ("Response", page)],
    }
    return render(request, "hunts/hunt.html", context)


def _pack(name: str) -> Pack | None:
    try:
        return load_pack(name)
    except WardroundError:
        return None


def _timeline(host: dict[str, object], found: Sequence[Detection]) -> Timeline:
    """One host: the whole window, what of it was seen, the fix and the traces."""
    since, until = parse_time(str(host["since"])), parse_time(str(host["until"]))
    unseen = [(parse_time(a), parse_time(b)) for a, b in host["unseen"]]  # type: ignore[attr-defined]
    fixed = parse_time(str(host["fixed_at"])) if host["fixed_at"] else None
    marks = [Mark("hit", f"trace found: {d.title or d.rule}", d.time) for d in found if d.host == host["host"] and d.time]
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
        ],
    )
