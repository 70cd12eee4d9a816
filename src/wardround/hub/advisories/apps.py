"""Django's handle on this app."""

from django.apps import AppConfig


class AdvisoriesConfig(AppConfig):
    """The app `advisories`."""

    name = "wardround.hub.advisories"
