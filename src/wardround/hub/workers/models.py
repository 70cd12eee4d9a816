"""The last sign of life of each worker."""

from django.db import models


class Beat(models.Model):
    """A worker process, and when it last said that it lives: by the machine's clock, not by a demonstration's."""

    worker = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(db_index=True)
