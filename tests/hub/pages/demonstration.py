"""What the demonstration holds, for the tests of pages."""

from dataclasses import dataclass

from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.drafting import amend
from wardround.hub.alerts.models import Alert, Assessment, Response, Revision, Word
from wardround.hub.estate.models import Snapshot
from wardround.hub.organisations.access import Act, access_of
from wardround.hub.organisations.models import Organisation

ROLES = {
    "national": "duty.officer@centre.example",
    "organisation": "security@coldbrook.example",
    "siro": "siro@coldbrook.example",
    "read_only": "board@coldbrook.example",
    "other": "security@dunmore.example",
}


@dataclass(frozen=True)
class Demonstration:
    """What the tests of pages look at: one alert at twelve organisations, as it stood that day."""

    alert: Alert

    def response(self, code: str) -> Response:
        return Response.unscoped.select_related("organisation").get(organisation__code=code, alert=self.alert)

    def organisation(self, code: str) -> Organisation:
        return Organisation.objects.get(code=code)

    def snapshot(self, organisation: Organisation) -> Snapshot:
        found: Snapshot = Snapshot.unscoped.filter(organisation=organisation).earliest("taken_at")
        return found

    def a_third_draft(self) -> Revision:
        """A revision that is written and not issued."""
        officer = User.objects.get(email=ROLES["national"])
        return amend(Act(access_of(officer), clock.now()), alert=self.alert, fields={"change": "Another fixed version."})

    def inside(self) -> set[str]:
        """Names of assets and hosts, and what people wrote about them: nothing for the centre."""
        cases = [case for a in Assessment.unscoped.all() for case in a.cases]
        assets = {case[key] for case in cases for key in ("asset", "hostname")}
        reasons = {w.body["reason"] for w in Word.unscoped.all() if w.body.get("reason")}
        return {word for word in assets | reasons if word}
