"""Which rules are for which kind of event, and the account of what ran on one source and what could not."""

from collections import Counter
from dataclasses import dataclass, field

from wardround.core.logs import Kind
from wardround.core.sigma import Rule, RuleSet, blind_for, lacking, serves
from wardround.core.vocab._hunting import NotRun


class Plan:
    """Which rules are for which kind of event: worked out once for each kind."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self.fields = frozenset().union(*(rule.fields for rule in rules.rules))
        self._kinds: dict[Kind, tuple[list[Rule], list[Rule]]] = {}

    def of(self, kind: Kind) -> tuple[list[Rule], list[Rule]]:
        """The rules that can run on such events, and those meant for them that cannot."""
        if kind not in self._kinds:
            meant = [rule for rule in self.rules if serves(kind, rule.logsource)]
            self._kinds[kind] = [r for r in meant if not lacking(kind, r)], [r for r in meant if lacking(kind, r)]
        return self._kinds[kind]


@dataclass
class Account:
    """One source's events by kind, the rules' fields that they had, and the rules that were stopped, with the reason."""

    plan: Plan
    counts: Counter[Kind] = field(default_factory=Counter)
    names: dict[Kind, set[str]] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)

    def close(self) -> tuple[tuple[str, ...], tuple[NotRun, ...]]:
        """After the last event: the rules that ran here, and those that could not, on all of it or on a part, with the reason."""
        searched: dict[str, tuple[Rule, list[tuple[Kind, frozenset[str]]]]] = {}
        partly: dict[str, list[str]] = {}
        for kind, names in self.names.items():
            runnable, blind = self.plan.of(kind)
            fields = frozenset(names) if kind.fields is None else kind.fields
            for rule in runnable:
                searched.setdefault(rule.id, (rule, []))[1].append((kind, fields))
            for rule in blind:
                missing = ", ".join(lacking(kind, rule))
                partly.setdefault(rule.id, []).append(
                    f"needs {missing}, which {self.counts[kind]} events ({kind.shape}) do not have"
                )
        could_not = {rule_id: "; ".join(whys) for rule_id, whys in partly.items()}
        ran = []
        for rule_id, (rule, kinds) in searched.items():
            if rule_id in self.stopped:
                could_not[rule_id] = self.stopped[rule_id]
            elif wanted := blind_for(rule, kinds):
                could_not[rule_id] = f"needs {', '.join(sorted(wanted))}, which no event that it is for has here"
            else:
                ran.append(rule_id)
        return tuple(ran), tuple(NotRun(rule_id, why) for rule_id, why in could_not.items())
