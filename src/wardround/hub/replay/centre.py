"""The duty officer of a replay: issues an alert when a candidate is urgent enough, and revises it when it gets worse."""

from dataclasses import dataclass

from wardround.connectors.clock import FakeClock
from wardround.core import triage
from wardround.core.vocab import name_key
from wardround.hub.accounts.models import User
from wardround.hub.alerts.candidates import candidates
from wardround.hub.alerts.drafting import amend, draft_alert, issue
from wardround.hub.alerts.models import SCOPE_ALL, Alert, Assessment
from wardround.hub.organisations.access import Act, access_of
from wardround.hub.replay.scenario import Scenario


@dataclass
class Centre:
    """The national centre, and what its last revision was issued for."""

    scenario: Scenario
    officer: User
    clock: FakeClock
    alert: Alert | None = None
    issued_for: int = -1

    def work(self) -> bool:
        """Issue or revise where that is due; True when something was issued."""
        act = Act(access_of(self.officer), self.clock.now())
        return self._issue(act) if self.alert is None else self._revise(act, self.alert)

    def _issue(self, act: Act) -> bool:
        spec = self.scenario.alert
        policy = triage.policy(spec["policy"])
        urgent = [
            c
            for c in candidates(act, days=7)
            if name_key(c.product) == name_key(spec["product"]) and c.decision.rank >= policy.rank(spec["at_least"])
        ]
        if not urgent:
            return False
        self.issued_for = max(c.decision.rank for c in urgent)
        revision = draft_alert(
            act,
            fields={
                "title": spec["title"],
                "marking": spec["marking"],
                "summary": spec["summary"].strip(),
                "actions": spec["actions"].strip(),
                "cves": sorted(c.cve for c in urgent),
                "product_class": spec["product_class"],
                "products": [spec["product"]],
                "policy": spec["policy"],
                "scope": [SCOPE_ALL],
            },
        )
        issue(act, revision=revision)
        self.alert = revision.alert
        return True

    def _revise(self, act: Act, alert: Alert) -> bool:
        """When what is asked has become stricter, say so in a revision that asks for acknowledgement again."""
        made = Assessment.unscoped.filter(response__alert=alert).values_list("decision", flat=True)
        worst = max((d for d in made if d), key=lambda d: int(d["rank"]), default=None)
        if worst is None or worst["rank"] <= self.issued_for:
            return False
        spec = self.scenario.alert
        self.issued_for = worst["rank"]
        fields = {"change": spec["change_to_triage"].strip(), "pack": spec["pack"] if worst["forensic_triage"] else ""}
        issue(act, revision=amend(act, alert=alert, fields=fields))
        return True
