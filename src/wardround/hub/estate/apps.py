"""Django's handle on this app."""

from django.apps import AppConfig


class EstateConfig(AppConfig):
    """The app `estate`."""

    name = "wardround.hub.estate"
