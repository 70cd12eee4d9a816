"""Which records name an install: the rule of names, apart from any verdict."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile

from wardround.core.advisories import Advisory
from wardround.core.matching._model import Named
from wardround.core.matching._packages import Package, distributors, may_be_package, package_of, vendors_of
from wardround.core.matching._product_lines import family_of, of_family
from wardround.core.matching._sql_server import names_of_sql_server, sql_server_of
from wardround.core.matching._windows import VENDOR, windows_of
from wardround.core.names import Aliases, bare_product, key_of
from wardround.core.names._gist import gist
from wardround.core.names._keys import Name, name_of_cpe
from wardround.core.names._named import COMPUTERS, ECOSYSTEM, language_of_purl, names_of, names_of_purl
from wardround.core.names._product import bare_vendor
from wardround.core.names._purl import without_version
from wardround.core.vocab import Install

__all__ = ["Name", "Naming", "Records", "key_of", "name_all", "named_alike", "names", "names_of", "product_keys"]

Naming = Callable[[str], Mapping[str, Sequence[str]]]
"""Product key -> vendor key (empty: the record states no vendor) -> the CVEs whose records name that product of that vendor."""

Records = Callable[[Sequence[str]], Iterable[Advisory]]
"""CVE ids -> their records."""

_NO_ALIASES = Aliases()
_LETTERS = re.compile(r"[\W_]+")
_NAMED_BY_YEAR = frozenset({"adobe"})
_YEAR = re.compile(r"20[12]\d", re.ASCII)
_MOST_OF_VENDOR = 3
_TELLS_A_VENDOR = 4
"""So many letters of a vendor's name are enough to know it by; `ge` and `hp` are not."""

_OF_ANY_COMPANY = frozenset(
    re.findall(
        r"\S+",
        "ag ab as bv co com communications community company corporation developers development dev digital electronics enterprise "
        "foundation gmbh global group health healthcare holding holdings inc industries international io labs learning limited llc "
        "ltd maintainers medical net network networks nv org organization oy project pte pty se security sia software solutions "
        "spa sro srl studio studios systems team technologies technology worldwide",
    )
)
"""Words behind a vendor's name that tell it from nobody."""

_SAYS_NOTHING = 2
"""So many words anybody could give to a product: `toolbox`, `contact form`."""

_FOR_OR_EDITION = re.compile(
    rf"(?:{COMPUTERS}"
    r"| (?:community|enterprise|standard|professional|express) edition)+$",
    re.ASCII,
)
_PLUGIN = re.compile(r"\bplug-?in\b", re.ASCII)
_MAJOR = re.compile(r" ([1-9]\d?)$", re.ASCII)
_KINDS = (" firmware", " software")
_STATED = "as the inventory states it"
_BY_PURL = "by its package URL {}"


def names(install: Install, *, naming: Naming, records: Records | None = None, aliases: Aliases = _NO_ALIASES) -> Named | None:
    """The records that name an install; None when there are none, which is *not* a statement that it is not affected.

    In this order: vendor and product as stated (case, spacing, legal forms, and a version or processor at the name's end
    aside), the CPE, the package URL, and what a reviewed alias says that any of these is. Without any vendor the product
    alone counts when a single vendor has it, and is ambiguous when several have. `records` lets a second spelling of one
    vendor inside the same record (its CPE, another container) not count as a second vendor.
    """
    if windows := windows_of(install):
        every = tuple(dict.fromkeys(cve for name in windows.names for cve in naming(name).get(VENDOR, ())))
        if every:
            return Named(windows.product, (VENDOR,), every, ways=(((VENDOR, windows.product), "a release of Windows"),))
    if server := sql_server_of(install):
        every = tuple(dict.fromkeys(cve for name in names_of_sql_server(server) for cve in naming(name).get(VENDOR, ())))
        if every:
            return Named(server, (VENDOR,), every, ways=(((VENDOR, server), "a release of SQL Server"),))
    if (product := of_family(install)) and (family := family_of(product.product)):
        every = tuple(dict.fromkeys(cve for name in family.names_of(product.product) for cve in naming(name).get(VENDOR, ())))
        if every:
            return Named(product.product, (VENDOR,), every, ways=(((VENDOR, product.product), f"a line of {family.title}"),))
    if package := package_of(install):
        return _of_package(package, naming)
    if found := _by_name(install, naming, aliases) or _by_product_alone(install, naming, records, aliases):
        return found
    found = next((found for one in _in_one_text(install) if (found := _by_name(one, naming, aliases))), None)
    return found or next((_aside(less) for one in _said_less(install) if (less := _by_name(one, naming, aliases))), None)


def name_all(
    installs: Iterable[Install], *, naming: Naming, records: Records | None = None, aliases: Aliases = _NO_ALIASES
) -> list[Named | None]:
    """What `names` finds for each install, in their order; the same statement of a product is looked up once."""
    known: dict[Hashable, tuple[str, Named | None]] = {}
    found = []
    for install in installs:
        if (key := named_alike(install)) not in known:
            known[key] = install.purl, names(install, naming=naming, records=records, aliases=aliases)
        purl, named = known[key]
        found.append(named if purl == install.purl or named is None else _by_purl(named, purl, install.purl))
    return found


def named_alike(install: Install) -> Hashable:
    """What the records that name an install follow from: installs of one key get the same, whatever their versions."""
    package = without_version(install.purl) if install.purl else ""
    key: tuple[object, ...] = (install.vendor, install.product, install.cpe, package, install.scheme)
    if install.extra:
        key = (*key, *sorted(install.extra.items()))
    if (
        "windows" in f"{install.product} {install.cpe}".casefold()  # its version says which release it is
        or may_be_package(install)  # its ending can say whose package it is
        or "sql server" in install.product.casefold()  # its build, which release
        or of_family(install)
        or _first_number(install)
    ):
        key = (*key, install.purl, install.version)
    return key


def _by_purl(named: Named, stated: str, purl: str) -> Named:
    """What was found by one version's package URL, as found by another's."""
    before, now = _BY_PURL.format(stated[:200]), _BY_PURL.format(purl[:200])
    said = ((name, f"{now}{how[len(before) :]}" if how.startswith(before) else how) for name, how in named.ways)
    return replace(named, ways=tuple(said))


def product_keys(install: Install, *, aliases: Aliases = _NO_ALIASES) -> set[str]:
    """Every product key under which `names` asks for the records of an install."""
    stated = [name for one in (install, *_in_one_text(install), *_said_less(install)) for name, _ in _stated_names(one, aliases)]
    keys = {product for _, product in stated} | {other[1] for name in stated for other, _ in aliases.of(*name)}
    if windows := windows_of(install):
        keys.update(windows.names)
    keys.update(names_of_sql_server(sql_server_of(install)))
    if (product := of_family(install)) and (family := family_of(product.product)):
        keys.update(family.names_of(product.product))
    if package := package_of(install):
        keys.update(package.names)
    return keys


def _by_name(install: Install, naming: Naming, aliases: Aliases) -> Named | None:
    """By every name of vendor and product, the surest first; all of them count."""
    cves: dict[str, None] = {}
    ways: dict[Name, str] = {}
    tried: dict[Name, None] = {}
    for name, how in _stated_names(install, aliases):
        if name not in tried:
            tried[name] = None
            if how:
                _take(name, how, naming, aliases, ways, cves)
    registry = language_of_purl(install.purl)
    for name in tried:
        if registry and not name[0]:
            continue  # `elasticsearch` of PyPI is a client of the server whose name it bears
        for other, alias in aliases.of(*name):
            if other not in ways:
                _take(other, f"by the alias {alias}", naming, aliases, ways, cves)
    if not ways:
        return None
    (vendor, product), *also = ways
    return Named(product, (vendor,), tuple(cves), tuple(also), tuple(ways.items()))


def _of_package(package: Package, naming: Naming) -> Named | None:
    """Every record on a distribution's package or on what it is made of: only the distribution's own word will decide.

    It goes by the name under which the distribution speaks of it; its source package where it speaks of none.
    """
    found = {name: {v: cves for v, cves in naming(name).items() if not v.startswith(ECOSYSTEM)} for name in package.names}
    spoken = [name for name, vendors in found.items() if any(vendor in vendors for vendor in vendors_of(package.vendor))]
    every = tuple(dict.fromkeys(cve for vendors in found.values() for vendor in sorted(vendors) for cve in vendors[vendor]))
    product = (spoken or package.names)[0]
    way = ((package.vendor, product), f"a package of {package.distribution}")
    return Named(product, (package.vendor,), every, ways=(way,)) if every else None


def _take(name: Name, how: str, naming: Naming, aliases: Aliases, ways: dict[Name, str], cves: dict[str, None]) -> None:
    """The records of one name, of its vendor in every spelling."""
    vendor, product = name
    listed = naming(product)
    if not listed:
        return
    spelled = [vendor] if vendor in listed else []
    if vendor and not vendor.startswith(ECOSYSTEM):
        whose = aliases.vendor(vendor)
        others = [v for v in listed if v and v != vendor and not v.startswith(ECOSYSTEM)]
        spelled += [v for v in others if _are_one(aliases.vendor(v), whose)]
        spelled += [""] if "" in listed and _of_its_name(whose, product) else []
    for one in spelled:
        ways.setdefault((one, product), how)
        cves.update(dict.fromkeys(listed[one]))


def _by_product_alone(install: Install, naming: Naming, records: Records | None, aliases: Aliases) -> Named | None:
    """By the product where no vendor is stated. A package of one registry is none of the same name in another."""
    product = key_of(install.product)
    if not product or key_of(install.vendor):
        return None
    found = _vendors_of(naming(product), language_of_purl(install.purl))
    if not found and (bare := bare_product(product)) != product:
        product, found = bare, _vendors_of(naming(bare), language_of_purl(install.purl))
    refused = _refused(install, product, aliases)
    found = {vendor: cves for vendor, cves in found.items() if (aliases.vendor(vendor), product) not in refused}
    if not found:
        return None
    vendors = tuple(sorted(found))
    every = tuple(dict.fromkeys(cve for vendor in vendors for cve in found[vendor]))
    if len({aliases.vendor(vendor) for vendor in vendors}) > 1 and records:
        vendors = tuple(sorted(_owners(records(every), product) & set(vendors))) or vendors
    whose = {aliases.vendor(vendor) for vendor in vendors}
    if "" in whose and len(whose) == 2 and (_of_its_name(max(whose), product) or len(product.split()) > _SAYS_NOTHING):
        vendors, whose = (*vendors[1:], ""), {max(whose)}  # that some records state no vendor makes no second one
    if len(whose) > 1:
        return Named(product, vendors, every)
    one, *others = vendors
    cves = tuple(dict.fromkeys(cve for vendor in vendors for cve in found.get(vendor, ())))
    ways: dict[Name, str] = {(one, product): "by the product's name alone: no vendor is stated"}
    taken = dict.fromkeys(cves)
    for other, alias in aliases.of(one, product):
        _take(other, f"by the alias {alias}", naming, aliases, ways, taken)
    also = tuple(dict.fromkeys((*((other, product) for other in others), *list(ways)[1:])))
    return Named(product, (one,), tuple(taken), also, tuple(ways.items()))


def _written_otherwise(name: str, vendor: str) -> Iterator[tuple[str, str]]:
    """A product's name with or without the word for its kind, with its initials behind it, and without the year of its release."""
    kind = next((kind for kind in _KINDS if name.endswith(kind) and len(name) > len(kind)), "")
    for other in [name.removesuffix(kind)] if kind else [f"{name}{word}" for word in _KINDS]:
        yield other, "as the inventory states it, the word for its kind (firmware, software) aside"
    if vendor == "jenkins" and not kind and not name.endswith(" plugin"):
        yield f"{name} plugin", "as the inventory states it, a plugin of Jenkins"
    if _PLUGIN.search(name):
        yield (
            _PLUGIN.sub(lambda word: "plugin" if "-" in word[0] else "plug-in", name),
            "as the inventory states it, plug-in or plugin",
        )
    if len(words := name.split()) > 1:
        initials = "".join(word[0] for word in words)
        yield f"{name} ({initials})", "as the inventory states it, with its initials"
        if words[0] == vendor:
            yield f"{name} ({initials[1:]})", "as the inventory states it, with its initials"
        if vendor in _NAMED_BY_YEAR and _YEAR.fullmatch(words[-1]):
            yield " ".join(words[:-1]), "as the inventory states it, the year of its release aside"


def _in_one_text(install: Install) -> Iterator[Install]:
    """Where no vendor is stated: the first words of the product as its vendor (`Palo Alto Expedition`)."""
    words = install.product.split()
    if not key_of(install.vendor) and not install.cpe and not install.purl:
        for place in range(1, min(len(words), _MOST_OF_VENDOR + 1)):
            yield replace(install, vendor=" ".join(words[:place]), product=" ".join(words[place:]))


def _said_less(install: Install) -> Iterator[Install]:
    """A vendor's product without its edition, its first number, and the system that it is for: where no record has it all."""
    product = bare_product(key_of(install.product))
    less = _FOR_OR_EDITION.sub("", product)
    if (number := _first_number(install)) and install.version.startswith(number):
        less = less.removesuffix(f" {number}")  # `adaudit plus 8` of version 8100
    if key_of(install.vendor) and less != product:
        yield replace(install, product=less)


def _first_number(install: Install) -> str:
    found = _MAJOR.search(bare_product(key_of(install.product)))
    return found[1] if found else ""


def _aside(named: Named) -> Named:
    return replace(
        named,
        ways=tuple((name, f"{how}, its edition, its first number and the system that it is for aside") for name, how in named.ways),
    )


@lru_cache(maxsize=65_536)
def _are_one(vendor: str, other: str) -> bool:
    """Two spellings of one vendor that has a product of one name: by their letters (`wp swings`, `wpswings`), or but for words
    behind the name that any company could bear (`traefik`, `traefik labs`; `contec health`, `contec medical systems`).
    """
    one, two = (_LETTERS.sub(" ", name).split() for name in (vendor, other))
    if vendor == other or (one and "".join(one) == "".join(two)):
        return True
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
    return len("".join(one[:same])) >= _TELLS_A_VENDOR and _OF_ANY_COMPANY.issuperset(one[same:] + two[same:])


def _of_its_name(vendor: str, product: str) -> bool:
    """True where a product bears its vendor's name, or its vendor the product's: `VMware Fusion`, `Moodle` of Moodle."""
    one, other = (_LETTERS.sub("", name) for name in (vendor, product))
    return len(one) > 2 and (other.startswith(one) or one.startswith(other))


def _refused(install: Install, product: str, aliases: Aliases) -> frozenset[Name]:
    """What a person has said that a product without a vendor, or a package of its name, is not."""
    asked = [("", product), *names_of_purl(install.purl)[:1]] if install.purl else [("", product)]
    return frozenset(name for one in asked for name in aliases.denied(*one))


def _vendors_of(listed: Mapping[str, Sequence[str]], language: str) -> dict[str, Sequence[str]]:
    """The vendors that have a product of a name, without the records that place it in another language's registry.

    A distribution that packages it is no vendor of it, where there is another.
    """
    found = {vendor: cves for vendor, cves in listed.items() if not vendor.startswith(ECOSYSTEM)}
    found = {vendor: cves for vendor, cves in found.items() if vendor not in distributors()} or found
    if not language or len(found) == len(listed):
        return found
    own = set(listed.get(ECOSYSTEM + language, ()))
    foreign = {cve for vendor, cves in listed.items() if vendor.startswith(ECOSYSTEM) for cve in cves} - own
    left = {vendor: tuple(cve for cve in cves if cve not in foreign) for vendor, cves in found.items()}
    return {vendor: cves for vendor, cves in left.items() if cves}


def _owners(records: Iterable[Advisory], product: str) -> set[str]:
    """The vendors that records themselves give for a product, each by the first of its containers that names it; two are enough."""
    owners: set[str] = set()
    for record in records:
        for container in record.containers:
            own = {
                key_of(a.get("vendor"))
                for a in container.affected
                if isinstance(a, Mapping) and key_of(a.get("product")) == product
            }
            owners |= own
            if own:
                break
        if len(owners) > 1:
            break
    return owners


def _beside(product: str, vendor: str) -> str:
    """A product with its vendor's name before it, or without it where it has it."""
    return product[len(vendor) + 1 :] if product.startswith(f"{vendor} ") else f"{vendor} {product}"


def _stated_names(install: Install, aliases: Aliases) -> Iterator[tuple[Name, str]]:
    """Vendor and product as the install states them, then as its CPE, and its package URL do; each with how it was found.

    A product without a vendor is said without a way: an alias may know it, but no record is taken for its own.
    """
    product, vendor = key_of(install.product), key_of(install.vendor)
    if product:
        bare = bare_product(product)
        yield (vendor, product), _STATED if vendor else ""
        if bare != product:
            yield (vendor, bare), "as the inventory states it, without version and processor" if vendor else ""
        if vendor:
            whose, own = aliases.vendor(vendor), bare_vendor(vendor)
            asides = [_beside(bare, name) for name in dict.fromkeys((whose, own))]
            for beside in asides:
                yield (vendor, beside), "as the inventory states it, its vendor's name aside"
            for one in (bare, *asides):
                for other, how in _written_otherwise(one, whose):
                    yield (vendor, other), how
            for one in filter(None, dict.fromkeys(gist(whose, name) for name in (bare, *asides))):
                for other in (one, f"{one} firmware"):
                    yield (vendor, other), "as the inventory states it, its spelling and the word for its sort aside"
    if install.cpe and (name := name_of_cpe(install.cpe)):
        yield name, f"by its CPE name {install.cpe[:200]}"
        if product and not vendor:
            yield (name[0], product), "as the inventory states it, with the vendor of its CPE name"
    if install.purl:
        for place, name in enumerate(names_of_purl(install.purl)):
            if not vendor or not place:
                yield name, _BY_PURL.format(install.purl[:200])
