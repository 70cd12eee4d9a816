"""Django's handle on this app."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """The app `signin`."""

    name = "wardround.hub.signin"

    def ready(self) -> None:
        """Whoever is signed in, by whichever way, has a row that lists it."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from wardround.hub.signin import sessions

        user_logged_in.connect(sessions.begun, dispatch_uid="signin")
        user_logged_out.connect(sessions.left, dispatch_uid="signin")
