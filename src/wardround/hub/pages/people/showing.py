"""The list of organisations at the centre, and an organisation's own page."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wardround.hub.membership.leading import leads_of
from wardround.hub.membership.naming import missing
from wardround.hub.organisations.models import Agreement, Contact, Delegation, Invitation, Membership, NamedPerson, Organisation
from wardround.hub.organisations.roles import LEADING
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import seen
from wardround.hub.pages.whose import own_organisations

PAGE = 100
SHOWN = {
    "needs": "somebody is missing",
    "open": "all that are open",
    "closed": "closed",
}
# What is missing -> what to do about it, in words, and the route and what its address takes beside the code.
STEPS: dict[str, tuple[str, str, str]] = {
    "lead": ("Invite a lead: nobody answers for its people yet", "organisation-invite", ""),
    "mailbox": ("Say which mailbox alerts go to: until then none is sent there", "organisation-mailbox", ""),
    "security_lead": ("Name the security lead", "organisation-post", "security_lead"),
    "executive": ("Name the executive who answers for cyber security", "organisation-post", "executive"),
}


@require_safe
def organisations(request: Asking) -> HttpResponse:
    """At the centre every organisation, those first in which somebody is missing; for others their own."""
    if not request.access.national:
        found = own_organisations(request)
        if len(found) == 1:
            return redirect("organisation", found[0].code)
        return render(request, "people/own.html", {"organisations": found, "crumbs": [("Alerts", "/")]})
    rows = _with_what_is_missing(request)
    counts = rows.aggregate(
        needs=Count("pk", filter=_needs(), distinct=True),
        open=Count("pk", filter=Q(closed_on=None), distinct=True),
        closed=Count("pk", filter=Q(closed_on__isnull=False), distinct=True),
    )
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "needs" if counts["needs"] else "open"
    which = {"needs": _needs(), "open": Q(closed_on=None), "closed": Q(closed_on__isnull=False)}[show]
    context = {
        "counts": [(name, words, counts[name]) for name, words in SHOWN.items()],
        "show": show,
        "listed": Paginator(rows.filter(which).select_related("parent"), PAGE).get_page(request.GET.get("page")),
        "query": f"show={show}&",
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "people/organisations.html", context)


def _with_what_is_missing(request: Asking) -> Any:
    leads = Membership.objects.filter(organisation=OuterRef("pk"), role__in=LEADING, ended_at=None, user__is_active=True)
    named = NamedPerson.objects.within(request.access).filter(organisation=OuterRef("pk"), ended_at=None)
    return Organisation.objects.annotate(
        led=Exists(leads),
        has_security_lead=Exists(named.filter(post=NamedPerson.Post.SECURITY_LEAD)),
        has_executive=Exists(named.filter(post=NamedPerson.Post.EXECUTIVE)),
    )


def _needs() -> Q:
    return Q(closed_on=None) & (Q(led=False) | Q(mailbox="") | Q(has_security_lead=False) | Q(has_executive=False))


@require_safe
def organisation(request: Asking, code: str) -> HttpResponse:
    """For its own people everything; for the centre who leads it, whom to ring, and what is missing."""
    found = seen(request, code)
    inside = found.pk in request.access.reads
    lacks = [] if found.closed_on else missing(found)
    context = {
        "organisation": found,
        "leading": request.access.may("people.manage", found),
        "inside": inside,
        "todo": [(words, _step(route, found.code, more)) for words, route, more in (STEPS[one] for one in lacks)],
        "keeps_contacts": request.access.may("contacts.manage", found),
        "named": NamedPerson.objects.within(request.access).filter(organisation=found, ended_at=None).order_by("-post"),
        "posts": NamedPerson.Post.choices,
        "children": found.children.filter(closed_on=None)[:PAGE],
        "crumbs": [("Alerts", "/"), ("Organisations", reverse("organisations"))],
    }
    context |= _inside(request, found) if inside else {"leads": leads_of(found), "first_lead": "lead" in lacks}
    return render(request, "people/organisation.html", context)


def _step(route: str, code: str, more: str) -> str:
    return reverse(route, args=[code, more] if more else [code])


def _inside(request: Asking, found: Organisation) -> dict[str, Any]:
    now, access = request.act.at, request.access
    people = Membership.objects.filter(organisation=found).select_related("user").order_by("user__name", "pk")

    def rows(model: Any) -> Any:
        return model.objects.within(access).filter(organisation=found)

    return {
        "people": people.filter(ended_at=None),
        "former": people.exclude(ended_at=None).order_by("-ended_at")[:PAGE],
        "lent": rows(Delegation).filter(ended_at=None, until__gt=now).select_related("to", "membership__user").order_by("until"),
        "waiting": rows(Invitation).filter(accepted_at=None, revoked_at=None, expires_at__gt=now).order_by("expires_at"),
        "expired": rows(Invitation).filter(accepted_at=None, revoked_at=None, expires_at__lte=now).order_by("-expires_at")[:10],
        "contacts": rows(Contact).filter(removed_at=None).order_by("name", "pk"),
        "agreements": rows(Agreement).filter(ended_at=None, until__gt=now).select_related("parent"),
    }
