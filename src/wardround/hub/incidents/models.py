"""An incident, minimal."""

from django.db import models

from wardround.hub.organisations.access import TenantModel


class Incident(TenantModel):
    """Something that happened to the organisation. `response` is the response it was opened from."""

    case = "response"

    reference = models.CharField(max_length=30)
    response = models.UUIDField(db_index=True)
    title = models.CharField(max_length=300)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=300)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=300, blank=True)
    closing_evidence = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["opened_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "reference"], name="one_incident_a_reference")]
