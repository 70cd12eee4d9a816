"""Django's handle on this app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The app `pages`."""

    name = "wardround.hub.pages"
