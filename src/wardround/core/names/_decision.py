"""A person's answer to *is this product that one?*, as an alias that can be kept, exported and shared."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date

from wardround.core.names._alias import Alias, read_aliases
from wardround.core.names._keys import Name, key_of
from wardround.core.vocab import name_key
from wardround.core.vocab._canonical import canonical


def decided(
    product: str,
    *,
    vendor: str,
    to: Sequence[Name],
    same: bool,
    author: str,
    on: date,
    source: str,
    reason: str,
    supersedes: Sequence[str] = (),
) -> Alias:
    """The alias that says that an inventory's product is (or, with `same` False, is not) these of the records.

    A vendor that states none (`n/a`, `*`) is none. The same answer of the same person on the same day has the same id.
    Raises BadInput for what no alias may hold.
    """
    vendor = vendor.strip() if key_of(vendor) else ""
    what = [name_key(vendor), name_key(product), [list(map(name_key, one)) for one in to], same, author, on.isoformat()]
    mark = hashlib.sha256(canonical(what)).hexdigest()[:12]
    slug = re.sub(r"[^a-z0-9]+", "-", name_key(f"{vendor} {product}"))[:60].strip("-") or "product"
    made = Alias(f"{slug}-{mark}", vendor, product.strip(), tuple(to), author, on, source, reason, tuple(supersedes), same)
    return next(read_aliases(canonical(made.document()), where="decision"))
