"""The documents of a rule file, as data; and, when one is wrong, the line at which it is."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, NamedTuple

from wardround.core.sigma._problems import ProblemError

LARGEST_FILE = 1_000_000
MOST_MERGED = 10  # mappings merged into one
MOST_KEYS = 100  # of a mapping that merges others

Path = Sequence[object]


class Whole(int):
    """An integer of a rule, and how it is written there: `0x10` and `010` are looked for in text as such."""

    text: str

    def __str__(self) -> str:
        return self.text


class Decimal(float):
    """A number with a fraction, and how it is written there: `1.10` is looked for in text as such."""

    text: str

    def __str__(self) -> str:
        return self.text


class Document(NamedTuple):
    """One document: its data, with the old `action: global` and `repeat` resolved, and which of its file's documents it is."""

    number: int
    data: Any


@cache
def _loader() -> Any:
    """Sigma's rules are YAML 1.2 (specification, File Structure): there `yes`, `2025-05-15` and `12:30:00` are text."""
    import yaml

    class Loader(yaml.CSafeLoader):
        """Without what only YAML 1.1 takes for another type; a key given twice is refused. `<<` merges, as in pySigma."""

        def flatten_mapping(self, node: Any) -> None:
            """Called for every mapping before it is made, and for those that it merges."""
            looked_at = self.__dict__.setdefault("looked_at", set())
            if node not in looked_at:
                looked_at.add(node)
                _unlike_keys(self, node)
            own = len(node.value)
            super().flatten_mapping(node)
            if len(node.value) != own:  # a key of its own comes last, and counts; what merges repeat is not carried along
                node.value = list({(key.tag, str(key.value)): (key, value) for key, value in node.value}.values())
                if len(node.value) > MOST_KEYS:
                    raise yaml.constructor.ConstructorError(None, None, "merges too much into a mapping", node.start_mark)

    resolvers: dict[str, list[Any]] = {}
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items():
        for tag, pattern in pairs:
            kind = tag.rsplit(":", 1)[-1]
            if kind in ("timestamp", "value") or (kind == "bool" and first not in "tTfF"):
                continue
            resolvers.setdefault(first, []).append((tag, pattern))
    Loader.yaml_implicit_resolvers = resolvers
    Loader.add_constructor("tag:yaml.org,2002:int", _integer)
    Loader.add_constructor("tag:yaml.org,2002:float", _fraction)
    return Loader


def _unlike_keys(loader: Any, node: Any) -> None:
    """Raises a YAML error with its place for a key given twice, and where merging would make very much of little."""
    from yaml.constructor import ConstructorError

    keys: set[object] = set()
    for key_node, value in node.value:
        merging = key_node.tag == "tag:yaml.org,2002:merge"
        if merging and value.id == "sequence" and len(value.value) > MOST_MERGED:
            raise ConstructorError(None, None, f"more than {MOST_MERGED} mappings merged into one", key_node.start_mark)
        key = "<<" if merging else loader.construct_object(key_node, deep=True)
        if isinstance(key, list | dict):
            raise ConstructorError(None, None, "a key is text or a number", key_node.start_mark)
        if key in keys:
            raise ConstructorError(None, None, f"duplicate key {str(key)[:60]!r}", key_node.start_mark)
        keys.add(key)


def _integer(loader: Any, node: Any) -> Any:
    """An integer, unless it is one only in YAML 1.1 (`12:30:00`, `1_000`, `0b11`). `010` is ten."""
    text = loader.construct_scalar(node)
    if ":" in text or "_" in text or text.lstrip("+-").casefold().startswith("0b") or len(text) > 300:
        return text
    made = Whole(text, 16 if "x" in text else 10)
    made.text = text
    return made


def _fraction(loader: Any, node: Any) -> Any:
    """A number with a fraction, unless it is one only in YAML 1.1 (`12:30:00.5`, `1_000.5`)."""
    text = loader.construct_scalar(node)
    if ":" in text or "_" in text or len(text) > 300:
        return text
    made = Decimal(loader.construct_yaml_float(node))
    made.text = text
    return made


def documents(data: bytes) -> list[Document]:
    """The documents of one file; one that cannot be read is a ProblemError instead of data, with the line where that is known.

    Those after it are read as far as it can be told where they begin. Raises ProblemError for a file that holds none.
    """
    if len(data) > LARGEST_FILE:
        raise ProblemError(f"larger than {LARGEST_FILE:,} bytes: no rule is")
    read = [document for document in _read(data) if document.data is not None]
    if not read:
        raise ProblemError("holds no rule")
    return list(_acted(read))


def _read(data: bytes) -> Iterator[Document]:
    import yaml
    from sigma.exceptions import SigmaError
    from sigma.rule.base import check_alias_expansion

    number = 0
    try:
        loader = _loader()(data)
        while loader.check_data():
            try:
                made = loader.get_data()
                if b"*" in data and b"&" in data:  # only then can there be an alias
                    check_alias_expansion(made)
            except yaml.constructor.ConstructorError as error:  # whole as YAML: the next document begins after it
                made = _not_yaml(error, data)
                loader.constructed_objects, loader.recursive_objects, loader.state_generators = {}, {}, []
                loader.deep_construct = False
            except SigmaError as error:
                made = ProblemError(f"not usable YAML: {error}")
            yield Document(number, made)
            number += 1
    except yaml.YAMLError as error:
        yield Document(number, _not_yaml(error, data))
    except (RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        yield Document(number, ProblemError(f"not usable YAML: {str(error) or type(error).__name__}"))


def _not_yaml(error: Any, data: bytes) -> ProblemError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else data.count(b"\n", 0, getattr(error, "position", 0)) + 1
    return ProblemError(f"not YAML: {str(getattr(error, 'problem', None) or error).splitlines()[0]}", line=line)


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
