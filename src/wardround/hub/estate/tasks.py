"""The jobs of the estate. Each may run twice: doing it again changes nothing. They take minutes, so no message waits for them."""

from django_tasks import task

from wardround.hub import clock
from wardround.hub.estate.knowing import count
from wardround.hub.organisations.models import Organisation


@task(queue_name="counting")
def count_estate(code: str) -> None:
    """Count what the records decide of an organisation's estate, for its pages."""
    count(Organisation.objects.get(code=code), at=clock.now())
