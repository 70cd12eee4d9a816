"""A signed-in person's request, as `site.middleware.acting` makes it."""

from django.http import HttpRequest

from wardround.hub.accounts.models import User
from wardround.hub.organisations.access import Access, Act


class Asking(HttpRequest):
    """A request that says on whose behalf it is made, how far they reach, what it asks of them, and when."""

    user: User
    access: Access
    asks: str
    act: Act
