"""Django's handle on this app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The app `outbox`."""

    name = "wardround.hub.outbox"
