"""Who is told of alerts, who holds the posts, and what the parent may see."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wardround.core.vocab import WardroundError
from wardround.hub import clock
from wardround.hub.membership.contacts import add_contact, asked, remove_contact, send_link, verify
from wardround.hub.membership.naming import agree, end_agreement, name_person, set_mailbox
from wardround.hub.organisations.models import Agreement, Contact, NamedPerson
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.people.finding import around, done, led, link_to, own, seen, useless
from wardround.hub.pages.people.forms import AgreementForm, ContactForm, MailboxForm, NamedForm
from wardround.hub.pages.posting import form_page


@require_http_methods(["GET", "POST"])
def contact_added(request: Asking, code: str) -> HttpResponse:
    """Add an address without a sign-in."""
    organisation = led(request, code)
    return form_page(
        request,
        ContactForm(request.POST if request.method == "POST" else None),
        do=lambda fields: add_contact(request.act, organisation=organisation, link=link_to(request, "contact-verify"), **fields),
        then=reverse("organisation", args=[organisation.code]),
        said="A letter is on its way. Alerts go there once somebody has opened its link.",
        template="site/form.html",
        context=around(organisation, heading="Another address for alerts", button="Add it and send the link"),
    )


@require_POST
def link_sent(request: Asking, code: str, contact: uuid.UUID) -> HttpResponse:
    """Send the link of an address again."""
    organisation = led(request, code)
    found = own(request, Contact, organisation, contact)
    return done(
        request,
        organisation,
        lambda: send_link(request.act, contact=found, link=link_to(request, "contact-verify")),
        "A new link is on its way. The one before works no more.",
    )


@require_POST
def contact_removed(request: Asking, code: str, contact: uuid.UUID) -> HttpResponse:
    """Take an address away."""
    organisation = led(request, code)
    found = own(request, Contact, organisation, contact)
    return done(request, organisation, lambda: remove_contact(request.act, contact=found), "No alert goes there any more.")


@login_not_required
@require_http_methods(["GET", "POST"])
def contact_verified(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds an address opens the link mailed to it; only a press of the button verifies it."""
    try:
        found = verify(token, at=clock.now()) if request.method == "POST" else asked(token)
    except WardroundError as refused:
        return useless(request, refused.what)
    return render(request, "people/contact.html", {"contact": found, "verified": found.verified_at is not None})


@require_http_methods(["GET", "POST"])
def post_filled(request: Asking, code: str, post: str) -> HttpResponse:
    """Say who is the security lead, or the named executive."""
    organisation = led(request, code)
    words = dict(NamedPerson.Post.choices)
    if post not in words:
        raise Http404
    before = NamedPerson.objects.within(request.access).filter(organisation=organisation, post=post, ended_at=None).first()
    return form_page(
        request,
        NamedForm(
            request.POST if request.method == "POST" else None,
            initial={"name": before.name, "email": before.email} if before else None,
        ),
        do=lambda fields: name_person(request.act, organisation=organisation, post=post, **fields),
        then=reverse("organisation", args=[organisation.code]),
        said=f"The {words[post]} is named.",
        template="site/form.html",
        context=around(organisation, heading=f"Who is the {words[post]}?", button="Name them"),
    )


@require_http_methods(["GET", "POST"])
def mailbox(request: Asking, code: str) -> HttpResponse:
    """The address that alerts always go to: its lead says it, and the centre while there is none."""
    organisation = seen(request, code)
    if organisation.mailbox or not request.access.may("organisation.manage"):
        organisation = led(request, code)
    return form_page(
        request,
        MailboxForm(request.POST if request.method == "POST" else None, initial={"mailbox": organisation.mailbox}),
        do=lambda fields: set_mailbox(request.act, organisation=organisation, mailbox=fields["mailbox"]),
        then=reverse("organisation", args=[organisation.code]),
        said="Alerts go there from now on.",
        template="site/form.html",
        context=around(organisation, heading="Mailbox for alerts", button="Keep it"),
    )


@require_http_methods(["GET", "POST"])
def agreement(request: Asking, code: str) -> HttpResponse:
    """Let the parent see answers, counts, dates and coverage until a day."""
    organisation = led(request, code)
    if organisation.parent is None:
        raise Http404
    parent = organisation.parent.name
    lead = [
        f"{parent} sees your answers, counts, dates and coverage, as the centre does: no hostname, account, log or detection.",
        "You can end it at any time. Giving it and ending it stand in the record.",
    ]
    return form_page(
        request,
        AgreementForm(request.POST if request.method == "POST" else None),
        do=lambda fields: agree(request.act, organisation=organisation, until=fields["until"]),
        then=reverse("organisation", args=[organisation.code]),
        said=f"{parent} sees your answers until that day.",
        template="site/form.html",
        context=around(organisation, heading=f"Let {parent} see your answers", button="Agree", lead=lead),
    )


@require_POST
def agreement_ended(request: Asking, code: str, agreement: uuid.UUID) -> HttpResponse:
    """Take it back."""
    organisation = led(request, code)
    found = own(request, Agreement, organisation, agreement)
    return done(request, organisation, lambda: end_agreement(request.act, agreement=found), "They see your answers no more.")
