"""Lists of indicators of compromise, and which of them an event matches.

>>> from wardround.core.logs import Event, Kind
>>> lists = [("list.txt", b"203.0.113[.]7\\nhxxps://files.example/exam/results.pdf\\n10.0.0.1\\nnot one of them\\n")]
>>> indicators = read_indicators(lists)
>>> indicators.counts, [one.doubt for one in indicators.doubted], [problem.where for problem in indicators.problems]
({'ip': 1, 'url': 1}, ['a private or reserved address'], ['list.txt:4'])
>>> seen = Event(1, time=None, kind=Kind("", "web"), fields={"c-ip": ("203.0.113.7",), "url": ("https://files.example/",)}, text="")
>>> [(match.indicator.rule, match.field) for match in indicators.matches(seen)]
[('indicator:ip:203.0.113.7', 'c-ip')]
>>> indicators.suspects(b"nothing of the kind"), indicators.suspects(b'{"c-ip": "203.0.113.7"}')
(False, True)
"""

from wardround.core.hunts.indicators._model import Indicator, Match, Type
from wardround.core.hunts.indicators._read import read_indicators
from wardround.core.hunts.indicators._set import IndicatorSet

__all__ = ["Indicator", "IndicatorSet", "Match", "Type", "read_indicators"]
