"""Addresses of alerts and responses."""

from django.urls import path

from wardround.hub.pages.alerts import answers, board, bringing, detections, drafts
from wardround.hub.pages.alerts.alert import acknowledge_several, alert
from wardround.hub.pages.alerts.response import response
from wardround.hub.pages.alerts.sharing import shared
from wardround.hub.pages.alerts.submission import record_submission

ONE = "responses/<uuid:response>/"
DRAFT = "alerts/<uuid:alert>/revisions/<int:number>/"

urlpatterns = [
    path("", board.board, name="board"),
    path("alerts/new/", drafts.new, name="alert-new"),
    path("alerts/bring/", bringing.bring, name="alert-bring"),
    path("alerts/candidates/", drafts.candidates, name="candidates"),
    path("alerts/<uuid:alert>/", alert, name="alert"),
    path("alerts/<uuid:alert>/acknowledge/", acknowledge_several, name="alert-acknowledge"),
    path("alerts/<uuid:alert>/amend/", drafts.amend, name="alert-amend"),
    path("alerts/<uuid:alert>/withdraw/", drafts.withdraw, name="alert-withdraw"),
    path(f"{DRAFT}edit/", drafts.edit, name="draft-edit"),
    path(f"{DRAFT}preview/", drafts.preview, name="draft-preview"),
    path(ONE, response, name="response"),
    path(f"{ONE}detections/", detections.detections, name="response-detections"),
    path(f"{ONE}incidents/", detections.incidents, name="response-incidents"),
    *(path(f"{ONE}{a.slug}/", answers.answer, {"slug": a.slug}, name=f"response-{a.slug}") for a in answers.ANSWERS_TABLE),
    path(f"{ONE}submitted/", record_submission, name="response-submitted"),
    path(f"{ONE}share/", shared, name="response-share"),
    path("detections/<uuid:detection>/", detections.detection, name="detection"),
]
