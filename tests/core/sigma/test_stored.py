"""Rules as bytes and back are the same rules; other bytes are refused."""

from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.sigma import RuleSet, read_rules
from wardround.core.sigma._stored import dump, load

EVERYTHING = b"""
title: Everything
id: all
logsource: {category: webserver}
detection:
    a: {f|re|i: '^x', g|cidr: '192.0.2.0/24', h|fieldref|endswith: f, i|gte: 5, j|minute|lt: 9, k: null, l|exists: false}
    b: [{m: true}, {n|windash|contains: ' -a '}, {o|cased: 'A?b*'}, {p|neq: 1.5}]
    c: [word, 'w?rd']
    condition: a and not b or 1 of c*
---
title: Together
correlation: {type: temporal, rules: [all, other], group-by: [f], timespan: 5m, condition: all and not other, aliases: {}}
---
title: Other
name: other
logsource: {category: webserver}
detection: {a: {f: x}, condition: a}
---
title: no rule
"""


def test_everything_comes_back() -> None:
    rules = read_rules([("all.yml", EVERYTHING)])
    assert (len(rules.rules), len(rules.correlations), len(rules.broken)) == (2, 1, 1)
    assert load(dump(rules)) == rules


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\x80\x04.", b'{"maker": 1}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(data)


def test_what_another_version_wrote_is_refused(a_rule: Callable[..., bytes]) -> None:
    written = orjson.loads(dump(read_rules([("a.yml", a_rule("sel:\n    a: 1\ncondition: sel"))])))
    assert load(orjson.dumps(written)).given == 1
    with pytest.raises(ValueError, match="another version"):
        load(orjson.dumps({**written, "maker": "another"}))


@given(st.data())
def test_a_damaged_file_is_refused_or_read_and_never_more(data: st.DataObject) -> None:
    whole = dump(read_rules([("all.yml", EVERYTHING)]))
    start = data.draw(st.integers(0, len(whole)))
    with pytest.raises(ValueError, match=r"unexpected|invalid|expected|control|UTF-8"):
        load(whole[:start] + b"\x00" + whole[start:])


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        dump(RuleSet((), (), "\ud800"))
