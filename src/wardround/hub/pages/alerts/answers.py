"""What an organisation's people say on a response: a table of forms, and the one view that shows any of them."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.core.alerts import response_policy
from wardround.core.vocab import BadInput
from wardround.hub.alerts import answering
from wardround.hub.alerts.hunting import hunt
from wardround.hub.alerts.models import Response, Word
from wardround.hub.alerts.tasks import hunt_again
from wardround.hub.hunts.services import add_log
from wardround.hub.incidents.services import open_incident
from wardround.hub.organisations.access import Act
from wardround.hub.pages.alerts import forms
from wardround.hub.pages.alerts.finding import response_of
from wardround.hub.pages.alerts.picture import Picture
from wardround.hub.pages.alerts.response import picture_for
from wardround.hub.pages.alerts.turns import Turn
from wardround.hub.pages.arrived import arrived
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import Form, form_page
from wardround.hub.pages.wording import ANSWERS

Fields = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Who says it, on which response, and what its page shows."""

    request: Asking
    response: Response
    picture: Picture

    @property
    def act(self) -> Act:
        """On whose behalf, and when."""
        return self.request.act


@dataclass(frozen=True)
class Answer:
    """One thing that can be said: its form, what it does, and the words around it."""

    slug: str
    heading: str
    button: str
    said: str
    form: type[Form]
    do: Callable[[Asked, Fields], object]
    options: Callable[[Picture], Mapping[str, Any]] = lambda picture: {}
    lead: Callable[[Picture], list[str]] = lambda picture: []
    template: str = "site/form.html"
    grave: bool = False
    kind: str = ""
    """The kind of word that it keeps, where two people's would contradict or double each other."""


def _assets(picture: Picture) -> dict[str, Any]:
    return {"assets": [(a.id, a.name) for a in picture.assets]}


def _open_assets(picture: Picture) -> dict[str, Any]:
    every = [("*", "every open asset")] if len(picture.assets) > 1 else []
    return {"assets": [*((a.id, a.name) for a in picture.assets), *every]}


def _clinical(picture: Picture) -> dict[str, Any]:
    return {"assets": [(a.id, a.name) for a in picture.clinical or picture.assets]}


def _risks(picture: Picture) -> dict[str, Any]:
    return {
        "asked": [
            (str(w.public_id), f"{'every open asset' if w.body['asset'] == '*' else w.body['asset']}: {w.body['reason']}")
            for w in picture.asked_risks()
        ]
    }


def _accept_risk(asked: Asked, fields: Fields) -> object:
    word: Word = Word.objects.within(asked.act.access).get(response=asked.response, kind="risk_asked", public_id=fields["risk"])
    return answering.accept_risk(asked.act, response=asked.response, asked=word, until=fields["until"])


def _add_log(asked: Asked, fields: Fields) -> object:
    upload = fields["file"]
    batch = add_log(
        asked.act,
        organisation=asked.response.organisation,
        host=fields["asset"],
        data=upload.file,
        filename=upload.name,
        from_host=fields["from_host"] == "yes",
    )
    arrived(asked.request, asked.response.organisation)
    hunt_again.enqueue(asked.response.organisation.code)
    return batch


def _hunt(asked: Asked, fields: Fields) -> object:
    return hunt(asked.act, response=asked.response)


def _accept_coverage(asked: Asked, fields: Fields) -> object:
    if not asked.picture.hunts:
        raise BadInput("nothing was hunted yet", where="hunt", do="upload logs and run the hunt")
    last = asked.picture.hunts[-1]
    if fields["hunt"] not in ("", str(last.public_id)):
        raise BadInput("somebody hunted again meanwhile", where="coverage", do="read what that hunt saw, then accept it")
    return answering.accept_coverage(asked.act, response=asked.response, hunt=last)


def _read_revision(picture: Picture) -> dict[str, Any]:
    return {"initial": {"revision": picture.revision.number}}


def _read_hunt(picture: Picture) -> dict[str, Any]:
    return {"initial": {"hunt": picture.hunts[-1].public_id if picture.hunts else None}}


def _read_closing(picture: Picture) -> dict[str, Any]:
    return {"initial": {"closing": picture.row.standing.gate.closing or ""}}


def _open_incident(asked: Asked, fields: Fields) -> object:
    return open_incident(
        asked.act,
        organisation=asked.response.organisation,
        response=asked.response.public_id,
        title=fields["title"],
        reason=fields["reason"],
    )


def _risk_terms(picture: Picture) -> list[str]:
    days = response_policy().risk_days
    waiting = f"{picture.unjudged} detections are not judged: judge them first." if picture.unjudged else ""
    terms = (
        f"Only the SIRO accepts a risk that somebody else asked for, for at most {days} days, never while a detection is unjudged."
    )
    return [terms, *([waiting] if waiting else [])]


def _assumption_terms(picture: Picture) -> list[str]:
    if not picture.assumptions():
        return ["No assumption waits to be confirmed."]
    return ["Not affected rests on these. Confirm one only when you know that it holds."]


def _proposal(picture: Picture) -> list[str]:
    counts = picture.assessment.counts if picture.assessment else {}
    figures = ", ".join(
        f"{counts.get(key, 0)} {words}"
        for key, words in (("affected", "affected"), ("unknown", "unknown"), ("not_evaluable", "cannot be evaluated"))
    )
    proposal = picture.row.standing.proposal
    return [f"The inventory proposes: {ANSWERS[proposal]} ({figures})." if proposal else "The inventory proposes nothing yet."]


def _coverage(picture: Picture) -> list[str]:
    if not picture.hunts:
        return ["Nothing was hunted yet: upload logs and run the hunt first."]
    last = picture.hunts[-1]
    altered = [h["host"] for h in last.hosts if h["could_have_been_altered"]]
    return [
        last.statement,
        *([f"The logs of {', '.join(altered)} come from the host itself: an intruder could have altered them."] if altered else []),
        "You accept that the hours that were not seen stay unsearched. It is recorded under your name.",
    ]


ANSWERS_TABLE = (
    Answer(
        "acknowledge",
        "Acknowledge the alert",
        "I have read it: acknowledge",
        "Acknowledged.",
        forms.AcknowledgeForm,
        lambda a, f: answering.acknowledge(a.act, response=a.response, revision=f["revision"]),
        _read_revision,
        template="alerts/acknowledge.html",
        kind="acknowledgement",
    ),
    Answer(
        "confirm",
        "Does this alert apply to you?",
        "Confirm",
        "Your answer is recorded.",
        forms.ConfirmForm,
        lambda a, f: answering.confirm(a.act, response=a.response, **f),
        lead=_proposal,
        kind="confirmation",
    ),
    Answer(
        "start",
        "Start remediation",
        "Start",
        "Remediation has started.",
        forms.NoteForm,
        lambda a, f: answering.start_remediation(a.act, response=a.response, **f),
        kind="remediation_started",
    ),
    Answer(
        "update",
        "Give an update",
        "Send the update",
        "The update is recorded.",
        forms.UpdateForm,
        lambda a, f: answering.give_update(a.act, response=a.response, text=f["text"], next_at=f["next_update"]),
        kind="update",
    ),
    Answer(
        "attest",
        "Attest that you do not run it",
        "Sign the attestation",
        "The attestation is recorded.",
        forms.AttestForm,
        lambda a, f: answering.attest(a.act, response=a.response, **f),
        lead=lambda p: ["It is signed with your name and counts until the day you give."],
        kind="attestation",
    ),
    Answer(
        "dispose",
        "Record a disposal",
        "Record",
        "The disposal is recorded.",
        forms.DisposeForm,
        lambda a, f: answering.dispose(a.act, response=a.response, **f),
        _assets,
        kind="disposal",
    ),
    Answer(
        "isolation",
        "Record an isolation check",
        "Record",
        "The isolation check is recorded.",
        forms.IsolationForm,
        lambda a, f: answering.check_isolation(a.act, response=a.response, **f),
        _assets,
        lambda p: ["A check from outside, made today, that the asset cannot be reached."],
        kind="isolation",
    ),
    Answer(
        "ask-risk",
        "Ask the SIRO to accept a risk",
        "Ask the SIRO",
        "The SIRO is asked.",
        forms.AskRiskForm,
        lambda a, f: answering.ask_risk(a.act, response=a.response, **f),
        _open_assets,
        lambda p: [f"A second person with the SIRO's role decides, for at most {response_policy().risk_days} days."],
        kind="risk_asked",
    ),
    Answer(
        "accept-risk",
        "Accept a risk",
        "Accept the risk as SIRO",
        "The risk is accepted.",
        forms.AcceptRiskForm,
        _accept_risk,
        _risks,
        _risk_terms,
        grave=True,
        kind="risk_acceptance",
    ),
    Answer(
        "clinical",
        "Record a clinical decision",
        "Record",
        "The clinical decision is recorded.",
        forms.ClinicalForm,
        lambda a, f: answering.decide_clinically(a.act, response=a.response, **f),
        _clinical,
        lambda p: [f"Service behind it: {', '.join(p.services)}."] if p.services else [],
        kind="clinical",
    ),
    Answer(
        "assumption",
        "Confirm an assumption",
        "Confirm it",
        "The assumption is confirmed.",
        forms.AssumptionForm,
        lambda a, f: answering.confirm_assumption(a.act, response=a.response, key=f["assumption"]),
        lambda p: {"keys": p.assumptions()},
        _assumption_terms,
        kind="assumption",
    ),
    Answer(
        "logs",
        "Upload logs",
        "Upload",
        "The log is kept.",
        forms.LogForm,
        _add_log,
        _assets,
        template="alerts/upload_logs.html",
    ),
    Answer(
        "hunt",
        "Run the hunt",
        "Hunt now",
        "The hunt is done: read what it saw.",
        forms.NoFields,
        _hunt,
        template="alerts/run_hunt.html",
    ),
    Answer(
        "coverage",
        "Accept the coverage",
        "Accept this coverage",
        "The coverage is accepted.",
        forms.CoverageForm,
        _accept_coverage,
        _read_hunt,
        _coverage,
        template="alerts/accept_coverage.html",
        kind="coverage_accepted",
    ),
    Answer(
        "incident",
        "Open an incident",
        "Open the incident",
        "The incident is open.",
        forms.IncidentForm,
        _open_incident,
        lead=lambda p: ["An open incident keeps the response open until it is closed on evidence."],
    ),
    Answer(
        "close",
        "Close the response",
        "Close it",
        "The response is closed.",
        forms.CloseForm,
        lambda a, f: answering.close(a.act, response=a.response, seen=f["closing"]),
        _read_closing,
        template="alerts/close.html",
    ),
)
BY_SLUG = {answer.slug: answer for answer in ANSWERS_TABLE}


@require_http_methods(["GET", "POST"])
def answer(request: Asking, response: uuid.UUID, slug: str) -> HttpResponse:
    """Show one form of the table, and do what it says."""
    one = BY_SLUG[slug]
    found = response_of(request, response)
    picture = picture_for(request, found)
    made: list[object] = []
    form = one.form(request.POST if request.method == "POST" else None, request.FILES or None, **one.options(picture))
    turn = Turn(request, form, response=found, kind=one.kind, words=picture.words) if one.kind else None
    page = reverse("response", args=[found.public_id])
    gate = picture.row.standing.gate

    def do(fields: Fields) -> None:
        fields.pop("seen", None)

        def say() -> object:
            return one.do(Asked(request, found, picture), fields)

        made.append(turn.take(say) if turn else say())

    return form_page(
        request,
        form,
        do=do,
        then=lambda: reverse("hunt", args=[made[0].public_id]) if slug == "hunt" else page,  # type: ignore[attr-defined]
        said=one.said,
        template=one.template,
        context={
            "heading": one.heading,
            "caption": f"{found.organisation.name} · {found.alert.reference}",
            "button": one.button,
            "grave": one.grave,
            "lead": one.lead(picture),
            "response": found,
            "revision": picture.revision,
            "picture": picture,
            "gate": gate,
            "meanwhile": turn.meanwhile if turn else None,
            "crumbs": [("Alerts", "/"), (found.alert.reference, page)],
        },
    )
