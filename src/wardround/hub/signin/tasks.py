"""Jobs of signing in. Each may run twice: doing it again changes nothing."""

from datetime import timedelta

from django_tasks import task

from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.outbox.models import Message
from wardround.hub.signin.notices import subject_of, tell

TOLD_AGAIN = timedelta(hours=1)


@task()
def slowed(person: int, event: str) -> None:
    """Record that somebody has to wait, and write to the person: at most once an hour.

    Strangers fill neither record nor mailbox. `person` is 0 for an address that is nobody's: the page does the same work for
    both, so that its time tells nothing.
    """
    found = User.objects.filter(pk=person, is_active=True).first()
    since = clock.now() - TOLD_AGAIN
    if found and not Message.unscoped.filter(to=found.email, subject=subject_of(event), created_at__gt=since).exists():
        tell(found, event)
