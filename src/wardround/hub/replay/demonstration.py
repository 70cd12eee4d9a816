"""The demonstration: the replay, stopped on a day that is interesting to look at."""

import secrets

from django.contrib.auth.hashers import make_password
from django.db import transaction

from wardround.connectors.notify import FolderMailer
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Alert
from wardround.hub.installation import Installation
from wardround.hub.outbox.services import deliver
from wardround.hub.replay.play import play
from wardround.hub.replay.scenario import load as scenario
from wardround.hub.replay.supplier import PSIRT, a_supplier
from wardround.lake.home import Home

OFFICER = "duty.officer@centre.example"
SIGN_INS = (
    ("national centre", OFFICER),
    ("organisation EX03", "security@coldbrook.example"),
    ("its SIRO", "siro@coldbrook.example"),
    ("its clinical safety officer", "safety@coldbrook.example"),
    ("its board, read only", "board@coldbrook.example"),
    ("organisation EX04", "security@dunmore.example"),
    ("a supplier", PSIRT),
)


def load(home: Home, *, name: str = "epmm") -> None:
    """Fill an empty home, freeze its clock, and write down how to sign in.

    The password is made here, for this home alone. Whoever interrupts it leaves an empty hub, which can be loaded again.
    """
    with transaction.atomic():
        _load(home, name=name)


def _load(home: Home, *, name: str) -> None:
    chosen = scenario(name)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    hashed = make_password(password)
    play(chosen, until=chosen.frozen, password=hashed)
    alert = Alert.objects.first()
    if alert:
        a_supplier(alert, officer=User.objects.get(email=OFFICER), password=hashed, at=chosen.frozen)
        deliver(FolderMailer(home.path / "outgoing-mail"), at=chosen.frozen)
    installation = Installation.read(home).frozen(chosen.frozen)
    installation.write(home)
    _use(installation)
    lines = [f"Demonstration of fictitious organisations, {chosen.frozen:%d %B %Y}. Every sign-in has the password {password}"]
    lines += [f"  {email:34} {who}" for who, email in SIGN_INS]
    notes = home.path / "demonstration-sign-ins.txt"
    notes.touch(mode=0o600)
    notes.write_text("\n".join(lines) + "\n")


def _use(installation: Installation) -> None:
    """The process that loaded it goes on by the demonstration's clock."""
    from django.conf import settings

    from wardround.hub import clock

    settings.INSTALLATION = installation
    clock.use(None)
