"""What a page shows of an estate without anybody waiting: a small one is counted at once, a large one by the worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from wardround.hub.estate.knowing import Known, counted, kept, state_of
from wardround.hub.estate.services import newest, snapshots
from wardround.hub.estate.tasks import count_estate
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Organisation

AT_ONCE = 500
ASK_AGAIN = timedelta(minutes=15)
_asked: dict[str, tuple[str, datetime]] = {}


@dataclass(frozen=True)
class Standing:
    """What is known of an estate as far as it was counted; `counting` is True while the worker counts it anew."""

    known: Known | None
    counting: bool


def standing(access: Access, organisation: Organisation, *, at: datetime) -> Standing:
    """What a page shows without anybody waiting: a small estate is counted at once, a large one by the worker.

    Raises BadInput where no feed was synced.
    """
    rows = list(newest(snapshots(access, organisation, until=at)).values())
    state = state_of(rows, at)
    if sum(row.installs for row in rows) <= AT_ONCE:
        return Standing(counted(access, organisation, at=at), False)
    of, known = kept(organisation)
    if of != state:
        _ask(organisation, state=state, at=at)
    return Standing(known, of != state)


def _ask(organisation: Organisation, *, state: str, at: datetime) -> None:
    """Have the worker count it, once for each state; again where nothing came of it in a quarter of an hour."""
    name = f"counting:{settings.HOME.path}:{organisation.code}"
    asked, since = _asked.get(name, ("", at))
    if asked != state or at - since > ASK_AGAIN:
        _asked[name] = state, at
        count_estate.enqueue(organisation.code)
