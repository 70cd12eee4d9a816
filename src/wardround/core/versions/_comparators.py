"""Lists of comparators (`>= 1.0, < 2`), with what Python, Ruby, Conan, nginx and OpenSSL have of their own."""

import re

from wardround.core.versions._model import Scheme, shown
from wardround.core.versions._spans import EVERY, Span, all_but, exactly, met
from wardround.core.vocab import BadInput

MOST = 500
"""Comparators that one alternative may hold."""

_PART = re.compile(r"\s*,?\s*(===|~=|~>|==|!=|<=|>=|<<|>>|<|>|=|~|\^|)\s*([^\s,<>=!~^](?:[^\s,<>=!]|!(?!=))*)", re.ASCII)


def parts(text: str, *, scheme: Scheme) -> list[tuple[str, str]]:
    """Pairs of comparator (empty when there is none) and version, separated by commas or spaces. Raises BadInput."""
    found: list[tuple[str, str]] = []
    place, text = 0, text.strip()
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or len(found) == MOST:
            raise no_range(text, scheme)
        found.append((part[1], part[2]))
        place = part.end()
    if not found:
        raise no_range(text, scheme)
    return found


def no_range(text: str, scheme: Scheme) -> BadInput:
    """The error for a text that is no range."""
    return BadInput(f"{shown(text)} is no range of the scheme `{scheme.name}`", do="correct it, or state it as `vers`")


def compared(comparator: str, version: str) -> list[Span]:
    """What one plain comparator holds. Raises KeyError for any other."""
    return {
        "": [exactly(version)],
        "=": [exactly(version)],
        "==": [exactly(version)],
        "===": [exactly(version)],
        "!=": all_but(version),
        "<": [Span(high=version)],
        "<<": [Span(high=version)],
        "<=": [Span(high=version, with_high=True)],
        ">": [Span(low=version)],
        ">>": [Span(low=version)],
        ">=": [Span(low=version, with_low=True)],
    }[comparator]


def plain(text: str, scheme: Scheme) -> list[Span]:
    """Comparators that all must hold; `<<` and `>>` as Debian writes them."""
    if text == "*":
        return [EVERY]
    spans = [EVERY]
    for comparator, version in parts(text, scheme=scheme):
        if comparator in ("~", "^", "~=", "~>"):
            raise no_range(text, scheme)
        scheme.key(version)
        spans = met(spans, compared(comparator, version), scheme=scheme)
    return spans


def pypi(text: str, scheme: Scheme) -> list[Span]:
    """PEP 440, "Version specifiers": a comma stands for and; `==1.2.*` is a prefix, `~=1.4.2` is `>=1.4.2, ==1.4.*`."""
    spans = [EVERY]
    for comparator, version in parts(text, scheme=scheme):
        if comparator not in ("~=", "==", "!=", "<=", ">=", "<", ">", "==="):
            raise no_range(text, scheme)
        if comparator == "~=":
            scheme.key(version)
            release = re.match(r"[vV]?(?:\d+!)?\d+(?:\.\d+)*", version, re.ASCII)
            if release is None or "." not in release[0]:
                raise no_range(text, scheme)
            one = [Span(low=version, high=_prefix(release[0].rpartition(".")[0], scheme)[0].high, with_low=True)]
        elif version.endswith(".*") and comparator in ("==", "!="):
            prefix = _prefix(version[:-2], scheme)[0]
            one = [prefix] if comparator == "==" else [Span(high=prefix.low), Span(low=prefix.high, with_low=True)]
        else:
            scheme.key(version)
            one = compared(comparator, version)
        spans = met(spans, one, scheme=scheme)
    return spans


def _prefix(version: str, scheme: Scheme) -> list[Span]:
    """Everything that begins with these numbers: from its first development release to before that of the next."""
    if not re.fullmatch(r"[vV]?(?:\d+!)?\d+(?:\.\d+)*", version, re.ASCII):
        raise no_range(version, scheme)
    head, dot, last = version.rpartition(".")
    epoch, mark, number = last.rpartition("!")
    return [Span(f"{version}.dev0", f"{head}{dot}{epoch}{mark}{int(number.lstrip('vV')) + 1}.dev0", with_low=True)]


def gem(text: str, scheme: Scheme) -> list[Span]:
    """Gem::Requirement: a comma stands for and; `~> 2.0.8` is from 2.0.8 up to before 2.1."""
    spans = [EVERY]
    for comparator, version in parts(text, scheme=scheme):
        scheme.key(version)
        if comparator == "~>":
            numbers = [int(n) for n in re.split(r"\.", re.match(r"\d+(?:\.\d+)*", version, re.ASCII)[0])]  # type: ignore[index]
            kept = numbers[:-1] or numbers
            one = [Span(version, ".".join(map(str, [*kept[:-1], kept[-1] + 1])), with_low=True)]
        elif comparator in ("", "=", "!=", "<", "<=", ">", ">="):
            one = compared(comparator, version)
        else:
            raise no_range(text, scheme)
        spans = met(spans, one, scheme=scheme)
    return spans


def conan(text: str, scheme: Scheme) -> list[Span]:
    """Conan 2, "Version ranges": `~` and `^` end before the pre-releases of the next (`<2.6-`); a `-` behind an end is dropped."""
    expression, comma, option = (part.strip() for part in text.strip("[]").partition(","))
    if comma and not option.startswith("include_prerelease"):
        raise no_range(text, scheme)
    if expression in ("*", "*-"):
        return [Span("0.0.0", with_low=True)]
    spans = [EVERY]
    for comparator, stated in parts(expression, scheme=scheme):
        version = stated.removesuffix("-")
        scheme.key(version)
        if comparator in ("~", "^"):
            numbers = version.partition("-")[0].partition("+")[0].split(".")
            place = min(1, len(numbers) - 1)
            if comparator == "^":
                place = next((i for i, n in enumerate(numbers) if n.strip("0")), len(numbers) - 1)
            if not numbers[place].isdigit():
                raise no_range(text, scheme)
            one = [Span(version, ".".join([*numbers[:place], str(int(numbers[place]) + 1)]) + "-", with_low=True)]
        elif comparator in ("", "=", "<", "<=", ">", ">="):
            one = compared(comparator, version)
        else:
            raise no_range(text, scheme)
        spans = met(spans, one, scheme=scheme)
    return spans


def nginx(text: str, scheme: Scheme) -> list[Span]:
    """nginx security advisories: a list of versions, `A-B`, and `A+`: to the end of a stable (even) branch, else on for ever."""
    if text == "all":
        return [EVERY]
    spans = []
    for part in (part.strip() for part in text.split(",")):
        low, to, high = part.removesuffix("+").partition("-")
        scheme.key(low)
        if part.endswith("+"):
            numbers = [int(n) for n in low.split(".")] if re.fullmatch(r"\d+(?:\.\d+)+", low, re.ASCII) else []
            if not numbers or to:
                raise no_range(text, scheme)
            end = f"{numbers[0]}.{numbers[1] + 1}.0" if numbers[1] % 2 == 0 else None
            spans.append(Span(low, end, with_low=True))
        elif to:
            scheme.key(high)
            spans.append(Span(low, high, with_low=True, with_high=True))
        else:
            spans.append(exactly(low))
    return spans


def openssl(text: str, scheme: Scheme) -> list[Span]:
    """OpenSSL's vulnerability lists: versions between commas."""
    versions = [version.strip() for version in text.split(",")]
    for version in versions:
        scheme.key(version)
    return [exactly(version) for version in versions]
