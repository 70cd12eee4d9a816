"""Django's handle on this app."""

from django.apps import AppConfig


class HuntsConfig(AppConfig):
    """The app `hunts`."""

    name = "wardround.hub.hunts"
