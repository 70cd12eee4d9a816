"""The queue of names: products that no record names, each asked about once, those on most assets first."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wardround.core.matching._review import Question
from wardround.core.vocab import WardroundError
from wardround.core.vocab._canonical import canonical
from wardround.hub.advisories.deciding import decide_name
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.arrived import arrived
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.names.asked import asked, reach, records_on

MOST = 25
GONE = "That is no longer asked: somebody decided it, or the product is in no newest snapshot."


class Answer(forms.Form):
    """One answer to one question: this product, that name, the same or not; `none`: it is none of the names that are offered."""

    vendor = forms.CharField(max_length=300, required=False)
    product = forms.CharField(max_length=300)
    to_vendor = forms.CharField(max_length=300, required=False)
    to_product = forms.CharField(max_length=300, required=False)
    same = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no"), ("none", "none")])
    reason = forms.CharField(max_length=500, required=False)
    offered = forms.CharField(max_length=4_000, required=False)

    def clean(self) -> dict[str, Any]:
        """Only *none of these* goes without a name."""
        said = super().clean() or {}
        if said.get("same") in ("yes", "no") and not said.get("to_product"):
            raise forms.ValidationError("name one")
        return said


@require_safe
def queue(request: Asking) -> HttpResponse:
    """The questions within the asker's reach. Who may not decide sees them without buttons."""
    context = {
        "may_write": _may_decide(request),
        "national": request.access.national and _may_decide(request),
        "most": MOST,
        "crumbs": [("Alerts", "/")],
    }
    try:
        found = asked(request.act, most=MOST)
        counts = records_on(found)
        context["review"] = found
        context["questions"] = [
            (question, [(one, counts[one]) for one in question.candidates], _marked(question)) for question in found.questions
        ]
    except WardroundError as problem:
        context["problem"] = str(problem)
    return render(request, "names/queue.html", context)


@require_POST
def decide(request: Asking) -> HttpResponse:
    """Accept or refuse one of the names that the queue offers for a product of one's own reach, and nothing else."""
    form = Answer(request.POST)
    if not form.is_valid():
        messages.error(request, "That answer is incomplete.")
        return redirect("names")
    said = form.cleaned_data
    to = (said["to_vendor"], said["to_product"])
    try:
        found = asked(request.act, most=MOST, vendor=said["vendor"], product=said["product"]).questions
        names = [(one.vendor, one.product) for question in found for one in question.candidates]
        none = said["same"] == "none"
        if not names or (not any(_marked(q) == said["offered"] for q in found) if none else to not in names):
            messages.warning(request, GONE)
            return redirect("names")
        decide_name(
            request.act,
            organisations=_recorded_in(request),
            vendor=said["vendor"],
            product=said["product"],
            to=names if none else [to],
            same=said["same"] == "yes",
            reason=said["reason"],
        )
    except WardroundError as problem:
        messages.error(request, str(problem))
        return redirect("names")
    for organisation in reach(request.access)[0] if said["same"] == "yes" else ():
        arrived(request, organisation)
    what = {"yes": f"is {_written(to)}", "no": f"is not {_written(to)}", "none": "is none of the names that were offered"}
    again = " The alerts were held against it at once." if said["same"] == "yes" else ""
    messages.success(request, f"Kept: {said['product']} {what[said['same']]}.{again}")
    return redirect("names")


def _written(name: tuple[str, str]) -> str:
    """A name of the records, for people."""
    return f"{name[1]} by {name[0]}" if name[0] else name[1]


def _marked(question: Question) -> str:
    """Which names were offered: *none of these* is said of what somebody has read, and of nothing that came later."""
    offered = [[one.vendor, one.product] for one in question.candidates]
    return hashlib.sha256(canonical(offered)).hexdigest()[:16]


def _may_decide(request: Asking) -> bool:
    return request.access.may("names.decide")


def _recorded_in(request: Asking) -> list[Organisation]:
    """The organisations for which the person acts: the centre for its officers."""
    own = Organisation.objects.filter(pk__in=request.access.where("names.decide"))
    return list(own.filter(kind=Organisation.Kind.CENTRE)) or list(own)
