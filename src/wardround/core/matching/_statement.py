"""What of a record decides for one product, as a short key: records that say the same of it share their verdicts.

A month's advisories on one product often differ in nothing but their prose.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from wardround.core.matching._conventions import whole_ends
from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._record import Record
from wardround.core.matching._windows import VENDOR, releases_of
from wardround.core.names._named import told_by

_BESIDE = frozenset({"programFiles", "programRoutines", "repo"})
"""What no verdict rests on, and differs from record to record."""


def asked_of(blank: Subject) -> tuple[Subject, ...] | None:
    """The subjects under which objects are looked up to decide for this one (of no version); None where any may count."""
    if blank.vendors == (VENDOR,) and (releases := releases_of(blank.product)):
        names = {name for release, _ in releases for name in (*release.names, *release.core, *release.general)}
        return tuple(Subject((VENDOR,), name, "") for name in sorted(names))
    return None if blank.distribution or by_rule(blank) else (blank,)


def statement(record: Record, blank: Subject, asked: Sequence[Subject] | None) -> bytes:
    """A digest of everything that `decide` rests on here, overrides aside: two records with equal ones get equal verdicts."""
    advisory, parts = record.advisory, [b"2" if len(blank.vendors) > 1 else b"1"]
    if blank.vendors == (VENDOR,):
        parts.append(advisory.published.date().isoformat().encode())  # a range may end at the record's publication
    for place in standing(record, blank):
        container = advisory.containers[place]
        parts.append(
            f"{container.kind} {container.name} {container.source * (container.kind == 'supplier')}".encode(errors="surrogatepass")
        )
        if asked is None:
            parts.append(repr(told_by(advisory.references)).encode(errors="surrogatepass"))
            parts += [_said(record, place, at) for at, one in enumerate(container.affected) if isinstance(one, Mapping)]
        for subject in record.named(place, asked) if asked else ():
            parts.append(subject.product.encode(errors="surrogatepass"))
            parts += [_said(record, place, at) for at in record.places(place, subject)]
        if container.applicability:
            parts.append(_dumped(list(container.applicability)))
    return hashlib.blake2b(b"\0".join(parts), digest_size=16).digest()


def _said(record: Record, place: int, at: int) -> bytes:
    """An object as it is written, and where the record's description changes it, as it is then."""
    if (said := record.said.get((place, at))) is None:
        affected = record.advisory.containers[place].affected[at]
        whole, _ = whole_ends(affected, description=record.advisory.description)
        whole, _ = record.further(record.advisory.containers[place], whole)
        said = _written(affected) if whole is affected else b"\0".join((_written(affected), _dumped(whole)))
        record.said[place, at] = said
    return said


def _written(affected: Mapping[str, Any]) -> bytes:
    return _dumped({key: value for key, value in affected.items() if key not in _BESIDE} if _BESIDE & affected.keys() else affected)


def _dumped(stated: Any) -> bytes:
    try:
        return orjson.dumps(stated)
    except TypeError:  # numbers beyond 64 bits, half characters
        return repr(stated).encode(errors="backslashreplace")
