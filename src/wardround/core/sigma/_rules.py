"""Reading Sigma rules: every document becomes a rule that can run, or is named with the reason."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from wardround.core.sigma._conditions import FieldTest, leaves
from wardround.core.sigma._model import LogSource, Rule, RuleSet
from wardround.core.sigma._translate import UnsupportedError, tree
from wardround.core.sigma._values import Reference
from wardround.core.vocab._hunting import NotRun

LARGEST_FILE = 1_000_000


def read_rules(files: Iterable[tuple[str, bytes]]) -> RuleSet:
    """Read rule files, each a name (a path) and its bytes; a file may hold several YAML documents.

    Every document counts as a rule given. What is not YAML, not a Sigma rule, or asks for something that is not run here
    (correlations, filters, placeholders) stands in `broken` with the reason; the others run. A rule is called by its `id`, else by
    its file's stem; when two share a name the later one gets `#2`.
    """
    rules: list[Rule] = []
    broken: list[NotRun] = []
    names: Counter[str] = Counter()
    digest = hashlib.sha256()
    for name, data in sorted(files):
        digest.update(hashlib.sha256(data).digest())
        for document in _documents(name, data):
            got = document if isinstance(document, NotRun) else _rule(name, document)
            names[got.id] += 1
            if (nth := names[got.id]) > 1:
                got = replace(got, id=f"{got.id}#{nth}")
            if isinstance(got, NotRun):
                broken.append(got)
            else:
                rules.append(got)
    return RuleSet(tuple(rules), tuple(broken), digest.hexdigest())


def stem(name: str) -> str:
    """`rules/web/abc.yml` is called `abc`."""
    return name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".yml").removesuffix(".yaml")


def _documents(name: str, data: bytes) -> list[Any]:
    """The documents of a YAML file, the old `action: global` and `repeat` resolved; a NotRun stands for what cannot be read."""
    import yaml
    from sigma.exceptions import SigmaError
    from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

    if len(data) > LARGEST_FILE:
        return [NotRun(stem(name), f"{name}: larger than {LARGEST_FILE:,} bytes: no rule is")]
    try:
        read = [d for d in yaml.load_all(data, Loader=SigmaYAMLLoader) if d is not None]
        for document in read:
            check_alias_expansion(document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [
            NotRun(stem(name), f"{name}{f':{mark.line + 1}' if mark else ''}: not YAML: {getattr(error, 'problem', None) or error}")
        ]
    except (SigmaError, RecursionError, ValueError, TypeError) as error:
        return [NotRun(stem(name), f"{name}: not usable YAML: {str(error) or type(error).__name__}")]
    if not read:
        return [NotRun(stem(name), f"{name}: holds no rule")]
    out: list[Any] = []
    shared: dict[str, Any] = {}
    previous: dict[str, Any] = {}
    for document in read:
        action = document.get("action") if isinstance(document, dict) else None
        if action is None:
            previous = _merged(document, shared) if isinstance(document, dict) else document
            out.append(previous)
        elif action == "global":
            shared = previous = {k: v for k, v in document.items() if k != "action"}
        elif action == "reset":
            shared = {}
        elif action == "repeat":
            previous = _merged(previous, {k: v for k, v in document.items() if k != "action"})
            out.append(previous)
        else:
            out.append(NotRun(stem(name), f"{name}: the action {action!r} is not known"))
    return out


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Both mappings as one, level by level; where both say something else, the second is right."""
    both = {
        key: _merged(base[key], value) if isinstance(base.get(key), dict) and isinstance(value, dict) else value
        for key, value in over.items()
    }
    return {**base, **both}


def _rule(name: str, document: Any) -> Rule | NotRun:
    from sigma.exceptions import SigmaError

    given = document.get("id") if isinstance(document, dict) else None
    called = str(given) if given else stem(name)
    if not isinstance(document, dict):
        return NotRun(called, f"{name}: not a Sigma rule: a mapping is expected")
    for key, what in (("correlation", "correlation rules"), ("filter", "filters")):
        if key in document:
            return NotRun(called, f"{name}: {what} are not run by this version")
    try:
        return _made(name, called, document)
    except UnsupportedError as reason:
        return NotRun(called, f"{name}: {reason}")
    except (SigmaError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        return NotRun(
            called, f"{name}: not a valid Sigma rule: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        )


def _made(name: str, called: str, document: dict[Any, Any]) -> Rule:
    from sigma.rule import SigmaRule

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a rule's odd regular expression may warn when it is compiled
        # Only what decides is handed over: an odd date, tag or id is no reason not to run a rule.
        deciding = {key: _known_modifiers(document[key]) for key in ("logsource", "detection") if key in document}
        rule = SigmaRule.from_dict({"title": "a rule", **deciding})
        condition = tree(rule)
    named = {leaf.field for leaf in leaves(condition) if isinstance(leaf, FieldTest)}
    named |= {leaf.test.field for leaf in leaves(condition) if isinstance(leaf.test, Reference)}
    ours = document.get("wardround")
    source = rule.logsource
    return Rule(
        id=called,
        title=str(document.get("title") or ""),
        level=str(document.get("level") or "").lower(),
        phase=str(ours.get("phase", "")) if isinstance(ours, dict) else "",
        logsource=LogSource(*(str(part or "").lower() for part in (source.product, source.category, source.service))),
        condition=condition,
        fields=frozenset(named),
        file=name,
        description=str(document.get("description") or ""),
    )


def _known_modifiers(definition: Any) -> Any:
    """`utf16le` is the specification's other name for `wide`; pySigma 2.0 knows only the one."""
    if isinstance(definition, list):
        return [_known_modifiers(part) for part in definition]
    if not isinstance(definition, dict):
        return definition
    return {
        "|".join("wide" if m == "utf16le" else m for m in key.split("|")) if isinstance(key, str) else key: _known_modifiers(value)
        for key, value in definition.items()
    }
