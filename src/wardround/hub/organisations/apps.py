"""Django's handle on this app."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """The app `organisations`."""

    name = "wardround.hub.organisations"
