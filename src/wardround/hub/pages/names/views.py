"""The queue of names: products that no record names, each asked about once, those on most assets first."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wardround.core.vocab import WardroundError
from wardround.hub.advisories.deciding import decide_name
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.arrived import arrived
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.names.asked import asked, reach

MOST = 25
GONE = "That is no longer asked: somebody decided it, or the product is in no newest snapshot."


class Answer(forms.Form):
    """One answer to one question: this product, that name, the same or not."""

    vendor = forms.CharField(max_length=300, required=False)
    product = forms.CharField(max_length=300)
    to_vendor = forms.CharField(max_length=300, required=False)
    to_product = forms.CharField(max_length=300)
    same = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    reason = forms.CharField(max_length=500, required=False)


@require_safe
def queue(request: Asking) -> HttpResponse:
    """The questions within the asker's reach. Who may not decide sees them without buttons."""
    context = {"may_write": _may_decide(request), "national": request.access.writes_national, "crumbs": [("Alerts", "/")]}
    try:
        context["review"] = asked(request.act, most=MOST)
    except WardroundError as problem:
        context["problem"] = str(problem)
    return render(request, "names/queue.html", context)


@require_POST
def decide(request: Asking) -> HttpResponse:
    """Accept or refuse one of the names that the queue offers for a product of one's own reach, and nothing else."""
    if not _may_decide(request):
        raise PermissionDenied(f"{request.act.who} may not decide names")
    form = Answer(request.POST)
    if not form.is_valid():
        messages.error(request, "That answer is incomplete.")
        return redirect("names")
    said = form.cleaned_data
    to = (said["to_vendor"], said["to_product"])
    try:
        found = asked(request.act, most=MOST, vendor=said["vendor"], product=said["product"]).questions
        if not any((one.vendor, one.product) == to for question in found for one in question.candidates):
            messages.warning(request, GONE)
            return redirect("names")
        decide_name(
            request.act,
            organisations=_recorded_in(request),
            vendor=said["vendor"],
            product=said["product"],
            to=to,
            same=said["same"] == "yes",
            reason=said["reason"],
        )
    except WardroundError as problem:
        messages.error(request, str(problem))
        return redirect("names")
    for organisation in reach(request.access)[0] if said["same"] == "yes" else ():
        arrived(request, organisation)
    what = "is" if said["same"] == "yes" else "is not"
    messages.success(request, f"Kept: {said['product']} {what} {' '.join(filter(None, to))}.")
    return redirect("names")


def _may_decide(request: Asking) -> bool:
    return request.access.writes_national or bool(request.access.writes)


def _recorded_in(request: Asking) -> list[Organisation]:
    """The organisations for which the person acts: the centre for its officers."""
    if request.access.writes_national:
        return list(Organisation.objects.filter(kind=Organisation.Kind.CENTRE))
    return list(Organisation.objects.filter(pk__in=request.access.writes))
