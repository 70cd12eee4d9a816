"""Which products are asked about: those of one's own estates, for the centre's officers of all, counted and never listed."""

from collections import Counter
from functools import cache, partial

from wardround.core.matching._review import Review, review
from wardround.core.names import Candidate, key_of
from wardround.core.vocab import Install
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.estate.services import lake, newest, snapshots
from wardround.hub.organisations.access import Access, Act, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.names.guesses import Guesses
from wardround.hub.reach import reaching

STATED = ["vendor", "product", "cpe", "purl", "scheme"]


def asked(act: Act, *, most: int, vendor: str | None = None, product: str | None = None) -> Review:
    """The questions within somebody's reach, by the newest snapshots; only on one product where it is given.

    Raises WardroundError where nothing was synced.
    """
    installs, counts = _stated(act, vendor, product)
    known = aliases().as_of(act.at)
    with statements() as store:
        guesses = Guesses(store, aliases=known)
        found = review(
            installs,
            naming=cache(overrides().as_of(act.at).naming(store.naming)),
            records=partial(store.advisories, at=act.at),
            aliases=known,
            candidates=guesses,
            most=most,
            assets=counts,
        )
        guesses.keep()
        return found


def records_on(found: Review) -> dict[Candidate, int]:
    """How many records speak of each name that is offered: what one answer would decide."""
    with statements() as store:
        return {one: len(store.naming(one.product).get(one.vendor, ())) for q in found.questions for one in q.candidates}


def reach(access: Access) -> tuple[list[Organisation], Access]:
    """The organisations whose products somebody is asked about, and with whose access they are counted."""
    trusts = Organisation.objects.filter(kind=Organisation.Kind.TRUST)
    if access.may("names.decide") and access.national:
        return list(trusts), system_access("counting names for the centre")
    return list(trusts.filter(pk__in=access.reads)), access


def _stated(act: Act, vendor: str | None, product: str | None) -> tuple[list[Install], Counter[tuple[str, str]]]:
    """Each distinct statement of a product once, and on how many assets each product is."""
    organisations, reader = reach(act.access)
    found: dict[tuple[str, ...], Install] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for organisation in organisations:
        with reaching(reader):
            rows = newest(snapshots(reader, organisation, until=act.at)).values()
            table = lake().scan(organisation.code, snapshots=[r.public_id for r in rows], columns=[*STATED, "version", "asset_id"])
        for row in table.group_by(["vendor", "product"]).aggregate([("asset_id", "count_distinct")]).to_pylist():
            counts[key_of(row["vendor"]), key_of(row["product"])] += row["asset_id_count_distinct"]
        for row in table.group_by(STATED).aggregate([("version", "min")]).to_pylist():
            if (vendor is None or row["vendor"].strip() == vendor) and (product is None or row["product"].strip() == product):
                stated = tuple(row[key] for key in STATED)
                more = {key: row[key] for key in STATED}
                found.setdefault(stated, Install(asset_id="", version=row["version_min"] or "", **more))
    return list(found.values()), counts
