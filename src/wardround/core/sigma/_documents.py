"""The documents of a rule file, as data; and, when one is wrong, the line at which it is."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, NamedTuple

from wardround.core.sigma._problems import ProblemError

LARGEST_FILE = 1_000_000

Path = Sequence[object]


class Document(NamedTuple):
    """One document: its data, with the old `action: global` and `repeat` resolved, and which of its file's documents it is."""

    number: int
    data: Any


@cache
def _loader() -> Any:
    """Sigma's rules are YAML 1.2 (specification, File Structure): there `yes`, `2025-05-15` and `12:30:00` are text."""
    from sigma.rule.base import SigmaYAMLLoader

    class Loader(SigmaYAMLLoader):
        """pySigma's loader (which refuses a key given twice), without what only YAML 1.1 takes for another type."""

    resolvers: dict[str, list[Any]] = {}
    for first, pairs in SigmaYAMLLoader.yaml_implicit_resolvers.items():
        for tag, pattern in pairs:
            kind = tag.rsplit(":", 1)[-1]
            if kind == "timestamp" or (kind == "bool" and first not in "tTfF"):
                continue
            resolvers.setdefault(first, []).append((tag, pattern))
    Loader.yaml_implicit_resolvers = resolvers
    Loader.add_constructor("tag:yaml.org,2002:int", _integer)
    return Loader


def _integer(loader: Any, node: Any) -> Any:
    """An integer, unless it is one only in YAML 1.1 (`12:30:00`, `1_000`)."""
    text = loader.construct_scalar(node)
    return text if ":" in text or "_" in text or len(text) > 300 else loader.construct_yaml_int(node)


def documents(data: bytes) -> list[Document]:
    """The documents of one file. Raises ProblemError for what cannot be read, with the line where that is known."""
    import yaml
    from sigma.exceptions import SigmaError
    from sigma.rule.base import check_alias_expansion

    if len(data) > LARGEST_FILE:
        raise ProblemError(f"larger than {LARGEST_FILE:,} bytes: no rule is")
    try:
        read = [Document(n, d) for n, d in enumerate(yaml.load_all(data, Loader=_loader())) if d is not None]
        if b"*" in data and b"&" in data:  # only then can there be an alias
            for document in read:
                check_alias_expansion(document.data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ProblemError(f"not YAML: {getattr(error, 'problem', None) or error}", line=mark.line + 1 if mark else 1) from None
    except (SigmaError, RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise ProblemError(f"not usable YAML: {str(error) or type(error).__name__}") from None
    if not read:
        raise ProblemError("holds no rule")
    return list(_acted(read))


def _acted(read: list[Document]) -> Iterator[Document]:
    shared: dict[str, Any] = {}
    previous: dict[str, Any] = {}
    for number, data in read:
        action = data.get("action") if isinstance(data, dict) else None
        if action is None:
            previous = _merged(shared, data) if isinstance(data, dict) else data
            yield Document(number, previous)
            continue
        rest = {key: value for key, value in data.items() if key != "action"}
        if action == "global":
            shared = previous = rest
        elif action == "reset":
            shared = {}
        elif action == "repeat":
            previous = _merged(previous, rest) if isinstance(previous, dict) else rest
            yield Document(number, previous)
        else:
            yield Document(number, ProblemError(f"the action {str(action)[:40]!r} is not known", ("action",)))


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Both mappings as one, level by level; where both say something else, the second is right."""
    both = {
        key: _merged(base[key], value) if isinstance(base.get(key), dict) and isinstance(value, dict) else value
        for key, value in over.items()
    }
    return {**base, **both}


def line_of(data: bytes, number: int, path: Path) -> int:
    """The line (from 1) of what `path` leads to in a document: its keys and places, as far as they are there."""
    nodes = _composed(data)
    if number >= len(nodes) or nodes[number] is None:
        return 1
    node = nodes[number]
    line = int(node.start_mark.line)
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        mark, node = found
        line = int(mark.line)
    return line + 1


@lru_cache(maxsize=2)
def _composed(data: bytes) -> list[Any]:
    """The documents of a file with their places, as far as they can be read. Kept, as one file may have many problems."""
    import yaml

    nodes: list[Any] = []
    with suppress(yaml.YAMLError, RecursionError, ValueError):
        nodes.extend(yaml.compose_all(data, Loader=_loader()))
    return nodes


def _child(node: Any, step: object) -> tuple[Any, Any] | None:
    """Where a key (or the item of a list) stands, and its value."""
    if isinstance(node.value, list):
        if isinstance(step, int) and node.id == "sequence" and step < len(node.value):
            return node.value[step].start_mark, node.value[step]
        for pair in node.value if node.id == "mapping" else ():
            if pair[0].value == str(step):
                return pair[0].start_mark, pair[1]
    return None
