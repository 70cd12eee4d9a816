"""What of a record decides for one product, as a short key: records that say the same of it share their verdicts.

A month's advisories on one product often differ in nothing but their prose.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from wardround.core.matching._conventions import whole_ends
from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._record import Record
from wardround.core.matching._windows import VENDOR, releases_of

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
            parts += _said((one for one in container.affected if isinstance(one, Mapping)), advisory.description)
        for subject in asked or ():
            parts += _said([container.affected[at] for at in record.places(place, subject)], advisory.description)
            parts.append(b"\1")
        if container.applicability:
            parts.append(_dumped(list(container.applicability)))
    return hashlib.blake2b(b"\0".join(parts), digest_size=16).digest()


def _said(objects: Iterable[Mapping[str, Any]], description: str) -> Iterator[bytes]:
    """Each object as it is written, and where the record's description changes it, as it is then."""
    for affected in objects:
        yield _written(affected)
        whole, _ = whole_ends(affected, description=description)
        if whole is not affected:
            yield _dumped(whole)


def _written(affected: Mapping[str, Any]) -> bytes:
    return _dumped({key: value for key, value in affected.items() if key not in _BESIDE} if _BESIDE & affected.keys() else affected)


def _dumped(stated: Any) -> bytes:
    try:
        return orjson.dumps(stated)
    except TypeError:  # numbers beyond 64 bits, half characters
        return repr(stated).encode(errors="backslashreplace")
