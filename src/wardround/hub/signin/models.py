"""Who is signed in where, from which browsers they did before, who has to wait, and the sealed codes of an emergency."""

import uuid

from django.conf import settings
from django.db import models


class Device(models.Model):
    """A browser from which somebody signed in. It holds a signed cookie with a random number; here stands its SHA-256."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    browser = models.CharField(max_length=60)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_row_a_browser")]


class SignIn(models.Model):
    """One session. `factor` is what stood beside the password, empty where nothing did; backups leave these rows out."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    by = models.CharField(max_length=20)
    factor = models.CharField(max_length=20, blank=True)
    browser = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at", "-pk"]


class Wait(models.Model):
    """How often somebody guessed wrong of late, and until when they wait. Whom it is about is hashed with the hub's secret."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(null=True)


class EmergencyCode(models.Model):
    """A sealed code that lets somebody in once as the duty officer, and what became of it. The code itself is not kept."""

    number = models.PositiveIntegerField(unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=300, blank=True)
    review = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]

    @property
    def state(self) -> str:
        """What became of it, in a word or two."""
        if self.used_at is None:
            return "revoked" if self.revoked_at else "sealed"
        if self.ended_at is None:
            return "live"
        return "reviewed" if self.reviewed_at else "to be reviewed"
