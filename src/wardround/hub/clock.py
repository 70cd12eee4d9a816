"""The hub's clock: injected once, asked everywhere."""

from datetime import datetime

from django.conf import settings

from wardround.connectors.clock import Clock
from wardround.hub.installation import clock_of

_clock: Clock | None = None


def now() -> datetime:
    """The present instant by the hub's clock, UTC."""
    global _clock
    if _clock is None:
        _clock = clock_of(settings.INSTALLATION)
    return _clock.now()


def use(clock: Clock | None) -> None:
    """Set the hub's clock (a replay's or a test's); None goes back to the installation's own."""
    global _clock
    _clock = clock
