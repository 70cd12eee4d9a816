"""Where an answer given here does not count in the national service: that it was given there, when and by whom."""

from datetime import datetime, timedelta

from django.conf import settings

from wardround.core.directory import plain_name
from wardround.core.vocab import BadInput
from wardround.hub.alerts.answering import sign
from wardround.hub.alerts.models import Response, Word
from wardround.hub.organisations.access import Access, Act

SAYS = frozenset({"acknowledgement", "confirmation", "remediation_started", "update", "closed", "reopened"})
"""The kinds of words that change what there is to submit."""
LONGEST_NOTE = 500
SLACK = timedelta(minutes=5)


def submitted(act: Act, *, response: Response, who: str, when: datetime, text: str, note: str = "") -> Word:
    """Record that `text` was submitted to the national service, by `who` at `when`. It acknowledges nothing by itself.

    Raises BadInput in an installation that is the national service, for a time to come or before the response, and for no name.
    """
    if settings.INSTALLATION.answers_nationally:
        raise BadInput("this installation is the national service", where="response", do="answer here: it counts")
    if when > act.at + SLACK or when < response.opened_at - timedelta(days=366):
        raise BadInput("is in the future" if when > act.at else "is long before the alert", where="when", do="check the day")
    body = {"who": plain_name(who, where="who"), "when": when.isoformat(), "text": text, "note": note.strip()[:LONGEST_NOTE]}
    return sign(act, response=response, kind="submitted", body=body)


def last_submitted(response: Response, *, access: Access) -> tuple[Word | None, bool]:
    """The last record of a submission, and whether something was said since that has not been submitted."""
    words = list(Word.objects.within(access).filter(response=response, kind__in={*SAYS, "submitted"}))
    at = max((n for n, word in enumerate(words) if word.kind == "submitted"), default=-1)
    return (words[at] if at >= 0 else None), any(word.kind in SAYS for word in words[at + 1 :])
