"""Holds: a person's word that nothing is removed for now."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from wardround.hub.organisations.access import TenantModel


class Hold(TenantModel):
    """Nothing of this response (without one, of the organisation) is removed until then: for a claim, an inquiry, the police."""

    response = models.UUIDField(null=True)
    reason = models.TextField()
    until = models.DateTimeField()
    held_by = models.CharField(max_length=300)
    held_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=300, blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["held_at", "pk"]

    @staticmethod
    def live(at: datetime) -> Q:
        """Which holds stand at that time."""
        return Q(held_at__lte=at) & Hold.keeps(at)

    @staticmethod
    def keeps(at: datetime) -> Q:
        """Which holds forbid to remove anything then: also one that was made while the clock stood ahead."""
        return Q(until__gt=at) & (Q(lifted_at=None) | Q(lifted_at__gt=at))
