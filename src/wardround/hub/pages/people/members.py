"""Another role for a member, the end of a membership, and a role that is lent."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wardround.hub.accounts.models import User
from wardround.hub.membership.leading import roles_of
from wardround.hub.membership.leaving import change_role, leave, remove
from wardround.hub.membership.lending import delegate, end_delegation, lendable, may_stand_in
from wardround.hub.organisations.models import Delegation, Membership
from wardround.hub.organisations.roles import LEADING
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import around, done, led, member, own, seen
from wardround.hub.pages.people.forms import DelegateForm, RoleForm
from wardround.hub.pages.posting import Form, form_page
from wardround.hub.pages.whose import organisation_of


@require_http_methods(["GET", "POST"])
def role(request: Asking, code: str, person: uuid.UUID) -> HttpResponse:
    """Give a member another role."""
    organisation = led(request, code)
    found = member(organisation, person)
    initial = {"role": found.role, "siro": found.siro, "clinical_safety_officer": found.clinical_safety_officer}
    return form_page(
        request,
        RoleForm(request.POST if request.method == "POST" else None, roles=roles_of(organisation), initial=initial),
        do=lambda fields: change_role(request.act, user=found.user, organisation=organisation, **fields),
        then=reverse("organisation", args=[organisation.code]),
        said=f"The role of {found.user.name} is changed.",
        template="site/form.html",
        context=around(organisation, heading=f"The role of {found.user.name}", button="Change the role"),
    )


@require_http_methods(["GET", "POST"])
def removed(request: Asking, code: str, person: uuid.UUID) -> HttpResponse:
    """End somebody's membership: by the lead; by the centre that of a lead."""
    organisation = seen(request, code)
    found = member(organisation, person)
    if not (request.access.may("organisation.manage") and found.role in LEADING):
        organisation = led(request, code)
    lead = [f"{found.user.name} can do nothing for {organisation.name} any more, at once. What they did stays in the record."]
    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        do=lambda fields: remove(request.act, user=found.user, organisation=organisation),
        then=reverse("organisation", args=[organisation.code]),
        said=f"The membership of {found.user.name} has ended.",
        template="site/form.html",
        context=around(organisation, heading=f"End the membership of {found.user.name}", button="End it", grave=True, lead=lead),
    )


@require_http_methods(["GET", "POST"])
def left(request: Asking, code: str) -> HttpResponse:
    """End one's own membership."""
    organisation = organisation_of(request, code)
    user = request.user
    get_object_or_404(Membership, user=user, organisation=organisation, ended_at=None)
    lead = [f"You can do nothing for {organisation.name} any more, at once. To come back you need a new invitation."]
    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        do=lambda fields: leave(request.act, user=user, organisation=organisation),
        then="/",
        said=f"You have left {organisation.name}.",
        template="site/form.html",
        context=around(organisation, heading=f"Leave {organisation.name}", button="Leave", grave=True, lead=lead),
    )


@require_http_methods(["GET", "POST"])
def lent(request: Asking, code: str) -> HttpResponse:
    """Lend a role until a day."""
    organisation = led(request, code)
    people = may_stand_in(request.user, organisation)
    form = DelegateForm(request.POST if request.method == "POST" else None, roles=lendable(organisation), people=people)
    by_id: dict[str, User] = {str(one.public_id): one for one in people}
    return form_page(
        request,
        form,
        do=lambda fields: delegate(
            request.act,
            by=request.user,
            organisation=organisation,
            to=by_id[fields["to"]],
            role=fields["role"],
            until=fields["until"],
        ),
        then=reverse("organisation", args=[organisation.code]),
        said="They stand in from now until that day.",
        template="site/form.html",
        context=around(
            organisation,
            heading="Somebody stands in",
            button="Let them stand in",
            lead=[
                "They hold the role beside what they hold already. The duties of SIRO and clinical safety officer stay with you."
            ],
        ),
    )


@require_POST
def taken_back(request: Asking, code: str, delegation: uuid.UUID) -> HttpResponse:
    """End a delegation before its day."""
    organisation = organisation_of(request, code)
    found = own(request, Delegation, organisation, delegation)
    return done(request, organisation, lambda: end_delegation(request.act, delegation=found), "The delegation has ended.")
