"""Django's handle on this app."""

from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    """The app `suppliers`."""

    name = "wardround.hub.suppliers"
