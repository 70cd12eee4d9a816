"""How far an announcement goes, for the centre that is about to send it: a number, never the addresses."""

from collections.abc import Sequence

from wardround.hub.organisations.access import system_access
from wardround.hub.organisations.models import Contact, Organisation


def addresses(organisations: Sequence[Organisation]) -> int:
    """Each organisation's mailbox and its extra contacts, each once."""
    contacts = Contact.objects.within(system_access("counting addresses")).filter(organisation__in=organisations)
    extra = set(contacts.values_list("organisation", "email")) - {(o.pk, o.mailbox) for o in organisations}
    return len(organisations) + len(extra)
