"""Django's handle on this app."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """The app `workers`."""

    name = "wardround.hub.workers"
