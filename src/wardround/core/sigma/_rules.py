"""Reading Sigma rules: every document becomes a rule that can run, or is named with the reason."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wardround.core.sigma._conditions import FieldTest, leaves
from wardround.core.sigma._correlations import Draft, draft, resolved
from wardround.core.sigma._documents import Document, documents, line_of
from wardround.core.sigma._filters import Filter, filtered, read_filter
from wardround.core.sigma._model import Correlation, LogSource, Rule, RuleSet
from wardround.core.sigma._modifiers import definition
from wardround.core.sigma._pipeline import Preparation, policy
from wardround.core.sigma._problems import ProblemError, UnsupportedError
from wardround.core.sigma._translate import detection, tree
from wardround.core.sigma._values import Reference
from wardround.core.vocab._hunting import NotRun

NOTHING = Preparation()
BAD = (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, MemoryError)


def read_rules(files: Iterable[tuple[str, bytes]], *, prepared: Preparation = NOTHING) -> RuleSet:
    """Read rule files, each a name (a path) and its bytes; a file may hold several YAML documents.

    Every document counts as a rule given: rules, correlations, and filters where one cannot be used. What is not YAML, not a Sigma
    rule, or asks for something that is not run here stands in `broken` with the reason, its file and line; the others run. A rule
    is called by its `id`, else by its file's stem; when two share a name the later one gets `#2`. `prepared` holds what an
    installation adds: pipelines and the values of placeholders.
    """
    reading = _Reading(prepared)
    digest = hashlib.sha256()
    for name, data in sorted(files):
        digest.update(hashlib.sha256(data).digest())
        reading.file(name, data)
    return reading.whole(digest.hexdigest() + prepared.sha256 if prepared.sha256 else digest.hexdigest())


def stem(name: str) -> str:
    """`rules/web/abc.yml` is called `abc`."""
    return name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".yml").removesuffix(".yaml")


@dataclass(frozen=True, slots=True)
class _Place:
    """A document and the file that it stands in."""

    name: str
    data: bytes
    number: int = 0

    def problem(self, called: str, error: ProblemError) -> NotRun:
        line = error.line or line_of(self.data, self.number, error.path)
        return NotRun(called, f"{self.name}:{line}: {error.what}", error.reason, file=self.name, line=line)


@dataclass
class _Reading:
    """What has been read so far."""

    prepared: Preparation
    rules: list[Rule] = field(default_factory=list)
    broken: list[NotRun] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    filter_ids: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    called: dict[str, str] = field(default_factory=dict)  # what may be referred to: ids, and names
    places: dict[str, _Place] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)  # a rule's log source, as its document states it

    def file(self, name: str, data: bytes) -> None:
        """Read one file."""
        try:
            for document in documents(data):
                self.document(_Place(name, data, document.number), document)
        except ProblemError as problem:
            self.broken.append(_Place(name, data).problem(self.id_of(stem(name)), problem))

    def id_of(self, wanted: str) -> str:
        self.used[wanted] += 1
        return wanted if self.used[wanted] == 1 else f"{wanted}#{self.used[wanted]}"

    def document(self, place: _Place, document: Document) -> None:
        data = document.data
        given = data.get("id") if isinstance(data, dict) else None
        wanted = str(given)[:200] if given else stem(place.name)
        called = self.id_of(wanted)
        self.places[called] = place
        self.called.setdefault(wanted, called)
        try:
            if isinstance(data, ProblemError):
                raise data
            if not isinstance(data, dict):
                raise ProblemError("not a Sigma rule: a mapping is expected")
            self.take(place, called, data)
        except ProblemError as problem:
            self.broken.append(place.problem(called, problem))
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            self.called.setdefault(data["name"], called)

    def take(self, place: _Place, called: str, data: dict[Any, Any]) -> None:
        line = line_of(place.data, place.number, ()) if place.number else 1

        def made(part: Mapping[Any, Any]) -> Rule:
            return _rule(part, called=called, file=place.name, line=line, prepared=self.prepared)

        if "correlation" in data:
            self.drafts.append(draft(data, called=called, file=place.name, line=line))
        elif "filter" in data:
            self.filters.append(read_filter(data, made=made))
            self.filter_ids.append(called)
        else:
            self.rules.append(made(data))
            if self.prepared.pipelines:
                self.sources[called] = data.get("logsource")

    def whole(self, sha256: str) -> RuleSet:
        """Everything put together: filters into rules, references of correlations."""
        rules, used = filtered(self.rules, self.filters, called=self.called)
        for id_, was in zip(self.filter_ids, used, strict=True):
            if not was:
                idle = ProblemError("it is for none of the rules given, with their log sources", ("filter", "rules"))
                self.broken.append(self.places[id_].problem(id_, idle))
        correlations: list[Correlation] = []
        kept = {id_ for id_, was in zip(self.filter_ids, used, strict=True) if was}
        called = {name: id_ for name, id_ in self.called.items() if id_ not in kept}
        for got in resolved(self.drafts, called=called, names=self.names):
            if isinstance(got, Correlation):
                correlations.append(got)
            else:
                one, problem = got
                self.broken.append(self.places[one.stated.id].problem(one.stated.id, problem))
        rules, correlations = _silenced(rules, correlations, {one.stated.id for one in self.drafts if one.generate})
        self.broken.sort(key=lambda miss: (miss.file, miss.line))
        return RuleSet(tuple(rules), tuple(self.broken), sha256, tuple(correlations), sum(used))

    def names(self, rule: str, wanted: str) -> tuple[str, ...]:
        from sigma.exceptions import SigmaError

        if rule not in self.sources:
            return (wanted,)
        try:
            return self.prepared.names(wanted, self.sources[rule])
        except (SigmaError, *BAD):  # the field keeps its name
            return (wanted,)


def _silenced(rules: list[Rule], correlations: list[Correlation], generate: set[str]) -> tuple[list[Rule], list[Correlation]]:
    """What only serves correlations is not reported for itself, unless one of them says `generate`."""
    serving = {rule for one in correlations for rule in one.rules}
    serving -= {rule for one in correlations if one.id in generate for rule in one.rules}
    return (
        [replace(rule, reported=False) if rule.id in serving else rule for rule in rules],
        [replace(one, reported=False) if one.id in serving else one for one in correlations],
    )


def _rule(document: Mapping[Any, Any], *, called: str, file: str, line: int, prepared: Preparation) -> Rule:
    """A document made ready. Raises ProblemError with the path to what is wrong."""
    from sigma.exceptions import SigmaError

    try:
        return _made(document, called=called, file=file, line=line, prepared=prepared)
    except UnsupportedError as problem:
        raise problem if problem.path[2:] else UnsupportedError(problem.what, _fault(document) or problem.path) from None
    except (SigmaError, ProblemError, *BAD) as error:
        what = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        path = (error.path if isinstance(error, ProblemError) else ()) or _fault(document)
        raise ProblemError(f"not a valid Sigma rule: {what}", path) from None


def _made(document: Mapping[Any, Any], *, called: str, file: str, line: int, prepared: Preparation) -> Rule:
    from sigma.rule import SigmaRule

    # Only what decides is handed over: an odd date, tag or id is no reason not to run a rule.
    deciding = {key: document[key] for key in ("logsource", "detection") if key in document}
    if isinstance(given := deciding.get("detection"), dict):
        deciding["detection"] = {
            str(name): part if name == "condition" else definition(part) for name, part in given.items() if name != "timeframe"
        }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a rule's odd regular expression may warn when it is compiled
        rule = prepared.applied(SigmaRule.from_dict({"title": "a rule", **deciding}, policy=policy()))
        condition = tree(rule)
    tests = list(leaves(condition))
    named = {leaf.field for leaf in tests if isinstance(leaf, FieldTest)}
    named |= {leaf.test.field for leaf in tests if isinstance(leaf.test, Reference)}
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
        file=file,
        description=str(document.get("description") or ""),
        line=line,
        name=str(document.get("name") or ""),
    )


def _fault(document: Mapping[Any, Any]) -> tuple[object, ...]:
    """The first part of a document that cannot be made by itself."""
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaLogSource

    bad = (SigmaError, ProblemError, *BAD)
    try:
        SigmaLogSource.from_dict(document["logsource"])
    except bad:
        return ("logsource",)
    given = document.get("detection")
    for name, part in given.items() if isinstance(given, dict) else ():
        for at, items in enumerate(part if isinstance(part, list) else [part]) if name != "condition" else ():
            for key in items if isinstance(items, dict) else (None,):
                try:
                    _alone(items if key is None else {key: items[key]})
                except bad:
                    return ("detection", name, *([at] if isinstance(part, list) else []), *([] if key is None else [key]))
    if "detection" not in document:
        return ()
    return ("detection", "condition") if isinstance(given, dict) and "condition" in given else ("detection",)


def _alone(part: Any) -> None:
    """Make a part of a detection by itself. Raises what pySigma and the translation raise."""
    from sigma.rule import SigmaDetection

    made: Any = definition(part)
    detection(SigmaDetection.from_definition(made, None, policy()))
