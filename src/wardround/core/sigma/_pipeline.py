"""What an installation says about its own logs: a processing pipeline of pySigma's, and the values of placeholders."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from wardround.core.sigma._modifiers import LONGEST_REGEX, registered
from wardround.core.sigma._values import compiled_regex
from wardround.core.vocab import BadInput


@dataclass(frozen=True)
class Preparation:
    """What is done to every rule before it is made ready. `sha256` tells two of them apart."""

    pipelines: tuple[Any, ...] = ()
    sha256: str = ""

    def applied(self, rule: Any) -> Any:
        """A rule of pySigma's after every pipeline. Raises pySigma's errors."""
        for pipeline in self.pipelines:
            rule = pipeline.apply(rule)
        return rule

    def names(self, field: str, logsource: Any) -> tuple[str, ...]:
        """What a field of events of a log source is called after the pipelines."""
        from sigma.rule import SigmaRule

        if not self.pipelines:
            return (field,)
        asked = SigmaRule.from_dict(
            {"title": "a field", "logsource": logsource, "detection": {"a": {field: "x"}, "condition": "a"}}, policy=policy()
        )
        return tuple(_fields(self.applied(asked).detection.detections["a"])) or (field,)


def _fields(detection: Any) -> list[str]:
    out: list[str] = []
    for item in detection.detection_items:
        out += _fields(item) if hasattr(item, "detection_items") else [item.field] if item.field else []
    return out


@cache
def policy() -> Any:
    """What rules may do in pySigma: any regular expression that can be run here, and nothing outside of themselves."""
    import regex
    from sigma.policy import SigmaPolicy
    from sigma.policy.regex_engine import RegexEngine

    registered()

    class Engine(RegexEngine):
        """The expressions of the evaluator, which end in bounded time, instead of RE2's."""

        def compile(self, pattern: str, flags: int = 0) -> Any:
            if len(pattern) > LONGEST_REGEX:
                raise regex.error(f"longer than {LONGEST_REGEX:,} characters")
            return compiled_regex(pattern, "")

        @property
        def error(self) -> type[Exception]:
            return regex.error

    return SigmaPolicy(regex_engine=Engine())


def preparation(*, pipelines: Sequence[tuple[str, bytes]] = (), values: Mapping[str, Sequence[str]] | None = None) -> Preparation:
    """Make ready pySigma pipelines (YAML; each a name to show and its bytes) and the values of placeholders.

    Placeholders that a pipeline replaces come first. Raises BadInput for what is no such pipeline.
    """
    from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
    from sigma.processing.transformations import ValueListPlaceholderTransformation

    digest = hashlib.sha256()
    made: list[Any] = [_read(name, data) for name, data in pipelines]
    for _, data in pipelines:
        digest.update(hashlib.sha256(data).digest())
    given = {name: [str(v) for v in some] for name, some in (values or {}).items() if some}
    if given:
        digest.update(repr(sorted(given.items())).encode())
        item = ProcessingItem(ValueListPlaceholderTransformation(include=sorted(given)))
        made.append(ProcessingPipeline([item], vars=dict(given)))
    return Preparation(tuple(made), digest.hexdigest() if made else "")


def _read(name: str, data: bytes) -> Any:
    import yaml
    from sigma.exceptions import SigmaError
    from sigma.processing.pipeline import ProcessingPipeline

    try:
        stated = yaml.load(data, Loader=yaml.CSafeLoader)
        if not isinstance(stated, dict):
            raise BadInput("not a processing pipeline: a mapping is expected", where=name)
        return ProcessingPipeline.from_dict(stated, policy=policy())
    except (yaml.YAMLError, SigmaError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise BadInput(
            f"not a processing pipeline: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            where=where,
            do="give a processing pipeline of pySigma as YAML (transformations: ...)",
        ) from None
