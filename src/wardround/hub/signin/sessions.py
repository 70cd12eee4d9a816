"""Sessions: begun at sign-in, listed, ended one by one or all, and over by themselves when nobody uses them or after a day's work.

What every request asks (who, since when, with which second factor) stands in the session itself. To end a session is to delete it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from wardround.core.vocab._times import parse_time
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.signin.browsers import KEPT, family, remember
from wardround.hub.signin.models import Device, SignIn
from wardround.hub.signin.notices import tell
from wardround.hub.signin.store import row_key

KEY = "signed_in"
BACKEND = "django.contrib.auth.backends.ModelBackend"
FRESH = timedelta(minutes=10)
"""How long a proof of who one is holds for changing password or factors."""
NOTED_EVERY = timedelta(minutes=1)
AHEAD = timedelta(minutes=5)
"""As far as the clocks of two machines may differ. What lies further ahead was written before a clock was set back."""


@dataclass(frozen=True)
class Entering:
    """How somebody signs in: by what, with which second factor (empty: none), and until when at most."""

    by: str
    factor: str = ""
    until: datetime | None = None


def enter(request: HttpRequest, person: User, how: Entering) -> None:
    """Sign somebody in whose proof was looked at. A new browser is told of, and what somebody else left in the session is gone."""
    request.entering = how  # type: ignore[attr-defined]
    request.session.flush()
    login(request, person, backend=BACKEND)
    if remember(request, person, at=clock.now()):
        tell(person, "new_device", browser=family(request), by=how.by)


def begun(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody has been signed in: list the session, and write into it what every request asks for."""
    how: Entering = getattr(request, "entering", Entering("unknown"))
    now, key = clock.now(), row_key(request.session.session_key)
    SignIn.objects.filter(session_key=key).delete()  # the same person once more, in the same session
    row = SignIn.objects.create(
        user=user,
        session_key=key,
        by=how.by,
        factor=how.factor,
        browser=family(request),
        started_at=now,
        seen_at=now,
    )
    stamps = {"started": now, "seen": now, "proved": now, "until": how.until}
    request.session[KEY] = {name: at and at.isoformat() for name, at in stamps.items()} | {
        "id": str(row.public_id),
        "factor": how.factor,
    }


def left(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Somebody signs out: their session is listed no more."""
    SignIn.objects.filter(session_key=row_key(request.session.session_key)).delete()


def noted(request: HttpRequest) -> dict[str, Any]:
    """What the session holds about its sign-in; empty where nobody is signed in."""
    held = request.session.get(KEY)
    return held if isinstance(held, dict) else {}


def _at(request: HttpRequest, name: str) -> datetime | None:
    text = noted(request).get(name)
    return parse_time(text) if text else None


def over(request: HttpRequest, *, now: datetime) -> bool:
    """Whether a signed-in session has run out: idle, too long, past its own end, or from before sessions were listed.

    A clock that was set back makes none longer: a session that was begun or used in what is the future now is over.
    """
    started, seen, until = _at(request, "started"), _at(request, "seen"), _at(request, "until")
    if started is None or seen is None:
        return True
    if max(started, seen) > now + AHEAD:
        return True
    return bool(now - seen > settings.SESSION_IDLE or now - started > settings.SESSION_LONGEST or (until and now >= until))


def note_use(request: HttpRequest, *, now: datetime) -> None:
    """Keep that the session was used, at most once a minute."""
    seen = _at(request, "seen")
    if seen is None or now - seen >= NOTED_EVERY:
        request.session[KEY] = noted(request) | {"seen": now.isoformat()}
        SignIn.objects.filter(public_id=noted(request)["id"]).update(seen_at=now)


def end(request: HttpRequest) -> None:
    """End this session."""
    logout(request)


def fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the person proved lately who they are, as changing a password or a factor asks."""
    proved = _at(request, "proved")
    return proved is not None and -AHEAD <= now - proved <= FRESH


def proved(request: HttpRequest, *, factor: str = "") -> None:
    """The person has proved again who they are; a factor that was set up or used just now counts for the session.

    The session gets a new key (ASVS 7.2.4): who had seen the one before has nothing of it.
    """
    held = noted(request)
    request.session.cycle_key()
    renewed(request)
    request.session[KEY] = held | {"proved": clock.now().isoformat(), "factor": factor or held.get("factor", "")}
    if factor:
        SignIn.objects.filter(public_id=held["id"]).update(factor=factor)


def renewed(request: HttpRequest) -> None:
    """The session has got a new key (after a change of password, or another proof): it is listed under that one."""
    SignIn.objects.filter(public_id=noted(request)["id"]).update(session_key=row_key(request.session.session_key))


def listed(person: User, *, now: datetime) -> list[SignIn]:
    """The person's live sessions, the last used first."""
    rows = SignIn.objects.filter(
        user=person, seen_at__gte=now - settings.SESSION_IDLE, started_at__gte=now - settings.SESSION_LONGEST
    )
    live = set(Session.objects.filter(session_key__in=rows.values("session_key")).values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in live]


@transaction.atomic
def end_others(person: User, *, but: HttpRequest | None = None, only: str | None = None) -> int:
    """End the person's sessions: all, all but this request's, or only one by its public id. Returns how many were ended."""
    rows = SignIn.objects.filter(user=person)
    if but is not None:
        rows = rows.exclude(public_id=noted(but)["id"])
    if only is not None:
        rows = rows.filter(public_id=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def tidy(*, now: datetime) -> None:
    """Forget sessions that ran out, and browsers that nobody has used for as long as they are remembered."""
    over = SignIn.objects.filter(started_at__lt=now - settings.SESSION_LONGEST)
    Session.objects.filter(session_key__in=over.values("session_key")).delete()  # none lives on that nobody sees
    over.delete()
    Device.objects.filter(seen_at__lt=now - KEPT).delete()
