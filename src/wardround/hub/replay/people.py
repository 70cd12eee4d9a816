"""How people work in a replay: they read what the gate says is missing, and do what they can about it.

Nothing here knows how a story ends. Whoever answers does the next thing that is asked for, until nothing is left that
they can do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from wardround.connectors.clock import FakeClock
from wardround.core.alerts import Applicability, Facts, Missing, Standing, State
from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.alerts import answering
from wardround.hub.alerts.facts import restated, standing
from wardround.hub.alerts.hunting import hunt
from wardround.hub.alerts.models import Response, Word
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.incidents.models import Incident
from wardround.hub.incidents.services import open_incident
from wardround.hub.organisations.access import Act, access_of
from wardround.hub.replay.scenario import People

STEPS = 25
ATTESTATION = timedelta(days=90)


@dataclass
class Team:
    """The people of one organisation, at work on one response."""

    people: People
    security: User
    siro: User
    safety: User
    clock: FakeClock
    tried: set[tuple[str, str]] = field(default_factory=set)
    searched: bool = False

    def work(self, response: Response, *, facts: Facts, found: Standing) -> None:
        """Do the next thing, again and again, until nothing is left that these people can do today."""
        if self.people.answers_from is None or self.clock.now().date() < self.people.answers_from:
            return
        for step in range(STEPS):
            if step:
                looked, self.searched = (standing(response, at=self.clock.now()) if self.searched else None), False
                facts, found = looked or restated(facts, response=response, at=self.clock.now())
            if found.state in (State.CLOSED, State.WITHDRAWN):
                return
            self.clock.set(self.clock.now() + timedelta(seconds=41))
            if found.gate.closing:
                answering.close(self._act(self.security), response=response)
                return
            if not any(self._try(missing, response, facts, found) for missing in found.gate.open_because):
                self._keep_informed(response, found)
                return

    def _keep_informed(self, response: Response, found: Standing) -> None:
        """An update in time, where one is due within a day."""
        soon = self.clock.now() + timedelta(days=1)
        if any(d.name == "update" and not d.met and d.at < soon for d in found.deadlines):
            waiting = found.gate.open_because[0].what
            answering.give_update(self._act(self.security), response=response, text=f"Still at work. {waiting}")

    def _act(self, user: User) -> Act:
        return Act(access_of(user), self.clock.now())

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def _try(self, missing: Missing, response: Response, facts: Facts, found: Standing) -> bool:
        """Do something about one reason; False when nothing can be done today."""
        act = self._act(self.security)
        does: dict[str, Callable[[], bool]] = {
            "acknowledge": lambda: bool(answering.acknowledge(act, response=response)),
            "confirm": lambda: self._confirm(act, response, found),
            "contradicted": lambda: self._confirm(act, response, found),
            "not_yet_known": lambda: self._attest(act, response) or self._confirm(act, response, found, facts),
            "not_visible": lambda: self._attest(act, response),
            "affected": lambda: self._remedy(act, missing, response, facts),
            "undecided": lambda: self._remedy(act, missing, response, facts),
            "older_snapshot": lambda: self._remedy(act, missing, response, facts),
            "safety_sign_off": lambda: self._clinical(response),
            "approval_awaited": lambda: False,
            "not_hunted": lambda: self._hunt(act, response, facts),
            "hunt_outdated": lambda: self._hunt(act, response, facts),
            "hunt_too_short": lambda: self._hunt(act, response, facts),
            "coverage": lambda: self._accept(act, response),
            "detection": lambda: self._judge(act, response),
        }
        return does.get(missing.code, lambda: False)()

    def _once(self, key: str, value: str) -> bool:
        """True the first time."""
        fresh = (key, value) not in self.tried
        self.tried.add((key, value))
        return fresh

    def _confirm(self, act: Act, response: Response, found: Standing, facts: Facts | None = None) -> bool:
        """Answer as the inventory proposes; nothing is said twice."""
        proposal = found.proposal or Applicability.NOT_YET_KNOWN
        if facts and facts.confirmations and facts.confirmations[-1].answer is proposal:
            return False
        return bool(answering.confirm(act, response=response, answer=proposal))

    def _attest(self, act: Act, response: Response) -> bool:
        if not self.people.attests or not self._once("attest", str(response.pk)):
            return False
        text = "The estates and procurement registers were read on this day: we do not run it, and no supplier runs it for us."
        return bool(answering.attest(act, response=response, statement=text, until=act.at + ATTESTATION))

    def _remedy(self, act: Act, missing: Missing, response: Response, facts: Facts) -> bool:
        if not facts.remediation_started:
            return bool(answering.start_remediation(act, response=response, note="change raised"))
        if self._clinical(response):
            return True
        asks = self.people.asks_risk
        if asks and asks.asset in missing.assets and self.today >= asks.since and self._once("risk", asks.asset):
            asked = answering.ask_risk(act, response=response, asset=asks.asset, reason=asks.reason)
            return self._accept_risk(response, asked, asks.days)
        waiting = Word.unscoped.filter(response=response, kind="risk_asked").last()
        return bool(asks and waiting and asks.asset in missing.assets and self._accept_risk(response, waiting, asks.days))

    def _accept_risk(self, response: Response, asked: Word, days: int) -> bool:
        self.clock.set(self.clock.now() + timedelta(minutes=7))
        act = self._act(self.siro)
        if not self._once("accepted", str(asked.pk)):
            return False
        try:
            return bool(answering.accept_risk(act, response=response, asked=asked, until=act.at + timedelta(days=days)))
        except BadInput:
            self.tried.discard(("accepted", str(asked.pk)))
            return False

    def _clinical(self, response: Response) -> bool:
        said = self.people.manufacturer
        if not said or not self._once("clinical", said["asset"]):
            return False
        return bool(
            answering.decide_clinically(
                self._act(self.safety),
                response=response,
                asset=said["asset"],
                action="patch",
                approval=said["approval"],
                controls=said["controls"],
                review_on=said["review_on"],
            )
        )

    def _hunt(self, act: Act, response: Response, facts: Facts) -> bool:
        """Hunt when there are logs, and only again when logs, rules or the window have changed."""
        state = f"{sorted(facts.logs)} {facts.pack} {len(facts.revisions)} {facts.assessed_at}"
        if not facts.logs or not self._once("hunt", state):
            return False
        self.searched = True
        return bool(hunt(act, response=response))

    def _accept(self, act: Act, response: Response) -> bool:
        """Accept coverage that is whole; one with holes only where these people do that."""
        last = Hunt.objects.within(act.access).filter(response=response.public_id).last()
        if last is None:
            return False
        whole = all(h["seen"] == h["hours"] and not h["rules_not_run"] for h in last.hosts)
        if not whole and not (self.people.accepts_gaps_from and self.today >= self.people.accepts_gaps_from):
            return False
        return self._once("coverage", str(last.pk)) and bool(answering.accept_coverage(act, response=response, hunt=last))

    def _judge(self, act: Act, response: Response) -> bool:
        """A scanner's probe is a false alarm; anything else belongs to an incident."""
        judged = {w.body["detection"] for w in Word.unscoped.filter(response=response, kind="judgement")}
        self.searched = True
        rows = Detection.objects.within(act.access).filter(response=response.public_id).exclude(key__in=judged)
        for row in rows:
            if row.phase == "scan":
                reason = "A probe by an internet scanner: it asked for its own name and got an error; nothing of it follows."
                answering.judge(act, response=response, detection=row, false_alarm=True, reason=reason)
            else:
                answering.judge(
                    act, response=response, detection=row, false_alarm=False, reason="", incident=self._incident(act, response, row)
                )
        return bool(rows)

    def _incident(self, act: Act, response: Response, row: Detection) -> Incident:
        known = Incident.objects.within(act.access).filter(response=response.public_id, closed_at=None).first()
        return known or open_incident(
            act,
            organisation=response.organisation,
            response=response.public_id,
            title=f"{row.host}: entered through {response.alert.reference}",
            reason=f"{row.title} at {_when(row.time)}, line {row.line} of {row.source}",
        )


def _when(time: datetime | None) -> str:
    return f"{time:%d %B %Y %H:%M} UTC" if time else "an unknown time"
