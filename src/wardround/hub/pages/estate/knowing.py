"""Which assets are one device, and what the estate cannot answer."""

import uuid
from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.estate._coverage import Step
from wardround.core.estate._identifiers import name_of
from wardround.core.vocab import WardroundError
from wardround.hub.estate import devices as joining
from wardround.hub.estate.counting import Standing, standing
from wardround.hub.estate.models import Split
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.estate.forms import SplitForm
from wardround.hub.pages.posting import form_page
from wardround.hub.pages.whose import organisation_of

PAGE = 50


def _crumbs(organisation: Organisation) -> list[tuple[str, str]]:
    return [("Alerts", "/"), ("Estate", reverse("estate-of", args=[organisation.code]))]


@require_safe
def devices(request: Asking, code: str) -> HttpResponse:
    """Assets that were joined, each with its reason; what was not joined and why; what a person has split."""
    organisation = organisation_of(request, code)
    linked = joining.devices(request.access, organisation, at=request.act.at)
    context = {
        "organisation": organisation,
        "count": linked.count,
        "listed": Paginator(linked.devices, PAGE).get_page(request.GET.get("page")),
        "apart": [(one, name_of(one.kind)) for one in linked.apart[: 2 * PAGE]],
        "apart_count": len(linked.apart),
        "splits": _by_act(joining.splits(request.access, organisation, at=request.act.at)),
        "may_write": request.access.may("estate.import", organisation),
        "crumbs": _crumbs(organisation),
    }
    return render(request, "estate/devices.html", context)


def _by_act(rows: Iterable[Split]) -> list[tuple[Split, list[str]]]:
    """Each act once: its first row, and every asset that it took the first one from."""
    acts: dict[tuple[object, ...], tuple[Split, list[str]]] = {}
    for row in rows:
        acts.setdefault((row.first, row.split_at, row.split_by), (row, []))[1].append(row.second)
    return list(acts.values())


@require_http_methods(["GET", "POST"])
def split(request: Asking, code: str) -> HttpResponse:
    """A person says that an asset is another device than those it was joined with."""
    organisation = organisation_of(request, code)
    page = reverse("estate-devices", args=[organisation.code])
    asset = (request.POST if request.method == "POST" else request.GET).get("asset", "").replace("\0", "")[:1000]

    def take_apart(fields: dict[str, str]) -> None:
        joining.split(request.act, organisation=organisation, asset=fields["asset"], reason=fields["reason"])

    return form_page(
        request,
        SplitForm(request.POST if request.method == "POST" else None, initial={"asset": asset}),
        do=take_apart,
        then=page,
        said=f"{asset} stands alone now, and will after later imports.",
        template="site/form.html",
        context={
            "heading": "Split a joined device",
            "caption": f"{organisation.name} · {asset}",
            "lead": ["What identifies it is counted no longer against the others. You can undo it. It closes and opens nothing."],
            "button": "It is another device",
            "crumbs": [*_crumbs(organisation), ("Devices", page)],
        },
    )


@require_POST
def unsplit(request: Asking, code: str, split: uuid.UUID) -> HttpResponse:
    """Undo a split."""
    organisation = organisation_of(request, code)
    row = get_object_or_404(Split.objects.within(request.access).filter(organisation=organisation), public_id=split)
    try:
        joining.undo(request.act, split=row)
    except WardroundError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"Undone: what identifies {row.first} counts again.")
    return redirect("estate-devices", organisation.code)


@require_safe
def coverage(request: Asking, code: str) -> HttpResponse:
    """The share of installs that the records decide, what nobody sees, and what would help most."""
    organisation = organisation_of(request, code)
    counted, problem = Standing(None, False), ""
    try:
        counted = standing(request.access, organisation, at=request.act.at)
    except WardroundError as error:
        problem = f"{error.what[:1].upper()}{error.what[1:]}: {error.do}"
    told = counted.known.told if counted.known else None
    context = {
        "organisation": organisation,
        "told": told,
        "counted": counted,
        "steps": [(step, _to_step(organisation, step)) for step in told.steps] if told else [],
        "problem": problem,
        "unseen": [PRODUCT_CLASSES[key] for key in told.unseen] if told else [],
        "assumed": sum(told.assumptions.values()) if told else 0,
        "may_write": request.access.may("estate.import", organisation),
        "crumbs": _crumbs(organisation),
    }
    return render(request, "estate/coverage.html", context)


def _to_step(organisation: Organisation, step: Step) -> tuple[str, str]:
    """Where a step is done, and the words that lead there; a product leads to its installs."""
    if step.kind == "alias" and step.candidates:
        return reverse("names"), "Confirm the name"
    page = reverse("estate-of", args=[organisation.code])
    return ("", "") if step.kind == "feed" else (f"{page}?{urlencode({'q': step.product})}#products", "Show its installs")
