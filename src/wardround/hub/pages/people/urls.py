"""Addresses of organisations and their people."""

from django.urls import path

from wardround.hub.pages.people import joining, listing, members, resetting, showing, telling

OF = "organisations/<slug:code>/"
urlpatterns = [
    path("organisations/", showing.organisations, name="organisations"),
    path("organisations/import/", listing.directory, name="organisations-import"),
    path(OF, showing.organisation, name="organisation"),
    path(OF + "invite/", joining.asked_in, name="organisation-invite"),
    path(OF + "invitations/<uuid:invitation>/revoke/", joining.taken_back, name="invitation-revoke"),
    path(OF + "people/<uuid:person>/role/", members.role, name="member-role"),
    path(OF + "people/<uuid:person>/sign-in/", resetting.reset_of, name="sign-in-reset"),
    path(OF + "people/<uuid:person>/remove/", members.removed, name="member-remove"),
    path(OF + "leave/", members.left, name="organisation-leave"),
    path(OF + "delegate/", members.lent, name="organisation-delegate"),
    path(OF + "delegations/<uuid:delegation>/end/", members.taken_back, name="delegation-end"),
    path(OF + "contacts/add/", telling.contact_added, name="contact-add"),
    path(OF + "contacts/<uuid:contact>/send/", telling.link_sent, name="contact-send"),
    path(OF + "contacts/<uuid:contact>/remove/", telling.contact_removed, name="contact-remove"),
    path(OF + "posts/<slug:post>/", telling.post_filled, name="organisation-post"),
    path(OF + "mailbox/", telling.mailbox, name="organisation-mailbox"),
    path(OF + "agreement/", telling.agreement, name="organisation-agreement"),
    path(OF + "agreements/<uuid:agreement>/end/", telling.agreement_ended, name="agreement-end"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("contact/<str:token>/", telling.contact_verified, name="contact-verify"),
]
