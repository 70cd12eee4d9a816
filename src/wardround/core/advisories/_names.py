"""The names under which a record's products can be asked for."""

from collections.abc import Iterator, Mapping

from wardround.core.advisories._cve import affected_containers
from wardround.core.advisories._fold import references_of
from wardround.core.advisories._model import Advisory, CveRecord
from wardround.core.names._configurations import names_of_applicability
from wardround.core.names._named import names_of, told_by


def product_names(record: CveRecord | Advisory) -> set[tuple[str, str]]:
    """(vendor key, product key) of every product that the record names.

    Vendor with product and with package name, the CPEs of its objects, and what its `cpeApplicability` calls vulnerable.
    Keys are `name_key`s; a CPE's underscores are spaces. A vendor that is not stated (`n/a`) is empty; a product that is not
    stated is left out. A package whose ecosystem is stated has that for a vendor too (`pkg:npm`).
    """
    return set(_names(record))


def _names(record: CveRecord | Advisory) -> Iterator[tuple[str, str]]:
    told = told_by(record.references if isinstance(record, Advisory) else references_of(record))
    for container in record.containers if isinstance(record, Advisory) else affected_containers(record.document):
        for entry in container.affected:
            if isinstance(entry, Mapping):
                yield from names_of(entry, told=told)
        yield from names_of_applicability(container.applicability)
