"""Django's handle on this app."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The app `site`."""

    name = "wardround.hub.site"
