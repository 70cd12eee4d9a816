"""How tests sign people in: `client.force_login(person)` makes a session with a second factor, as a whole sign-in does."""

from typing import Any

from django.test import Client

_plain = Client.force_login


def with_password_alone(client: Client, person: Any) -> None:
    """A session of somebody who has shown a password and nothing else."""
    _plain(client, person)


def _with_second_factor(client: Client, user: Any, backend: str | None = None) -> None:
    _plain(client, user, backend)
    session = client.session
    session["signed_in"] = session["signed_in"] | {"factor": "test"}
    session.save()


def everywhere() -> None:
    """From here on, `force_login` of every test makes a session with a second factor."""
    Client.force_login = _with_second_factor  # type: ignore[method-assign]
