"""One entry for each change of state, chained to the one before, and the signed checkpoints of the chain."""

from datetime import UTC
from typing import Any

from django.db import models

from wardround.core.record import fingerprint, read_key
from wardround.hub.organisations.access import TenantModel


class Entry(TenantModel):
    """Who did what, when, from what, to what, on which evidence. `canonical` is the whole entry as canonical JSON.

    `digest` is that of the chain up to here (see `wardround.core.record`); empty only where an older version wrote the entry
    and nothing has been added since.
    """

    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    who = models.CharField(max_length=300)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    document = models.JSONField()
    canonical = models.TextField()
    digest = models.CharField(max_length=64, default="", db_default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "sequence"], name="one_entry_a_number")]
        ordering = ["organisation", "sequence"]

    def said(self) -> dict[str, Any]:
        """The whole entry as a document: what is chained, from what the pages show."""
        return {
            "organisation": self.organisation.code,
            "sequence": self.sequence,
            "at": self.at.astimezone(UTC).isoformat(),
            "who": self.who,
            "what": self.what,
            "subject": self.subject,
            "document": self.document,
        }

    def save(self, *args: object, **kwargs: object) -> None:
        """Write it once; nothing in the record is ever changed."""
        if self.pk is not None:
            raise TypeError("the record is append-only")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("the record is append-only")


class Checkpoint(TenantModel):
    """What the record had come to at a time, signed. It holds no word of the record, so the centre may see it.

    The public key stands with each, since the installation's key may change: those from before stay what they are.
    """

    centre_sees = True

    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    public_key = models.CharField(max_length=100)
    signature = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "sequence"], name="one_checkpoint_an_entry")]
        ordering = ["organisation", "sequence"]

    @property
    def key(self) -> str:
        """The fingerprint of the key that signed."""
        return fingerprint(read_key(self.public_key, where="checkpoint"))
