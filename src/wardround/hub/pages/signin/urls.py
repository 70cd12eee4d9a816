"""Addresses of signing in and of one's own account."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from wardround.hub.pages.signin import account, anew, elsewhere, emergency, entering
from wardround.hub.signin.middleware import before_second_factor

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign-in"),
    path("sign-in/second-step/", entering.second_step, name="second-step"),
    path("sign-in/passkey/", entering.passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/passkey/options/", entering.passkey_options, name="passkey-options"),
    path("sign-in/oidc/", elsewhere.there, name="oidc"),
    path("sign-in/oidc/back/", elsewhere.back, name="oidc-back"),
    path("sign-out/", before_second_factor(LogoutView.as_view()), name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/set-up/", account.set_up, name="set-up"),
    path("account/again/", account.again, name="again"),
    path("account/again/passkey/", account.again_by_passkey, name="again-passkey"),
    path("account/app/", account.add_app, name="add-app"),
    path("account/passkey/", account.add_passkey, name="add-passkey"),
    path("account/passkey/options/", account.passkey_to_make, name="add-passkey-options"),
    path("account/factors/<int:number>/remove/", account.remove_factor, name="remove-factor"),
    path("account/codes/", account.new_codes, name="new-codes"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/<uuid:session>/end/", account.end_session, name="end-session"),
    path("account/sessions/end/", account.end_sessions, name="end-sessions"),
    path("sign-in/anew/<uuid:person>/<str:token>/", anew.anew, name="sign-in-anew"),
    path("break-glass/", emergency.break_glass, name="break-glass"),
    path("break-glass/uses/", emergency.uses, name="break-glass-uses"),
    path("break-glass/uses/<uuid:use>/review/", emergency.review, name="break-glass-review"),
    path("break-glass/uses/<uuid:use>/end/", emergency.end, name="break-glass-end"),
]
