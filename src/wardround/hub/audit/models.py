"""One entry for each change of state."""

from django.db import models

from wardround.hub.organisations.access import TenantModel


class Entry(TenantModel):
    """Who did what, when, from what, to what, on which evidence. `canonical` is the whole entry as canonical JSON."""

    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    who = models.CharField(max_length=300)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    document = models.JSONField()
    canonical = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "sequence"], name="one_entry_a_number")]
        ordering = ["organisation", "sequence"]

    def save(self, *args: object, **kwargs: object) -> None:
        """Write it once; nothing in the record is ever changed."""
        if self.pk is not None:
            raise TypeError("the record is append-only")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("the record is append-only")
