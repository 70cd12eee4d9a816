"""Sigma rules (specification 2.1): read, made ready, and asked of one event at a time. The oracle of every faster engine.

>>> from wardround.core.logs import Event, Kind
>>> rule = b"{title: t, id: r1, logsource: {category: webserver}, detection: {sel: {c-uri|contains: '403.jsp?k='}, condition: sel}}"
>>> rules = read_rules([("shell.yml", rule)])
>>> event = Event(1, time=None, kind=Kind("an access log", "web"), fields={"c-uri": ("/mifs/403.jsp?k=aWQ",)}, text="")
>>> [rule.id for rule in rules.rules if serves(event.kind, rule.logsource) and holds(rule.condition, event)]
['r1']
"""

from wardround.core.sigma._applies import blind_for, lacking, serves
from wardround.core.sigma._evaluate import holds
from wardround.core.sigma._model import LogSource, Rule, RuleSet
from wardround.core.sigma._rules import read_rules
from wardround.core.sigma._values import SlowRegexError

__all__ = ["LogSource", "Rule", "RuleSet", "SlowRegexError", "blind_for", "holds", "lacking", "read_rules", "serves"]
