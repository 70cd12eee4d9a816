"""A handful of advisories, ready to be held against many estates."""

from collections.abc import Iterable, Sequence

from wardround.core import matching
from wardround.core.advisories import Advisory, product_names
from wardround.core.matching._names import name_all
from wardround.core.names import Aliases
from wardround.core.vocab import Finding, Install
from wardround.lake.statements import Statements


class Matcher:
    """These advisories with facts and aliases, and the vendors that the whole feed knows for their products."""

    def __init__(
        self, advisories: Iterable[Advisory], *, store: Statements, overrides: matching.Overrides, aliases: Aliases | None = None
    ) -> None:
        self.advisories = tuple(advisories)
        self.overrides = overrides
        self.aliases = aliases or Aliases()
        self.naming = {p: store.naming(p) for a in self.advisories for _, p in product_names(a)}

    def findings(self, installs: Sequence[Install], *, overrides: matching.Overrides | None = None) -> list[Finding]:
        """Every finding on these installs; `overrides` replaces the matcher's own."""
        table = self.overrides if overrides is None else overrides
        naming = table.naming(lambda product: self.naming.get(product, {}))
        named = name_all(installs, naming=naming, aliases=self.aliases)
        return list(matching.match_all(self.advisories, installs=installs, overrides=table, named=named))
