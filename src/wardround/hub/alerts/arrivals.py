"""Whenever something arrives, the assessments are made anew and the gate is run again."""

from datetime import datetime

from wardround.core.vocab import WardroundError
from wardround.hub.alerts.answering import has_to_be_told, reopen_if_no_longer_true
from wardround.hub.alerts.assess import assess, outdated, question
from wardround.hub.alerts.facts import issued, standings
from wardround.hub.alerts.models import Alert, Response, Word
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Organisation


def reconsider(*, at: datetime, organisation: Organisation | None = None, alert: Alert | None = None) -> int:
    """Assess and run the gate for every response (of one organisation, of one alert). Returns how many were reopened.

    Doing it twice changes nothing: an assessment is only made when something that it rests on has changed. A response
    or an alert that cannot be assessed holds up no other; WardroundError names those at the end.
    """
    act = Act(system_access("assessing"), at)
    reopened, problems = 0, []
    alerts = Alert.objects.filter(withdrawn_at=None, revisions__issued_at__isnull=False).distinct()
    for one in alerts.filter(pk=alert.pk) if alert else alerts:
        try:
            asked = question(issued(one)[-1], at=at)
        except (WardroundError, OSError) as problem:
            problems.append(f"{one.reference}: {problem}")
            continue
        rows = Response.unscoped.filter(alert=one).select_related("organisation", "alert")
        concerned = list(rows.filter(organisation=organisation) if organisation else rows)
        for response in outdated(concerned, asked=asked, at=at):
            try:
                assess(act, response=response, asked=asked)
            except (WardroundError, OSError) as problem:
                problems.append(f"{response.organisation.code}: {problem}")
        closed = set(Word.unscoped.filter(response__in=concerned, kind="closed").values_list("response_id", flat=True))
        once_closed = [r for r in concerned if r.pk in closed]
        found = standings(one, responses=once_closed, at=at) if once_closed else {}
        for response in once_closed:
            if has_to_be_told(*found[response.pk]):
                reopened += reopen_if_no_longer_true(response=response, at=at)
    if problems:
        raise WardroundError(f"{len(problems)} responses could not be assessed: {problems[0]}", where="assessing", do="mend it")
    return reopened
