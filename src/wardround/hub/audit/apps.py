"""Django's handle on this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The app `audit`."""

    name = "wardround.hub.audit"
