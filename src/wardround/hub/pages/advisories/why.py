"""Why this verdict: one asset and one advisory, every step in the order in which it decided, as of now or of a day."""

from datetime import date, datetime

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from wardround.core.advisories import Advisory
from wardround.core.vocab import Install, end_of_day
from wardround.hub.advisories.reading import overrides
from wardround.hub.estate.services import installs_of, known_then
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.advisories.proposed import proposed
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.whose import organisation_of
from wardround.lake.knowledge import Why, knowledge

WORST_FIRST = ("affected", "not_evaluable", "unknown", "not_affected")


@require_safe
def why(request: Asking, cve: str, code: str) -> HttpResponse:
    """The installs of one asset that the advisory names; where it names none, what it speaks of instead."""
    organisation = organisation_of(request, code)
    asset, day = request.GET.get("asset", "")[:500], _day(request.GET.get("on", ""))
    at = min(request.act.at, end_of_day(day)) if day else request.act.at
    if not asset:
        return redirect("advisory", cve)
    advisory, answers = answers_on(request, organisation, cve, asset=asset, at=at)
    context = {
        "advisory": advisory,
        "claims": list(dict.fromkeys(claim for answer in answers for claim in answer.claims)),
        "of_product": True,
        "organisation": organisation,
        "asset": next((one.install.hostname for one in answers if one.install.hostname), asset),
        "asked": asset,
        "answers": answers,
        "proposed": proposed(request.access, cve),
        "may_write": request.access.may("override.propose", organisation),
        "at": at,
        "day": day,
        "later": bool(day) and advisory.updated > at,
        "crumbs": [("Alerts", "/"), ("Advisories", "/advisories/"), (advisory.cve, f"/advisories/{advisory.cve}/")],
    }
    return render(request, "advisories/why.html", context)


def answers_on(request: Asking, organisation: Organisation, cve: str, *, asset: str, at: datetime) -> tuple[Advisory, list[Why]]:
    """A record and the answers on what it names of an asset, worst first. Raises Http404 where either is not here."""
    installs = _installs(request, organisation, asset, at=at)
    if not installs:
        raise Http404
    with knowledge(settings.HOME, at=at, overrides=overrides()) as known:
        advisory = next(iter(known.records([cve])), None)
        if advisory is None:
            raise Http404
        answers = sorted((known.why(advisory, i) for i in installs), key=lambda w: WORST_FIRST.index(w.answer.verdict))
    return advisory, _named(answers)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def _installs(request: Asking, organisation: Organisation, asset: str, *, at: datetime) -> list[Install]:
    """The asset's installs in the newest snapshots that were here at that time."""
    rows = known_then(request.access, organisation, at=at)
    return [install for row in rows for install in installs_of(row) if install.asset_id == asset]


def _named(answers: list[Why]) -> list[Why]:
    """What the record names; of an asset on which it names nothing, the first, which says so."""
    return [answer for answer in answers if answer.named] or answers[:1]
