"""Django's handle on this app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """The app `alerts`."""

    name = "wardround.hub.alerts"
