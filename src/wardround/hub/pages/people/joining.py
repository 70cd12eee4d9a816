"""Inviting, taking an invitation back, and accepting one."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wardround.core.vocab import WardroundError
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.membership.inviting import accept, invite, offered, revoke
from wardround.hub.membership.leading import may_ask_in, roles_of
from wardround.hub.organisations.models import Invitation
from wardround.hub.organisations.roles import LEADING
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import around, done, led, link_to, own, seen, useless
from wardround.hub.pages.people.forms import AcceptForm, InviteForm
from wardround.hub.pages.posting import UNPROCESSABLE, Form, form_page, settled
from wardround.hub.pages.signin.entering import proceed


@require_http_methods(["GET", "POST"])
def asked_in(request: Asking, code: str) -> HttpResponse:
    """Invite an address to a role: by the lead, or by the centre where nobody leads yet."""
    organisation = seen(request, code)
    first = not request.access.may("people.manage", organisation)
    roles = [role for role in roles_of(organisation) if role in LEADING] if first else roles_of(organisation)
    may_ask_in(request.act, organisation, role=roles[0])
    chosen = {"role": roles[0]} if len(roles) == 1 else None
    form = InviteForm(request.POST if request.method == "POST" else None, roles=roles, initial=chosen)
    return form_page(
        request,
        form,
        do=lambda fields: invite(
            request.act,
            organisation=organisation,
            link=link_to(request, "invitation"),
            **{k: fields[k] for k in ("email", "role", "siro", "clinical_safety_officer")},
        ),
        then=reverse("organisation", args=[organisation.code]),
        said="The invitation is on its way. It works once, for 72 hours.",
        template="site/form.html",
        context=around(organisation, heading="Invite somebody", button="Send the invitation"),
    )


@require_POST
def taken_back(request: Asking, code: str, invitation: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    organisation = led(request, code)
    found = own(request, Invitation, organisation, invitation)
    return done(request, organisation, lambda: revoke(request.act, invitation=found), "The invitation is taken back.")


@sensitive_post_parameters("password", "again")
@login_not_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody opens the link of an invitation: a new person gives name and password, an existing one signs in first."""
    user = request.user if isinstance(request.user, User) else None
    now = clock.now()
    try:
        found = offered(token, at=now)
    except WardroundError as refused:
        if request.method == "POST":
            _try(token, user)
        return useless(request, refused.what)
    known = User.objects.filter(email=found.email).exists()
    form = AcceptForm(request.POST if request.method == "POST" else None) if not (user or known) else Form(request.POST or None)
    context = {"invitation": found, "form": form, "user_here": user, "known": known, "path": request.path}
    if request.method != "POST":
        return render(request, "people/invitation.html", context)
    if user or known:
        problem = _try(token, user)
        if problem:
            return useless(request, problem)
        messages.success(request, f"You belong to {found.organisation.name} now.")
        return redirect("/")
    joined: list[User] = []
    if not settled(form, lambda fields: joined.append(accept(token, at=now, name=fields["name"], password=fields["password"]))):
        return render(request, "people/invitation.html", context, status=UNPROCESSABLE)
    return proceed(request, joined[0], by="invitation")


def _try(token: str, user: User | None) -> str:
    """Accept as whoever is here; what was wrong, or nothing."""
    try:
        accept(token, at=clock.now(), user=user)
    except WardroundError as refused:
        return refused.what
    return ""
