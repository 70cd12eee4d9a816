"""A person's decision on a product's name, and a person's word that a verdict is wrong: kept, with an entry in the record."""

from collections.abc import Sequence

from django.conf import settings

from wardround.core.names import Alias
from wardround.core.names._decision import decided
from wardround.hub.advisories.reading import overrides
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation
from wardround.lake.decisions import keep
from wardround.lake.knowledge import Why
from wardround.lake.told import Told, tell


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


def tell_wrong(act: Act, *, organisation: Organisation, cve: str, about: Why, right: str, says: str, source: str) -> Told:
    """Say that an answer is wrong and what is right: a proposal that decides nothing, for whoever reviews vendor facts."""
    act.access.demand("override.propose", organisation)
    install, answer = about.install, about.answer
    told = Told(
        cve=cve,
        vendor=install.vendor,
        product=install.product,
        version=install.version,
        verdict=answer.verdict.value,
        decided_by=answer.decided_by,
        right=right,
        says=says.strip(),
        source=source.strip(),
        organisation=organisation.code,
        author=act.who,
        at=act.at,
        facts=tuple(one.id for one in overrides().all if cve in one.cves),
    )
    tell(settings.HOME.proposed, told)
    record(act, organisation=organisation, what="said that a verdict is wrong", subject=told.id, document=told.document())
    return told
