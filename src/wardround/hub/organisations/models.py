"""Organisations, who belongs to them and for how long, and who is told."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from wardround.hub.organisations.access import TenantModel
from wardround.hub.organisations.roles import ROLES


class Organisation(models.Model):
    """A trust, one of those around it, or the centre. One that closed stays, with its date: its history is history."""

    class Kind(models.TextChoices):
        """What it is to the alert system."""

        TRUST = "trust", "trust"
        ICB = "icb", "integrated care board"
        SUPPLIER = "supplier", "supplier"
        CENTRE = "centre", "centre"
        OTHER = "other", "region or group"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True, validators=[RegexValidator(r"^[A-Z0-9]{2,12}$")])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TRUST)
    mailbox = models.EmailField(blank=True)
    fictitious = models.BooleanField(default=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Membership(models.Model):
    """What a person may do for one organisation, and which signing duties they hold there."""

    class Role(models.TextChoices):
        """The roles; what each permits stands in the table of `roles`."""

        NATIONAL = "national", ROLES["national"].name
        DUTY_OFFICER = "duty_officer", ROLES["duty_officer"].name
        ORGANISATION = "organisation", ROLES["organisation"].name
        RESPONDER = "responder", ROLES["responder"].name
        SIRO = "siro", ROLES["siro"].name
        CLINICAL_SAFETY_OFFICER = "clinical_safety_officer", ROLES["clinical_safety_officer"].name
        EXECUTIVE = "executive", ROLES["executive"].name
        SUPPLIER = "supplier", ROLES["supplier"].name
        READ_ONLY = "read_only", ROLES["read_only"].name

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=40, choices=Role)
    siro = models.BooleanField("senior information risk owner (SIRO)", default=False)
    clinical_safety_officer = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], condition=Q(ended_at=None), name="one_live_membership")
        ]


class Delegation(TenantModel):
    """A lead's role held by another person until a date. It ends by itself: then, or when the lead's own membership does."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    role = models.CharField(max_length=40, choices=Membership.Role)
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=300, blank=True, db_default="")


class Invitation(TenantModel):
    """A role offered to an address. The token is in the letter alone: here stands its SHA-256."""

    email = models.EmailField()
    role = models.CharField(max_length=40, choices=Membership.Role)
    siro = models.BooleanField(default=False)
    clinical_safety_officer = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.CharField(max_length=300)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=300, blank=True, db_default="")


class Contact(TenantModel):
    """An extra address for alerts, without sign-in. It is told nothing before its holder has opened the link mailed to it."""

    name = models.CharField(max_length=200)
    email = models.EmailField()
    added_at = models.DateTimeField(null=True)
    added_by = models.CharField(max_length=300, blank=True, db_default="")
    digest = models.CharField(max_length=64, blank=True, db_default="")
    verified_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=300, blank=True, db_default="")


class NamedPerson(TenantModel):
    """Who holds a post that every organisation fills, with or without a sign-in. The centre sees them: it rings them up."""

    centre_sees = True

    class Post(models.TextChoices):
        """The posts."""

        SECURITY_LEAD = "security_lead", "security lead"
        EXECUTIVE = "executive", "named executive"

    post = models.CharField(max_length=14, choices=Post)
    name = models.CharField(max_length=200)
    email = models.EmailField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=300, blank=True, db_default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "post"], condition=Q(ended_at=None), name="one_holder_a_post")
        ]


class Agreement(TenantModel):
    """An organisation lets its parent see its answers, counts, dates and coverage, until a date. Never what is inside."""

    parent = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=300)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=300, blank=True, db_default="")


class Sharing(TenantModel):
    """One response opened to the national centre by its organisation's lead, until a date. It ends by itself then."""

    centre_sees = True

    response = models.UUIDField()
    reason = models.TextField()
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    shared_by = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["begun_at", "pk"]
