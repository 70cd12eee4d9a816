"""A hub with one person who has a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wardround.lake.home import Home

if TYPE_CHECKING:
    from wardround.hub.accounts.models import User


@pytest.fixture
def person(hub: Home, settings: Any) -> User:
    """Somebody of an organisation, on 20 May. Passwords are hashed quickly: it is no secret here."""
    from ..builders import a_clock, a_person, an_organisation, at
    from .people import with_password

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    a_clock(at(20, 9))
    return with_password(a_person(an_organisation()))
