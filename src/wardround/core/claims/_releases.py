"""A distribution's word on a package of one of its releases, where a package URL names both."""

import re
from dataclasses import replace

from wardround.core.claims._identifiers import package_of
from wardround.core.claims._model import AFFECTED, UNAFFECTED, Said

_RELEASE = re.compile(r"([a-z]+)-v?(\d[\w.]*)", re.ASCII)


def on_release(said: Said, own: str) -> Said:
    """The statement as the distribution's own when `own` (who speaks) is the namespace of its package URL; else as it was.

    The release is the qualifier `distro` (`debian-11`); without it the statement is of no known release. What is below a fixed
    version is affected, what is above is not.
    """
    package = package_of(said.product.purl)
    if package is None or not package.distribution or not own or package.vendor != own:
        return said
    found = _RELEASE.fullmatch(package.release.casefold())
    platform = f"{own}:{found[2]}" if found and found[1] == own else own
    product = replace(said.product, vendor=own, platforms=(platform,), distribution=True)
    if said.status != "fixed" or not package.version:
        return replace(said, product=product)
    below = {"version": "0", "lessThan": package.version, "versionType": package.scheme}
    return replace(said, product=replace(product, entries=(below,)), effect=AFFECTED, otherwise=UNAFFECTED)
