"""Everything that decides, as of a time: what was published, vendor facts, aliases. Of one installation's home; needs no hub."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from wardround.core.advisories import Advisory
from wardround.core.claims import Claim
from wardround.core.matching import Answer, Named, Naming, Overrides, Subject, names
from wardround.core.matching._explain import Step, explain
from wardround.core.matching._match import subject_of
from wardround.core.matching._model import in_one
from wardround.core.names import Aliases, key_of
from wardround.core.vocab import BadInput, Install, Verdict
from wardround.lake.arrivals import later_than
from wardround.lake.home import Home
from wardround.lake.statements import Age, Statements
from wardround.lake.statements._known import naming_by, seen_by

NOT_NAMED = (
    "The record does not name this product as it is written here. That is no statement that it is not affected: it may be "
    "called something else."
)
BEFORE_THE_FIRST_SYNC = (
    "No sync had been finished here by then, so nothing was known here: what had been stated by then counts, whenever it came."
)


@dataclass(frozen=True)
class Knowledge:
    """Which records name what, the records themselves, vendor facts, aliases, and the names that records use."""

    at: datetime
    naming: Naming
    records: Callable[[Sequence[str]], Iterable[Advisory]]
    undated: Callable[[Sequence[str]], Iterable[Advisory]]
    overrides: Overrides
    aliases: Aliases
    products: Callable[[], Iterable[tuple[str, str]]]
    ages: dict[str, Age]
    claims: Callable[[str], Sequence[Claim]]
    statements: Statements
    seen_by: datetime | None
    """None for a time before the first sync here: what had been stated by then is all that can be told."""

    @property
    def notice(self) -> str:
        """Why this is not what was known here at the time; empty where it is."""
        return BEFORE_THE_FIRST_SYNC if self.seen_by is None else ""

    def named(self, install: Install) -> Named | None:
        """The records that name an install, and how."""
        return names(install, naming=self.naming, records=self.records, aliases=self.aliases)

    def subject(self, install: Install, named: Named | None) -> Subject:
        """What a verdict on it depends on."""
        return subject_of(install, named)

    def why(self, advisory: Advisory, install: Install) -> "Why":
        """The answer on one install with every step that led to it. One that the record does not name is *unknown*."""
        named = self.named(install)
        if named is None or advisory.cve not in named.cves:
            return Why(install, *self._unnamed(advisory, install, named), named=False)
        answer, steps = explain(advisory, self.subject(install, named), overrides=self.overrides, named=named)
        return Why(install, answer, steps, named=True, claims=self._claims(advisory.cve, named, install.version))

    def _claims(self, cve: str, named: Named, version: str) -> tuple[Claim, ...]:
        """What others claim of a product under one of its names; what they say of this very version first."""
        known = {(self.aliases.vendor(vendor), product) for vendor, product in ((named.vendors[0], named.product), *named.also)}
        products = {product for _, product in known}
        found = [
            claim
            for claim in self.claims(cve)
            if (product := key_of(claim.product)) in products
            and (not (vendor := key_of(claim.vendor)) or (self.aliases.vendor(vendor), product) in known)
        ]
        return tuple(sorted(found, key=lambda claim: claim.versions != version))

    def _unnamed(self, advisory: Advisory, install: Install, named: Named | None) -> tuple[Answer, tuple[Step, ...]]:
        """Nothing was compared: what the records that do name it call it, and what to do."""
        at = f"{advisory.cve} /containers"
        objects = (affected for container in advisory.containers for affected in container.affected)
        called = sorted({str(affected.get("product") or affected.get("packageName") or "")[:60] for affected in objects} - {""})
        what = in_one(install.vendor, install.product)[:120]
        others = f"{len(named.cves):,} other records name {named.product}." if named else "No other record names it either."
        spoken = f"{what} is not what this record speaks of ({', '.join(called[:5]) or 'it names no product'}). {others}"
        answer = Answer(Verdict.UNKNOWN, NOT_NAMED, at)
        return answer, (
            Step(
                "record",
                f"The record of {advisory.cve}, {advisory.state.casefold()}.",
                advisory.source,
                advisory.updated,
                f"{advisory.cve} /cveMetadata",
            ),
            Step("name", spoken, "inventory", None, at),
            Step("answer", f"Unknown. {NOT_NAMED}", advisory.source, advisory.updated, at),
        )


@dataclass(frozen=True)
class Why:
    """An answer on one install, and the steps that led to it, in the order in which they decided. `named`: by the record.

    `claims` are the words of suppliers on this product, to stand beside the answer: theirs, dated, and not ours.
    """

    install: Install
    answer: Answer
    steps: tuple[Step, ...]
    named: bool
    claims: tuple[Claim, ...] = ()


@contextmanager
def knowledge(
    home: Home, *, at: datetime, overrides: Overrides | None = None, aliases: Aliases | None = None
) -> Iterator[Knowledge]:
    """What was known at a time, from the synced feeds of an installation. Raises BadInput where none were synced.

    Asked again later, it is what it was: of what bears an earlier date but came here after that time, nothing counts. A time
    before the first sync is told by what had been stated.

    `overrides` and `aliases` save reading them again for whoever holds them already.
    """
    facts = (Overrides.load(folder=home.overrides) if overrides is None else overrides).as_of(at)
    called = (Aliases.load(folder=home.aliases) if aliases is None else aliases).as_of(at)
    with Statements.open(home.feeds) as statements:
        ages, seen = statements.ages(), seen_by(statements, at)
        if ages["cve"].stated_at is None:
            raise BadInput("no CVE records are here yet", where=str(home.feeds), do="run `wardround feeds sync` first")
        if seen:
            if later := later_than(home.overrides, seen):
                facts = Overrides(tuple(one for one in facts.all if one.id not in later))
            if later := later_than(home.aliases, seen):
                called = Aliases(tuple(one for one in called.all if one.id not in later))
        yield Knowledge(
            at,
            cache(facts.naming(naming_by(statements, at=at, seen=seen))),
            partial(statements.advisories, at=at, seen_by=seen),
            partial(statements.undated, at=at, seen_by=seen),
            facts,
            called,
            statements.products,
            ages,
            cache(partial(statements.claims, at=at, seen_by=seen)),
            statements,
            seen,
        )
