"""Each pack ships its hunt as KQL and SPL, made ahead of time: they say what the rules say, as far as one can see."""

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
import regex

from wardround.core.hunts import Source, hunt, load_pack
from wardround.core.hunts._packs import bundled, bundled_folder
from wardround.core.hunts._samples import called
from wardround.core.sigma._conditions import AllOf, AnyOf, Node, Not, TextTest, leaves
from wardround.core.sigma._values import Number, Regex


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("pack_queries", root / "tools" / "pack_queries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", bundled())
def test_the_kept_queries_are_those_that_are_made_of_the_rules_now(name: str, tool: ModuleType) -> None:
    pack = load_pack(name)
    assert dict(pack.queries) == tool.queries(pack), "run python tools/pack_queries.py"


@pytest.mark.parametrize("ending", [".kql", ".spl"])
@pytest.mark.parametrize("name", bundled())
def test_every_rule_has_a_query_and_every_log_a_probe(name: str, ending: str) -> None:
    pack = load_pack(name)
    own = {file: text for file, text in pack.queries.items() if file.endswith(ending)}
    for rule in pack.reported:
        assert sum(f'"{rule.id}"' in text for file, text in own.items() if not file.startswith("older")) == 1, called(rule)
    hunts = {file.removeprefix("hunt") for file in own if file.startswith("hunt.")}
    assert hunts == {file.removeprefix("coverage") for file in own if file.startswith("coverage.")}


@pytest.mark.parametrize("name", bundled())
def test_every_text_and_expression_of_a_rule_is_in_both_of_its_queries(name: str, tool: ModuleType) -> None:
    pack = load_pack(name)
    kql = "\n".join(text for file, text in pack.queries.items() if file.endswith(".kql"))
    spl = "\n".join(text for file, text in pack.queries.items() if file.endswith(".spl")).replace("\\\\", "\\")
    for rule in pack.rules.rules:
        for text in tool.values(rule):
            assert f'contains @"{text}"' in kql
            assert "(?i)" + tool.SPECIAL.sub(tool.ESCAPED, text) in spl
        for leaf in leaves(rule.condition):
            if isinstance(leaf.test, Regex):
                pattern = tool.pattern_of(leaf.test)
                assert pattern.replace('"', '""') in kql
                assert pattern.replace('"', '\\"') in spl


@pytest.mark.parametrize("name", bundled())
def test_a_probe_counts_every_field_that_a_rule_needs(name: str, tool: ModuleType) -> None:
    pack = load_pack(name)
    for rule in pack.rules.rules:
        for ending in (".kql", ".spl"):
            probe = pack.queries[f"coverage.{tool.family(pack, rule)}{ending}"]
            assert all(f"has_{tool.column(field)}" in probe for field in rule.fields)


@pytest.mark.parametrize("name", bundled())
def test_quotes_and_brackets_are_closed(name: str) -> None:
    for file, text in load_pack(name).queries.items():
        bare = "".join(_outside(text, verbatim=file.endswith(".kql")))
        assert bare.count("(") == bare.count(")"), file


def _outside(text: str, *, verbatim: bool) -> list[str]:
    """What stands outside of strings and comments; a string that does not end on its line is an error."""
    out: list[str] = []
    for line in text.splitlines():
        if line.startswith(("//", "```")):
            continue
        at = 0
        while at < len(line):
            quote = line[at]
            if quote not in "\"'" or (quote == "'" and not verbatim):
                out.append(quote)
                at += 1
                continue
            raw = verbatim and at > 0 and line[at - 1] == "@"
            at += 1
            while True:
                assert at < len(line), line
                if (raw and line[at : at + 2] == quote * 2) or (not raw and line[at] == "\\"):
                    at += 2
                elif line[at] == quote:
                    at += 1
                    break
                else:
                    at += 1
    return out


COLUMNS = re.compile(
    r'\[?(?P<c_ip>[0-9A-Fa-f:.]*?[0-9A-Fa-f])\]?(?::[0-9]+)? .*?"(?P<request>(?:[^"\\]|\\.)*)"'
    r"(?: (?P<sc_status>\d{3}) (?P<sc_bytes>\d+))?"
)
REQUEST = re.compile(r"(?:(?P<cs_method>[A-Za-z]+) )?(?P<target>.*?)(?: HTTP/[0-9.]+)?\Z")


def columns(line: str) -> dict[str, str]:
    """The columns that the head of a query over web logs makes of a line."""
    found = COLUMNS.match(line)
    assert found, line
    row = {name: value or "" for name, value in found.groupdict().items()}
    row |= {name: value or "" for name, value in REQUEST.match(row["request"]).groupdict().items()}  # type: ignore[union-attr]
    row["cs_uri_stem"] = row["target"].split("?")[0]
    row["c_uri"] = row["cs_uri_query"] = "\n".join([row["target"], unquote(row["target"]), unquote(unquote(row["target"]))])
    return row | {"text": f"{line}\n{row['c_uri']}"}


def asks(node: Node, row: dict[str, str], tool: ModuleType) -> bool:
    """A condition over columns, as a query asks it."""
    match node:
        case AllOf(parts):
            return all(asks(part, row, tool) for part in parts)
        case AnyOf(parts):
            return any(asks(part, row, tool) for part in parts)
        case Not(part):
            return not asks(part, row, tool)
    value = row["text" if isinstance(node, TextTest) else tool.column(node.field)]
    if isinstance(node.test, Number):
        return value != "" and node.test.passes(value)
    if (text := tool.literal(node.test)) is not None:
        return text in value.lower()
    return re.search(tool.pattern_of(node.test), value) is not None


@pytest.mark.parametrize("name", ["epmm", "connect_secure", "citrix_session"])
def test_over_the_packs_own_samples_a_query_asks_what_the_rule_asks(name: str, tool: ModuleType) -> None:
    pack, compared = load_pack(name), 0
    rules = [rule for rule in pack.rules.rules if tool.family(pack, rule) == "web" and rule.reported]
    for entry in bundled_folder(name).joinpath("tests").iterdir():
        text = entry.read_text(encoding="utf-8")
        if not COLUMNS.match(text):
            continue
        result = hunt([Source(entry.name, io.BytesIO(text.encode()))], rules=pack.rules)
        blind = {miss.id for miss in result.coverage.not_run}
        hits = {(hit.rule, hit.line) for hit in result.detections}
        for number, line in enumerate(text.splitlines(), start=1):
            row = columns(line)
            for rule in rules:
                compared += 1
                if rule.id not in blind:
                    assert asks(rule.condition, row, tool) == ((rule.id, number) in hits), f"{entry.name}:{number} {called(rule)}"
    assert compared > 100


EXPRESSIONS = {
    ".kql": re.compile(r'(?:matches regex |extract\()@"((?:[^"]|"")*)"'),
    ".spl": re.compile(r'(?:match\(\w+,|rex field=\w+ )"((?:[^"\\]|\\.)*)"'),
}


@pytest.mark.parametrize("name", bundled())
def test_every_expression_in_a_query_is_one_that_its_language_has(name: str) -> None:
    """Kusto's are RE2's (no look-around, no back-reference); Splunk's are PCRE's, in strings where a backslash is written twice."""
    found = 0
    for file, text in load_pack(name).queries.items():
        ending = file[file.rindex(".") :]
        for written in EXPRESSIONS[ending].findall(text):
            found += 1
            plain = written.replace('""', '"') if ending == ".kql" else written.replace('\\"', '"').replace("\\\\", "\\")
            plain = plain.replace("\\x{fffd}", "\\ufffd")
            assert regex.compile(plain.replace("(?<", "(?P<") if ending == ".spl" else plain), file
            assert not re.search(r"\(\?[=!<]|\\[1-9]", plain) or ending == ".spl", f"{file}: {plain}"
    assert found > 10
