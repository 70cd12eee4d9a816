"""Log batches, hunts, detections. What was found stays, whatever a later hunt shows."""

from django.db import models

from wardround.hub.organisations.access import TenantModel


class LogBatch(TenantModel):
    """One source's events of one host: a file kept by its hash, and what it covers.

    `removed_at`: when the file went under the rules of retention; what it covered and its hash stay.
    """

    host = models.CharField(max_length=200)
    filename = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    shape = models.CharField(max_length=60)
    events = models.PositiveBigIntegerField()
    unparsed = models.PositiveBigIntegerField()
    first = models.DateTimeField(null=True)
    last = models.DateTimeField(null=True)
    gaps = models.JSONField(default=list)
    from_host = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=300)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["host", "first", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "host", "sha256"], name="one_batch_a_file")]


class Hunt(TenantModel):
    """One run of a pack over the logs that were there, for one response.

    `new` says how many logs and rules were searched anew: the rest was known from earlier hunts. `document` is the hash of the
    whole run as it is kept: rules, logs, what each gave, the result. `why` is empty when a person asked for it.
    """

    case = "response"

    response = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=300)
    pack = models.CharField(max_length=60)
    pack_hash = models.CharField(max_length=64)
    rules_given = models.PositiveIntegerField()
    rules_ran = models.PositiveIntegerField()
    not_run = models.JSONField(default=list)
    hosts = models.JSONField(default=list)
    batches = models.ManyToManyField(LogBatch, related_name="hunts")
    statement = models.TextField()
    why = models.CharField(max_length=60, blank=True)
    new = models.JSONField(default=dict)
    engine = models.CharField(max_length=64, blank=True)
    indicators_hash = models.CharField(max_length=64, blank=True)
    document = models.CharField(max_length=64, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]


class KeptSearch(TenantModel):
    """What one log gave, with every rule that it was searched with: a document kept by its hash. The newest of a log counts.

    `host` is the name that its asset had; `engine` what read it and ran the rules; `pack` whose rules they were. Another host,
    engine or pack searches anew.
    """

    batch = models.ForeignKey(LogBatch, on_delete=models.PROTECT, related_name="searches")
    host = models.CharField(max_length=200)
    engine = models.CharField(max_length=64)
    pack = models.CharField(max_length=60, default="")
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]


class HuntCheck(TenantModel):
    """A kept hunt held against its logs, its rules and a second run, later: what differs, and what is worth knowing beside it."""

    hunt = models.ForeignKey(Hunt, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    by = models.CharField(max_length=300)
    differences = models.JSONField(default=list)
    notes = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]


class Detection(TenantModel):
    """One rule on one event. `key` names the rule, the file and the line, so that a later hunt finds the same one again."""

    case = "response"

    response = models.UUIDField(db_index=True)
    hunt = models.ForeignKey(Hunt, on_delete=models.PROTECT, related_name="detections")
    key = models.CharField(max_length=200)
    rule = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    level = models.CharField(max_length=30, blank=True)
    phase = models.CharField(max_length=20)
    host = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    line = models.PositiveBigIntegerField()
    time = models.DateTimeField(null=True)
    excerpt = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["time", "pk"]
        constraints = [models.UniqueConstraint(fields=["response", "key"], name="one_detection_a_key")]
