"""A handful of advisories, ready to be held against many estates."""

from collections.abc import Iterable, Sequence

from wardround.core import matching
from wardround.core.advisories import Advisory, product_names
from wardround.core.vocab import Finding, Install
from wardround.lake.statements import Statements


class Matcher:
    """These advisories with the vendor's facts, and the vendors that the whole feed knows for their products."""

    def __init__(self, advisories: Iterable[Advisory], *, store: Statements, overrides: matching.Overrides) -> None:
        self.advisories = tuple(advisories)
        self.overrides = overrides
        self.naming = {p: store.naming(p) for a in self.advisories for _, p in product_names(a)}

    def findings(self, installs: Sequence[Install], *, overrides: matching.Overrides | None = None) -> list[Finding]:
        """Every finding on these installs; `overrides` replaces the matcher's own."""
        named = [matching.names(i, naming=lambda product: self.naming.get(product, {})) for i in installs]
        table = self.overrides if overrides is None else overrides
        return list(matching.match_all(self.advisories, installs=installs, overrides=table, named=named))
