"""A person's decision on a product's name: kept as an alias of this installation, with an entry in the record."""

from collections.abc import Sequence

from django.conf import settings

from wardround.core.names import Alias
from wardround.core.names._decision import decided
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation
from wardround.lake.decisions import keep


def decide_name(
    act: Act,
    *,
    organisations: Sequence[Organisation],
    vendor: str,
    product: str,
    to: Sequence[tuple[str, str]],
    same: bool,
    reason: str,
) -> Alias:
    """Say that an inventory's product is, or is not, one of the records: it counts for the whole installation.

    The entry stands in the record of each of `organisations`, for which the person acts. Raises BadInput, naming both,
    for a decision that disagrees with what is in force.
    """
    alias = decided(
        product,
        vendor=vendor,
        to=to,
        same=same,
        author=act.who,
        on=act.at.date(),
        source="the hub's queue of names",
        reason=reason or ("confirmed by a person" if same else "refused by a person"),
    )
    keep(settings.HOME.aliases, [alias], at=act.at)
    what = "accepted a product's name" if same else "refused a product's name"
    for organisation in organisations:
        record(act, organisation=organisation, what=what, subject=alias.id, document=alias.document())
    return alias
