"""A hunt for one response: which of its assets, from when until when, by which pack."""

from wardround.core.alerts import proven_fix
from wardround.core.vocab import BadInput
from wardround.hub.alerts.assess import assess, cases_of, question
from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.models import Response
from wardround.hub.hunts.models import Hunt
from wardround.hub.hunts.services import HostToHunt, run_hunt
from wardround.hub.organisations.access import Act


def hunt(act: Act, *, response: Response) -> Hunt:
    """Hunt the logs of every asset that stood open, with the pack that the bulletin names.

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
    )
