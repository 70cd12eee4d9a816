"""What every page shows around its own content: who, as of when, and how old everything is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse

from wardround.core.alerts import response_policy
from wardround.core.vocab import WardroundError
from wardround.hub import clock
from wardround.hub.advisories.reading import statements
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import LogBatch
from wardround.hub.installation import KINDS, NATIONAL, ONE
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Organisation
from wardround.hub.organisations.roles import PERMISSIONS
from wardround.hub.pages.times import LONDON, span
from wardround.hub.signin.emergency import to_review

PRODUCT = "Wardround"
FEEDS_STALE = timedelta(days=1)
CATALOGUE_STALE = timedelta(days=14)
LOGS_STALE = timedelta(days=1)


@dataclass(frozen=True)
class Age:
    """How old one kind of evidence is: `at` its newest date, None where there is none."""

    name: str
    at: datetime | None
    words: str
    stale: bool


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: who, where to, by which clock, how old everything is, and whether this is a demonstration."""
    act = getattr(request, "act", None)
    now = act.at if act else clock.now()
    demo = settings.INSTALLATION.demo_at
    kind = settings.INSTALLATION.kind
    around = {
        "product": PRODUCT,
        "now": now,
        "kind": KINDS[kind],
        "answers_nationally": kind == NATIONAL,
        "demo_on": demo and f"{now.astimezone(LONDON):%-d %B %Y}",
    }
    if act is None:
        return around
    organisations = list(Organisation.objects.filter(pk__in=act.access.reads))
    return around | {
        "access": act.access,
        "may": _may(act.access),
        "mine": organisations,
        "navigation": navigation(request, act.access, mine=organisations),
        "ages": ages(act.access, now=now),
        "glass": list(to_review()) if act.access.may("glass.review") else [],
    }


def _may(access: Access) -> dict[str, dict[str, bool]]:
    """What they may do anywhere, for templates: `may.alert.issue`."""
    found: dict[str, dict[str, bool]] = {}
    for permission in PERMISSIONS:
        noun, verb = permission.split(".")
        found.setdefault(noun, {})[verb] = access.may(permission)
    return found


def navigation(request: HttpRequest, access: Access, *, mine: Sequence[Organisation] = ()) -> list[dict[str, Any]]:
    """The sections that this person has something to see in."""
    entries = [("Alerts", "board", "/alerts/")] if access.may("alert.read") else []
    if access.may("supplier.read"):
        entries.append(("Bulletins", "supplier-board", "/supplier/"))
    if access.may("alert.draft"):
        entries.append(("Candidates", "candidates", "/alerts/candidates/"))
    if access.may("inside.read"):
        entries.append(("Estate", "estate", "/estate/"))
    if access.may("advisory.read"):
        entries.append(("Advisories", "advisories", "/advisories/"))
        entries.append(("Names", "names", "/names/"))
    if access.national:
        entries.append(("Messages", "outbox", "/outbox/"))
    if access.may("glass.review"):
        entries.append(("Break-glass", "break-glass-uses", "/break-glass/"))
    entries.append(("Organisations" if access.national else "People", "organisations", "/organisations/"))
    entries.append(("Record", "records", "/record/"))
    here = request.path
    found = [
        (name, reverse(route), len(below) if here.startswith(below) or here == reverse(route) else 0)
        for name, route, below in entries
    ]
    nearest = max(length for _, _, length in found)
    return [{"name": name, "href": href, "current": bool(length) and length == nearest} for name, href, length in found]


def ages(access: Access, *, now: datetime) -> list[Age]:
    """Feeds, and for an organisation's people inventory and logs: of several organisations the oldest is told."""
    only_answers = (access.national and settings.INSTALLATION.kind != ONE) or not access.may("inside.read")
    return [_feeds(now), *([] if only_answers else [_inventory(access, now), _logs(access, now)])]


def _age(name: str, at: datetime | None, now: datetime, *, stale_after: timedelta, never: str) -> Age:
    if at is None:
        return Age(name, None, never, True)
    return Age(name, at, span(now - min(at, now)), now - at > stale_after)


def _feeds(now: datetime) -> Age:
    try:
        with statements() as store:
            found = store.ages()
    except WardroundError:
        return Age("feeds", None, "never fetched", True)
    synced = [age.synced_at for feed, age in found.items() if feed in ("cve", "kev") and age.synced_at]
    listed = found["kev"].stated_at
    if synced and listed and now - listed > CATALOGUE_STALE:
        return Age("feeds", min(synced), f"with a KEV catalogue {span(now - listed)}", True)
    return _age("feeds", min(synced, default=None), now, stale_after=FEEDS_STALE, never="never fetched")


def _inventory(access: Access, now: datetime) -> Age:
    rows = Snapshot.objects.within(access).filter(taken_at__lte=now).values("organisation_id").annotate(newest=Max("taken_at"))
    newest = {row["organisation_id"]: row["newest"] for row in rows.order_by()}
    oldest = min(newest.values(), default=None) if access.where("inside.read") <= newest.keys() else None
    stale = timedelta(days=response_policy().fresh_days)
    return _age("inventory", oldest, now, stale_after=stale, never="none imported")


def _logs(access: Access, now: datetime) -> Age:
    rows = LogBatch.objects.within(access).filter(last__lte=now).values("organisation_id").annotate(newest=Max("last"))
    oldest = min((row["newest"] for row in rows.order_by()), default=None)
    return _age("logs", oldest, now, stale_after=LOGS_STALE, never="none uploaded")
