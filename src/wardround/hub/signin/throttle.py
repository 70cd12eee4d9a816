"""Waits that grow with wrong guesses. They stand in the database, so that every web process knows them.

Nobody waits because of what strangers type for an address: the guesses of one source at one address count together, those of one
source at all addresses count together, and a browser that its owner has signed in from before counts for itself.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from wardround.core.vocab import BadInput
from wardround.hub.signin.models import Wait

FIRST, LONGEST, FORGET = timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1)
AT_AN_ADDRESS, FROM_A_SOURCE = 5, 50
"""How many wrong guesses cost no wait."""


class MustWait(BadInput):
    """Too many wrong guesses; `left` is how long to wait."""

    def __init__(self, left: timedelta) -> None:
        minutes = -(-int(left.total_seconds()) // 60)
        super().__init__(
            "There were too many wrong attempts from here",
            do=f"wait {minutes} minute{'s' if minutes != 1 else ''}, or sign in with a passkey",
        )
        self.left = left


@dataclass(frozen=True, slots=True)
class Guess:
    """What is counted together, and how many of it cost no wait. `who` is kept as a keyed hash only."""

    who: str
    free: int

    @property
    def key(self) -> str:
        """The row that counts it."""
        return hmac.new(settings.SECRET_KEY.encode(), f"signin.wait {self.who}".encode(), "sha256").hexdigest()


def at_address(address: str, *, source: str, device: str = "") -> list[Guess]:
    """What a guess at somebody's password counts for. `device` is the browser's number where its owner was here before."""
    if device:
        return [Guess(f"device {device}", AT_AN_ADDRESS)]
    every = [Guess(f"source {source}", FROM_A_SOURCE)] if source else []
    return [Guess(f"address {address.casefold()} from {source}", AT_AN_ADDRESS), *every]


def begin(guesses: Sequence[Guess], *, at: datetime) -> bool:
    """Count a guess before it is looked at, so that many at once count too. True where it is the first that brings a wait.

    Raises MustWait where a wait runs.
    """
    Wait.objects.filter(last_at__lt=at - timedelta(days=1)).delete()
    with transaction.atomic():
        rows = [(guess, _row(guess, at)) for guess in sorted(guesses, key=lambda guess: guess.key)]
        left = max((_left(row, at) for _, row in rows), default=timedelta())
        if left > timedelta():
            raise MustWait(left)
        begins = False
        for guess, row in rows:
            row.failures = (0 if at - row.last_at > FORGET else row.failures) + 1
            over = row.failures - guess.free
            row.until = at + min(FIRST * 2 ** min(over, 10), LONGEST) if over >= 0 else None
            row.last_at = at
            row.save()
            begins |= over == 0
    return begins


def right(guesses: Sequence[Guess]) -> None:
    """It was no wrong guess: what is counted for one address begins anew, what is counted for a source counts one less."""
    first, *others = guesses
    Wait.objects.filter(key=first.key).delete()
    Wait.objects.filter(key__in=[guess.key for guess in others], failures__gt=0).update(failures=F("failures") - 1, until=None)


def _row(guess: Guess, at: datetime) -> Wait:
    """The row, locked; made where there is none, also when another process makes it at the same moment."""
    locked = Wait.objects.select_for_update().filter(key=guess.key)
    found = locked.first()
    if found is None:
        try:
            with transaction.atomic():
                return Wait.objects.create(key=guess.key, last_at=at)
        except IntegrityError:
            found = locked.get()
    return found


def _left(row: Wait, at: datetime) -> timedelta:
    """How long the wait still runs; a clock that was set back makes none longer."""
    return min(row.until - at, LONGEST) if row.until and row.until > at else timedelta()
