"""A message waiting to be sent, sent, or visibly failed."""

from django.db import models

from wardround.hub.organisations.access import TenantModel


class Message(TenantModel):
    """One message to one address. Written in the same transaction as what it announces.

    `sealed` is what only its reader may know, such as the link of an invitation: encrypted until it was sent, then gone.
    `removed_at`: when address and text went under the rules of retention; that it was sent, and when, stays.
    """

    centre_sees = True

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    sealed = models.TextField(blank=True, db_default="")
    about = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.CharField(max_length=500, blank=True)
    how = models.CharField(max_length=100, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["sent_at", "failed_at", "next_attempt_at"], name="outbox_waiting")]
