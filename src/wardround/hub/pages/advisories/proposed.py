"""What people proposed on a record: the centre reads all of it, others what their own organisations said."""

from django.conf import settings

from wardround.hub.advisories.reading import aliases, overrides
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Organisation
from wardround.lake.told import Told, standing


def proposed(access: Access, cve: str) -> list[Told]:
    """Proposals that nobody has settled, newest first, as far as the asker may read them."""
    found = standing(settings.HOME.proposed, overrides=overrides(), aliases=aliases(), cve=cve)
    if access.national or not found:
        return found
    codes = set(Organisation.objects.filter(pk__in=access.reads).values_list("code", flat=True))
    return [one for one in found if one.organisation in codes]
