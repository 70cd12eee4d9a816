"""Walking JSON that may hold anything: what has the expected shape is taken, the rest is passed over."""

from collections.abc import Iterator, Mapping
from typing import Any


def objects(listed: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a list, each with its place in it."""
    if isinstance(listed, list):
        yield from ((place, one) for place, one in enumerate(listed) if isinstance(one, Mapping))


def texts(listed: Any) -> list[str]:
    """The texts of a list that are not empty."""
    return [one for one in listed if isinstance(one, str) and one] if isinstance(listed, list) else []


def node(stated: Any) -> Mapping[str, Any]:
    """The object itself, or an empty one."""
    return stated if isinstance(stated, Mapping) else {}


def joined(*parts: str, by: str = " ") -> str:
    """The parts that are not empty, once each."""
    return by.join(dict.fromkeys(part for part in parts if part))
