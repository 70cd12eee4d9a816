"""Sources and their dated snapshots. The installs themselves live in the lake."""

from django.db import models

from wardround.hub.organisations.access import TenantModel


class Source(TenantModel):
    """Where inventories come from: what it can see at all, and how its columns are read."""

    name = models.CharField(max_length=100)
    sees = models.JSONField(default=list)
    mapping = models.JSONField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_source_a_name")]
        ordering = ["name"]


class Snapshot(TenantModel):
    """One source's dated inventory of one organisation. Older ones stay as evidence."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=300)
    filename = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=40)
    sees = models.JSONField(default=list)
    assets = models.PositiveIntegerField()
    installs = models.PositiveIntegerField()
    rejected = models.JSONField(default=list)
    noted = models.JSONField(default=list)
    shrunk_from = models.PositiveIntegerField(null=True)
    confirmed_by = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    file_removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["taken_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "sha256", "taken_at"], name="one_snapshot_a_file")]

    @property
    def counts(self) -> bool:
        """Whether it may show that something is fixed: not when it shrank and nobody confirmed that."""
        return self.shrunk_from is None or self.confirmed_at is not None


class Split(TenantModel):
    """A person's word that two assets are not one device, whatever their identifiers say. It stands until it is undone."""

    first = models.CharField(max_length=1000)
    second = models.CharField(max_length=1000)
    reason = models.TextField()
    split_by = models.CharField(max_length=300)
    split_at = models.DateTimeField()
    undone_by = models.CharField(max_length=300, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["split_at", "pk"]
