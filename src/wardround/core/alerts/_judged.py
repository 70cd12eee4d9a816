"""Every detection judged by a person, every incident closed."""

from collections.abc import Iterator

from wardround.core.alerts._model import DetectionFound, Facts, Judgement, Missing
from wardround.core.alerts._reasons import Reason, day, listed


def unsettled(facts: Facts) -> list[DetectionFound]:
    """The detections without a judgement that settles them.

    The newest judgement decides: a false alarm with its reason, or an incident of this response that is closed. A trace
    that alone is a scan needs one as well: whether it was only a scan is what the person judges.
    """
    closed = {i.id for i in facts.incidents if i.closed_at}
    settled = {key for key, said in _newest(facts).items() if all(j.false_alarm or j.incident in closed for j in said)}
    return [d for d in facts.detections if d.key not in settled]


def _newest(facts: Facts) -> dict[str, list[Judgement]]:
    """The newest judgement of each detection: several only when signed at the same instant. No reason, no false alarm."""
    newest: dict[str, list[Judgement]] = {}
    for judgement in sorted(facts.judgements, key=lambda j: (j.at, j.incident)):
        if judgement.false_alarm and not judgement.reason.strip():
            continue
        said = newest.setdefault(judgement.detection, [])
        if said and said[-1].at < judgement.at:
            said.clear()
        said.append(judgement)
    return newest


def detection_reasons(facts: Facts) -> Iterator[Missing]:
    """Detections that nobody has judged, and those judged real whose incident is open or missing."""
    left = unsettled(facts)
    real = {key for key, said in _newest(facts).items() if any(not j.false_alarm for j in said)}
    unjudged = [d for d in left if d.key not in real]
    if unjudged:
        hosts = sorted({d.asset_id for d in unjudged})
        scans = sum(d.scan_only for d in unjudged)
        what = f"{_counted(len(unjudged))} on {listed(hosts)} not judged" + (
            f", {scans} of them perhaps only a scan" if scans else ""
        )
        yield Missing(Reason.DETECTION, what, "judge each: a false alarm with its reason, or part of an incident", tuple(hosts))
    if tied := [d for d in left if d.key in real]:
        hosts = sorted({d.asset_id for d in tied})
        what = f"{_counted(len(tied))} on {listed(hosts)} judged real, without an incident that is closed"
        yield Missing(Reason.DETECTION, what, "name the incident and close it on evidence", tuple(hosts))


def _counted(number: int) -> str:
    return "1 detection" if number == 1 else f"{number} detections"


def incident_reasons(facts: Facts) -> Iterator[Missing]:
    """An open incident of the response keeps it open, judged or not."""
    for incident in sorted(facts.incidents, key=lambda i: (i.opened_at, i.id)):
        if not incident.closed_at:
            what = f"Incident {incident.id} has been open since {day(incident.opened_at)}"
            yield Missing(Reason.INCIDENT, what, "work it to its end and close it on evidence")
