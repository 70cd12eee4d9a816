"""Django's handle on this app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app `jobs`."""

    name = "wardround.hub.jobs"
