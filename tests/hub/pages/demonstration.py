"""What the demonstration holds, for the tests of pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import TypeVar

from django.test import Client

from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.drafting import amend, issue
from wardround.hub.alerts.models import Alert, Assessment, Response, Revision, Word
from wardround.hub.estate.models import Snapshot
from wardround.hub.organisations.access import Act, access_of
from wardround.hub.organisations.models import Organisation

T = TypeVar("T")
ROLES = {
    "national": "duty.officer@centre.example",
    "organisation": "security@coldbrook.example",
    "siro": "siro@coldbrook.example",
    "read_only": "board@coldbrook.example",
    "other": "security@dunmore.example",
}


def page(client: Client, address: str, *, status: int = 200) -> str:
    """A page's words, without markup."""
    answer = client.get(address, follow=True)
    assert answer.status_code == status
    return words(answer.content.decode())


def words(html: str) -> str:
    """What people read of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@dataclass(frozen=True)
class Demonstration:
    """What the tests of pages look at: one alert at twelve organisations, as it stood that day."""

    alert: Alert

    def response(self, code: str) -> Response:
        return Response.unscoped.select_related("organisation").get(organisation__code=code, alert=self.alert)

    def organisation(self, code: str) -> Organisation:
        return Organisation.objects.get(code=code)

    def person(self, code: str, part: str = "security") -> str:
        """The address of one of an organisation's people: security, siro, safety or board."""
        found = User.objects.get(memberships__organisation__code=code, email__startswith=f"{part}@")
        return str(found.email)

    def snapshot(self, organisation: Organisation) -> Snapshot:
        found: Snapshot = Snapshot.unscoped.filter(organisation=organisation).earliest("taken_at")
        return found

    def at_the_centre(self, do: Callable[[Act], T]) -> T:
        """Something that the duty officer does."""
        return do(Act(access_of(User.objects.get(email=ROLES["national"])), clock.now()))

    def a_third_draft(self) -> Revision:
        """A revision that is written and not issued."""
        return self.at_the_centre(lambda act: amend(act, alert=self.alert, fields={"change": "Another fixed version."}))

    def issue_third(self) -> Revision:
        """A third revision that asks everybody to acknowledge again."""
        revision = self.a_third_draft()
        self.at_the_centre(lambda act: issue(act, revision=revision))
        return revision

    def inside(self) -> set[str]:
        """Names of assets and hosts, and what people wrote about them: nothing for the centre."""
        cases = [case for a in Assessment.unscoped.all() for case in a.cases]
        assets = {case[key] for case in cases for key in ("asset", "hostname")}
        reasons = {w.body["reason"] for w in Word.unscoped.all() if w.body.get("reason")}
        return {word for word in assets | reasons if word}
