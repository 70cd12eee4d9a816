"""Django's handle on this app."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """The app `retention`."""

    name = "wardround.hub.retention"
