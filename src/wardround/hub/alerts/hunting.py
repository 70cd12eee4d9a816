"""A hunt for one response: which of its assets, from when until when, by which pack; and again, when logs or rules are new."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from wardround.core.alerts import proven_fix
from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.alerts.assess import assess, cases_of, question
from wardround.hub.alerts.facts import issued, standing
from wardround.hub.alerts.models import PutOffHunt, Response
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.hunts.services import HostToHunt, run_hunt
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.services import announce

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 60, 3_600  # seconds


def hunt(act: Act, *, response: Response, why: str = "") -> Hunt:
    """Hunt the logs of every asset that stood open, with the pack that the bulletin names. `why`: what made it run by itself.

    Raises BadInput when the bulletin names no pack, nobody knows since when it was exploited, or there are no logs.
    """
    revision = issued(response.alert)[-1]
    if not revision.pack:
        raise BadInput("the bulletin names no hunt pack", where="hunt", do="ask the national centre")
    latest = assess(act, response=response, asked=question(revision, at=act.at))
    if latest.exploited_since is None:
        raise BadInput("nobody knows since when it was exploited", where="hunt", do="the bulletin must state it")
    names = {c["asset"]: c["hostname"] for c in latest.cases}
    hosts = [
        HostToHunt(case.asset_id, names[case.asset_id], proven_fix(case))
        for case in cases_of(latest)
        if any(s.verdict.open for s in case.sightings)
    ]
    return run_hunt(
        act,
        organisation=response.organisation,
        response=response.public_id,
        pack=revision.pack,
        first_exploited=latest.exploited_since,
        hosts=hosts,
        why=why,
    )


def behind(*, at: datetime, organisation: Organisation | None = None) -> Iterator[tuple[Response, str]]:
    """The responses that were hunted before and whose newest hunt does not know today's rules or logs, with what is new."""
    hunted = Hunt.unscoped.values_list("response", flat=True).distinct()
    rows = Response.unscoped.filter(public_id__in=hunted, alert__withdrawn_at=None).select_related("organisation", "alert")
    for response in rows.filter(organisation=organisation) if organisation else rows:
        facts, _ = standing(response, at=at)
        last = max(facts.hunts, key=lambda h: h.at, default=None)
        if last is None or not facts.pack:
            continue
        new = [*(["new rules"] if last.pack != facts.pack else []), *(["a new log"] if not facts.logs <= last.logs else [])]
        if new:
            yield response, " and ".join(new)


def hunt_what_is_new(*, at: datetime, organisation: Organisation | None = None) -> int:
    """Hunt again where rules or logs are new, over these alone, and tell people of traces. Returns how many hunts ran.

    Doing it twice changes nothing. A response that cannot be hunted holds up no other: it stays open, with its reason, and is
    tried again after a minute, two, four, at last every hour.
    """
    act, ran = Act(system_access("hunting what is new"), at), 0
    for response, why in behind(at=at, organisation=organisation):
        put_off = PutOffHunt.unscoped.filter(response=response, why=why)
        before = put_off.first()
        if before is not None and before.until - timedelta(seconds=before.seconds) <= at < before.until:
            continue
        try:
            done = hunt(act, response=response, why=why)
        except (WardroundError, OSError) as problem:
            wait = min(2 * before.seconds, LONGEST_WAIT) if before is not None else FIRST_WAIT
            until = {"until": at + timedelta(seconds=wait), "seconds": wait}
            PutOffHunt.unscoped.update_or_create(organisation=response.organisation, response=response, why=why, defaults=until)
            log.warning("%s of %s could not be hunted again: %s", response.alert.reference, response.organisation.code, problem)
            continue
        put_off.delete()
        ran += 1
        if found := Detection.unscoped.filter(hunt=done).count():
            announce(
                act,
                organisation=response.organisation,
                subject=f"{response.alert.reference}: {found} new {'trace' if found == 1 else 'traces'} in your logs",
                body=f"Because of {why} your logs were searched again.\n\n{done.statement}\n\nJudge each trace.",
                about=response.public_id,
            )
    return ran
