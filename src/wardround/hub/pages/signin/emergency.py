"""Break-glass: the way in, who is in by it, and the review afterwards."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wardround.hub.audit.models import Entry
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import UNPROCESSABLE, form_page, settled
from wardround.hub.pages.signin.forms import BreakGlassForm, ReviewForm
from wardround.hub.signin import emergency
from wardround.hub.signin.models import EmergencyCode

CRUMBS = [("Alerts", "/"), ("Break-glass", "/break-glass/uses/")]


@login_not_required
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Come in by a sealed code, with name and reason."""
    form = BreakGlassForm(request.POST if request.method == "POST" else None)

    def use(typed: dict[str, Any]) -> None:
        emergency.use(request, code=typed["code"], name=typed["name"], reason=typed["reason"])

    if request.method == "POST" and settled(form, use):
        return redirect("/")
    context = {"form": form, "hours": emergency.LASTS.seconds // 3600}
    return render(request, "signin/break_glass.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


@require_safe
def uses(request: Asking) -> HttpResponse:
    """Every use, those that wait for a review first, and how many codes are left."""
    emergency.run_out()
    rows = EmergencyCode.objects.exclude(used_at=None).order_by("-used_at")
    left = EmergencyCode.objects.filter(used_at=None, revoked_at=None).count()
    return render(request, "signin/uses.html", {"uses": rows, "left": left, "crumbs": CRUMBS[:1]})


@require_http_methods(["GET", "POST"])
def review(request: Asking, use: uuid.UUID) -> HttpResponse:
    """What was done, and saying that it was looked at."""
    row = get_object_or_404(EmergencyCode.objects.exclude(used_at=None), public_id=use)
    done = Entry.objects.within(request.access).filter(who=str(row.user)).select_related("organisation").order_by("at", "pk")
    return form_page(
        request,
        ReviewForm(request.POST if request.method == "POST" else None),
        do=lambda typed: emergency.review(request.act, row=row, note=typed["note"]),
        then=reverse("break-glass-uses"),
        said=f"The use of code {row.number} is reviewed.",
        template="signin/review.html",
        context={
            "use": row,
            "done": done,
            "heading": f"Break-glass code {row.number}",
            "button": "I have reviewed it",
            "crumbs": CRUMBS,
        },
    )


@require_POST
def end(request: Asking, use: uuid.UUID) -> HttpResponse:
    """End a use before its time."""
    row = get_object_or_404(EmergencyCode.objects.exclude(used_at=None), public_id=use)
    own = row.user_id == request.user.pk
    emergency.end(request.act, row=row)
    if own:
        return redirect("sign-in")
    messages.success(request, f"The use of code {row.number} has ended.")
    return redirect("break-glass-uses")
