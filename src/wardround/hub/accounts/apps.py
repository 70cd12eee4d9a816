"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app `accounts`."""

    name = "wardround.hub.accounts"
