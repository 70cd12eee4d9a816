"""Django's handle on this app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """The app `incidents`."""

    name = "wardround.hub.incidents"
