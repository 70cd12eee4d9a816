"""Part, vendor, product and version of a CPE name, as words of an inventory."""

import re
from functools import lru_cache
from typing import NamedTuple

from wardround.core.names import Cpe
from wardround.core.vocab import BadInput


class Name(NamedTuple):
    """`a`, `o` or `h`, with vendor, product and version as words; empty where the name leaves them open."""

    part: str
    vendor: str
    product: str
    version: str


@lru_cache(4096)
def read_cpe(cpe: str) -> Name | None:
    """A CPE name in either binding; None for what is none.

    >>> read_cpe("cpe:/a:openbsd:openssh:8.9p1")
    Name(part='a', vendor='openbsd', product='openssh', version='8.9p1')
    """
    try:
        name = Cpe.read(cpe)
    except BadInput:
        return None
    vendor, product, version = (_word(text) for text in (name.vendor, name.product, name.version))
    return Name(_word(name.part), vendor.replace("_", " "), product.replace("_", " "), version)


def _word(text: str) -> str:
    return "" if text in ("ANY", "NA", "*", "-", "") else re.sub(r"\\(.)", r"\1", text)
