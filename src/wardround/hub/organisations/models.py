"""Organisations, memberships and contacts."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from wardround.hub.organisations.access import TenantModel


class Organisation(models.Model):
    """A trust, or the national centre."""

    class Kind(models.TextChoices):
        """What it is to the alert system."""

        TRUST = "trust", "trust"
        CENTRE = "centre", "national centre"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True, validators=[RegexValidator(r"^[A-Z0-9]{2,12}$")])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TRUST)
    mailbox = models.EmailField()
    fictitious = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Membership(models.Model):
    """What a person may do for one organisation, and which signing duties they hold there."""

    class Role(models.TextChoices):
        """The three roles."""

        NATIONAL = "national", "national centre"
        ORGANISATION = "organisation", "organisation"
        READ_ONLY = "read_only", "read only"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=14, choices=Role)
    siro = models.BooleanField("senior information risk owner (SIRO)", default=False)
    clinical_safety_officer = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_membership")]


class Contact(TenantModel):
    """An extra address for alerts. It needs no login."""

    name = models.CharField(max_length=200)
    email = models.EmailField()
