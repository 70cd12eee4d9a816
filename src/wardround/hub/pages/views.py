"""Signing in and out."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView

from wardround.hub.accounts.models import User


class SignInForm(AuthenticationForm):
    """E-mail address and password."""

    username = forms.CharField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": "The e-mail address or the password is not right",
        "inactive": "This account is closed",
    }

    def clean_username(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["username"]).strip().lower()


class SignIn(LoginView):
    """The sign-in page; on a first start it says what to do."""

    template_name = "site/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether there is anybody who could sign in."""
        return super().get_context_data(**kwargs) | {"first_start": not User.objects.exists()}

    def form_invalid(self, form: Any) -> Any:
        """The form again, with what was typed."""
        return self.render_to_response(self.get_context_data(form=form), status=422)
