"""Finding an organisation by its code, and the addresses that are told of its alerts."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Contact, Organisation
from wardround.hub.reach import EVERY, now

if TYPE_CHECKING:
    from django.db.models import QuerySet


def organisation_by(code: str) -> Organisation:
    """The organisation with that code; without one, the only one there is. Raises BadInput naming the codes there are."""
    if not code.strip() and len(trusts := Organisation.objects.filter(kind=Organisation.Kind.TRUST)[:2]) == 1:
        return trusts[0]
    found = Organisation.objects.filter(code=code.strip().upper()).first()
    if found is None:
        known = ", ".join(Organisation.objects.values_list("code", flat=True)[:20]) or "none yet"
        raise BadInput(
            f"no organisation {code[:20]!r}" if code.strip() else "whose is it?",
            where="--org",
            do=f"known codes: {known}; wardround organisation add adds one",
        )
    return found


def told(access: Access) -> "QuerySet[Any]":
    """The contacts within somebody's access that alerts go to: verified, not removed."""
    return Contact.objects.within(access).filter(verified_at__isnull=False, removed_at=None)


def demand_in_reach(code: str) -> None:
    """Raise PermissionDenied unless the rows of that organisation are in reach of this thread: its files go by the same rule."""
    reads = now().reads
    if reads == EVERY:
        return
    known = Organisation.objects.filter(code=code) if "\0" not in code else Organisation.objects.none()  # PostgreSQL takes no NUL
    key = known.values_list("pk", flat=True).first()
    if key is None or str(key) not in reads.split(","):
        raise PermissionDenied(f"the files of {code[:40]} are not in reach")
