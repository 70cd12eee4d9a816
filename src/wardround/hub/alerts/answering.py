"""What an organisation's people say on a response. Each is a signed word, with one entry in the record."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from wardround.core.alerts import Applicability, Closing, Facts, Standing, State, response_policy
from wardround.core.vocab import BadInput
from wardround.hub.alerts.assess import assess, question
from wardround.hub.alerts.facts import issued, restated, standing
from wardround.hub.alerts.models import Alert, Assessment, Response, Word
from wardround.hub.alerts.words import KINDS
from wardround.hub.audit.services import record
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.outbox.services import announce

APPROVALS = ("given", "refused", "awaited")
ACTIONS = ("patch", "reboot", "isolation")
LONGEST = timedelta(days=366)
NEXT_UPDATE = timedelta(days=31)
# What a kind of word asks of who says it, where that is not to answer for the organisation.
ASKS = {
    "risk_acceptance": "risk.accept",
    "clinical": "clinical.decide",
    "judgement": "detection.judge",
    "closed": "response.close",
}


@transaction.atomic
def sign(act: Act, *, response: Response, kind: str, body: Mapping[str, Any]) -> Word:
    """Keep one word, with the state that the response had before and has after in the record."""
    act.access.demand(ASKS.get(kind, "response.answer"), response.organisation)
    Response.unscoped.select_for_update().get(pk=response.pk)
    if Alert.objects.filter(pk=response.alert_id, withdrawn_at__isnull=False).exists():
        raise BadInput(f"{response.alert} was withdrawn", where="response", do="nothing more is asked of you")
    facts, before = standing(response, at=act.at)
    word = Word.unscoped.create(
        organisation=response.organisation, response=response, kind=kind, at=act.at, by=act.who, body=dict(body)
    )
    after = restated(facts, response=response, at=act.at)[1]
    record(
        act,
        organisation=response.organisation,
        what=KINDS[kind],
        subject=response.public_id,
        document={
            "alert": response.alert.reference,
            "from": before.state,
            "to": after.state,
            "word": str(word.public_id),
            "body": dict(body),
        },
    )
    return word


def _assessed(act: Act, response: Response) -> Assessment:
    """The estate held against the alert as it is now: the worker may be behind."""
    return assess(act, response=response, asked=question(issued(response.alert)[-1], at=act.at))


def _needed(text: str, *, where: str, do: str) -> str:
    if not text.strip():
        raise BadInput("is empty", where=where, do=do)
    return text.strip()


def _future(until: datetime, act: Act, *, where: str, most: timedelta = LONGEST) -> str:
    if until <= act.at:
        raise BadInput("is in the past", where=where, do="give a date to come")
    if until > act.at + most:
        raise BadInput(f"is more than {most.days} days away", where=where, do=f"choose at most {most.days} days: a word has to end")
    return until.isoformat()


def _asset(response: Response, asset: str, *, every: bool = False) -> str:
    """The asset, when it is one of this response's cases (`*`: all, where that can be said)."""
    latest = Assessment.unscoped.filter(response=response).last()
    known = {c["asset"] for c in latest.cases} if latest else set()
    if asset in known or (every and asset == "*"):
        return asset
    raise BadInput(f"{asset!r} is not among this response's assets", where="asset", do="choose one of the list")


def acknowledge(act: Act, *, response: Response, revision: int | None = None) -> Word:
    """A person has read a revision: the newest, unless an earlier one is what their page showed."""
    newest = issued(response.alert)[-1].number
    if revision is not None and not 1 <= revision <= newest:
        raise BadInput(f"revision {revision} was not issued", where="revision", do="reload the page")
    return sign(act, response=response, kind="acknowledgement", body={"revision": revision or newest})


def confirm(act: Act, *, response: Response, answer: str, reason: str = "") -> Word:
    """A person answers whether the alert applies. To differ from the proposal takes a reason."""
    act.access.demand("response.answer", response.organisation)
    latest = _assessed(act, response)
    if answer not in list(Applicability):
        raise BadInput(f"{answer!r} is no answer", where="applicability", do="use " + ", ".join(Applicability))
    proposed = standing(response, at=act.at)[1].proposal
    if answer != proposed:
        _needed(reason, where="reason", do=f"the inventory proposes {proposed}: say why you answer otherwise")
    body = {"answer": answer, "assessed_at": latest.at.isoformat(), "reason": reason.strip(), "proposed": proposed}
    return sign(act, response=response, kind="confirmation", body=body | {"counts": latest.counts})


def start_remediation(act: Act, *, response: Response, note: str = "") -> Word:
    """Work on the fix has begun."""
    return sign(act, response=response, kind="remediation_started", body={"note": note})


def give_update(act: Act, *, response: Response, text: str, next_at: datetime | None = None) -> Word:
    """An update for the centre; the organisation may say when the next one comes."""
    body = {"text": _needed(text, where="text", do="say how far it is")}
    if next_at:
        body["next_update_at"] = _future(next_at, act, where="next update", most=NEXT_UPDATE)
    return sign(act, response=response, kind="update", body=body)


def attest(act: Act, *, response: Response, statement: str, until: datetime) -> Word:
    """A named person says that the organisation does not run it, until a date."""
    body = {"statement": _needed(statement, where="statement", do="say what was checked")}
    return sign(act, response=response, kind="attestation", body=body | {"expires_at": _future(until, act, where="until")})


def dispose(act: Act, *, response: Response, asset: str, reason: str) -> Word:
    """The asset is gone for good."""
    body = {"asset": _asset(response, asset), "reason": _needed(reason, where="reason", do="say what became of it")}
    return sign(act, response=response, kind="disposal", body=body)


def check_isolation(act: Act, *, response: Response, asset: str, how: str, until: datetime) -> Word:
    """A check from outside, today, showed that the asset cannot be reached; it holds until a date."""
    body = {"asset": _asset(response, asset), "how": _needed(how, where="how", do="say from where it was tried, and what answered")}
    return sign(act, response=response, kind="isolation", body=body | {"expires_at": _future(until, act, where="until")})


def ask_risk(act: Act, *, response: Response, asset: str, reason: str) -> Word:
    """Ask the SIRO to accept the risk of an asset."""
    body = {
        "asset": _asset(response, asset, every=True),
        "reason": _needed(reason, where="reason", do="say why it cannot be fixed"),
    }
    return sign(act, response=response, kind="risk_asked", body=body)


def accept_risk(act: Act, *, response: Response, asked: Word, until: datetime) -> Word:
    """A second person with the SIRO's role accepts the risk, for at most the policy's days, never while a detection is unjudged."""
    days = response_policy().risk_days
    act.access.demand("risk.accept", response.organisation)
    if asked.kind != "risk_asked" or asked.response_id != response.pk:
        raise BadInput("was not asked for on this response", where="risk", do="ask for it first")
    if asked.by == act.who:
        raise BadInput("you asked for it yourself", where="risk", do="a second person with the SIRO's role must accept it")
    if until > act.at + timedelta(days=days):
        raise BadInput(f"is more than {days} days away", where="until", do=f"choose at most {days} days")
    judged = {w.body["detection"] for w in Word.unscoped.filter(response=response, kind="judgement")}
    waiting = Detection.unscoped.filter(response=response.public_id).exclude(key__in=judged).count()
    if waiting:
        raise BadInput(f"{waiting} detections are not judged", where="risk", do="judge them first")
    body = {"asset": asked.body["asset"], "asked_by": asked.by, "as_siro": True, "reason": asked.body["reason"]}
    return sign(act, response=response, kind="risk_acceptance", body=body | {"expires_at": _future(until, act, where="until")})


def decide_clinically(
    act: Act, *, response: Response, asset: str, action: str, approval: str, controls: str = "", review_on: date | None = None
) -> Word:
    """The manufacturer's approval of an action on a clinical asset, and the controls meanwhile."""
    if action not in ACTIONS or approval not in APPROVALS:
        raise BadInput(
            f"{action!r} / {approval!r}", where="clinical decision", do=f"use {', '.join(ACTIONS)} and {', '.join(APPROVALS)}"
        )
    if approval != "given":
        _needed(controls, where="controls", do="say which controls hold meanwhile")
        if review_on is None or not act.at.date() < review_on <= (act.at + LONGEST).date():
            raise BadInput("needs a date to come, within a year", where="review on", do="say when it is looked at again")
    body = {
        "asset": _asset(response, asset),
        "action": action,
        "approval": approval,
        "controls": controls.strip(),
        "review_on": review_on.isoformat() if review_on else None,
        "as_clinical_safety_officer": act.access.may("clinical.sign", response.organisation),
    }
    return sign(act, response=response, kind="clinical", body=body)


def confirm_assumption(act: Act, *, response: Response, key: str) -> Word:
    """A person confirms an assumption that a *not affected* rests on."""
    latest = Assessment.unscoped.filter(response=response).last()
    known = {k for c in (latest.cases if latest else ()) for s in c["sightings"] for k in s["assumptions"]}
    if key not in known:
        raise BadInput(f"{key!r} is no assumption of this response", where="assumption", do="choose one of the list")
    return sign(act, response=response, kind="assumption", body={"key": key})


def accept_coverage(act: Act, *, response: Response, hunt: Hunt) -> Word:
    """A person accepts what a hunt could see and what it could not."""
    if hunt.response != response.public_id:
        raise BadInput("that hunt belongs to another response", where="hunt")
    body = {"hunt": str(hunt.public_id), "statement": hunt.statement}
    return sign(act, response=response, kind="coverage_accepted", body=body)


def judge(
    act: Act, *, response: Response, detection: Detection, false_alarm: bool, reason: str, incident: Incident | None = None
) -> Word:
    """A person's word on one detection: a false alarm with a reason, or part of an incident of this response."""
    if detection.response != response.public_id:
        raise BadInput("that detection belongs to another response", where="detection")
    if false_alarm:
        _needed(reason, where="reason", do="say why it is a false alarm")
    elif incident is None or incident.response != response.public_id:
        raise BadInput("it needs an incident of this response", where="incident", do="open one")
    elif incident.closed_at:
        raise BadInput(f"{incident.reference} is closed: it was closed without this trace", where="incident", do="open a new one")
    body = {
        "detection": detection.key,
        "false_alarm": false_alarm,
        "reason": reason.strip(),
        "incident": incident.reference if incident and not false_alarm else "",
    }
    return sign(act, response=response, kind="judgement", body=body)


class NotYet(BadInput):
    """The gate does not allow it. `standing` says everything that is missing."""

    def __init__(self, found: Standing) -> None:
        self.standing = found
        first = found.gate.open_because[0]
        super().__init__(
            f"it cannot close yet ({len(found.gate.open_because)} reasons): {first.what}", where="response", do=first.do
        )


@transaction.atomic
def close(act: Act, *, response: Response, seen: str = "") -> Closing:
    """Close the response, if the evidence allows it, all that has arrived by now. Raises NotYet with what is missing.

    `seen` is the kind of closing that the person was shown: where it is another by now, or it is closed already, BadInput.
    """
    act.access.demand("response.close", response.organisation)
    Response.unscoped.select_for_update().get(pk=response.pk)
    _assessed(act, response)
    found = standing(response, at=act.at)[1]
    if found.gate.closing is None:
        raise NotYet(found)
    closing = found.gate.closing
    if found.state is State.CLOSED:
        raise BadInput("it is closed already", where="response", do="nothing is to be done")
    if seen and seen != closing:
        what = f"the evidence has changed meanwhile: it would now close as {closing.replace('_', ' ')}"
        raise BadInput(what, where="response", do="read again what it closes as")
    body = {"closing": closing, "hours_seen": found.gate.hours_seen, "hours": found.gate.hours}
    sign(act, response=response, kind="closed", body=body)
    return closing


def has_to_be_told(facts: Facts, found: Standing) -> bool:
    """Whether it was closed, no longer is, and nobody was told yet."""
    return found.reopened and not any(told >= facts.closings[-1][0] for told in facts.reopenings)


@transaction.atomic
def reopen_if_no_longer_true(*, response: Response, at: datetime) -> bool:
    """Run the gate again on a closed response; when it no longer holds, say so in the record and tell people."""
    facts, found = standing(response, at=at)
    if not has_to_be_told(facts, found):
        return False
    act = Act(system_access("the gate"), at)
    because = [str(m) for m in found.gate.open_because] or [str(found.next)]
    sign(act, response=response, kind="reopened", body={"because": because, "was": facts.closings[-1][1]})
    announce(
        act,
        organisation=response.organisation,
        subject=f"{response.alert.reference} is open again",
        body="Your response was closed and is open again, because:\n\n" + "\n".join(f"- {b}" for b in because),
        about=response.public_id,
    )
    return True
