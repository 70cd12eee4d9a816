"""What is addressed to a supplier, and what it says. Nothing here is of a customer."""

import uuid

from django.db import models

from wardround.hub.alerts.models import Revision
from wardround.hub.organisations.access import TenantModel
from wardround.hub.organisations.models import Organisation


class Addressed(TenantModel):
    """One revision of a bulletin, addressed to one supplier for these products (`[[vendor, product], ...]`)."""

    centre_sees = True

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    products = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=300)

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "revision"], name="addressed_once")]


class Answer(TenantModel):
    """What a supplier said of versions of one product (none: every version). Immutable; a later one supersedes."""

    centre_sees = True

    addressed = models.ForeignKey(Addressed, on_delete=models.PROTECT, related_name="answers")
    cve = models.CharField(max_length=30)
    vendor = models.CharField(max_length=300)
    product = models.CharField(max_length=300)
    versions = models.JSONField(default=list)
    status = models.CharField(max_length=20)
    why = models.TextField(blank=True)
    action = models.TextField(blank=True)
    fix_on = models.DateField(null=True)
    how = models.CharField(max_length=20, default="form")
    document = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=300)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]


class Reply(models.Model):
    """A supplier's word beside what somebody published about its product. As public as what it replies to; `about` is its hash."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    cve = models.CharField(max_length=30, db_index=True)
    about = models.CharField(max_length=64)
    said = models.TextField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=300)

    class Meta:
        ordering = ["at", "pk"]
