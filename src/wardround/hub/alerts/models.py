"""Alerts, their revisions, and each organisation's response with everything that people said on it."""

import uuid

from django.db import models

from wardround.hub.organisations.access import TenantModel
from wardround.hub.organisations.models import Organisation


class Alert(models.Model):
    """One high severity alert. Its text lives in its revisions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=300, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.reference


class Revision(models.Model):
    """One revision of the bulletin: a draft until a person issues it, unchangeable after."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=20, default="High")
    marking = models.CharField(max_length=20)
    summary = models.TextField()
    actions = models.TextField()
    cves = models.JSONField()
    product_class = models.CharField(max_length=40)
    products = models.JSONField(default=list)
    policy = models.CharField(max_length=60)
    pack = models.CharField(max_length=60, blank=True)
    exploited_since = models.DateField(null=True)
    scope = models.JSONField()
    material = models.BooleanField(default=True)
    change = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=300)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["alert", "number"]
        constraints = [models.UniqueConstraint(fields=["alert", "number"], name="one_revision_a_number")]


class Response(TenantModel):
    """One organisation's response to one alert. Where it stands is derived, never stored."""

    centre_sees = True

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="responses")
    opened_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        ordering = ["organisation__code"]
        constraints = [models.UniqueConstraint(fields=["alert", "organisation"], name="one_response_an_organisation")]


class Word(TenantModel):
    """A person's signed word on a response, or what happened to it. Immutable; a later one supersedes.

    `kind` is one of `wardround.hub.alerts.words.KINDS`; `body` holds what that kind asks for.
    """

    case = "response__public_id"

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="words")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=300)
    body = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]


class Assessment(TenantModel):
    """Who has it, worked out at a time: the cases that the gate looks at. The findings themselves are in the lake."""

    case = "response__public_id"

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="assessments")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    exploited_since = models.DateTimeField(null=True)
    window_since = models.DateTimeField(null=True)
    counts = models.JSONField()
    decision = models.JSONField(null=True)
    cases = models.JSONField()

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]
        get_latest_by = ["at", "pk"]


class PutOffHunt(TenantModel):
    """A hunt over what is new that failed: not tried again before `until`, whichever process looks; it waited for `seconds`."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=100)
    until = models.DateTimeField()
    seconds = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["response", "why"], name="one_hunt_put_off_a_reason")]


SCOPE_ALL = "all"


def in_scope(revision: Revision) -> models.QuerySet[Organisation]:
    """The organisations that a revision goes to: all trusts, or those named by code."""
    trusts = Organisation.objects.filter(kind=Organisation.Kind.TRUST, closed_on=None)
    return trusts if revision.scope == [SCOPE_ALL] else trusts.filter(code__in=revision.scope)
