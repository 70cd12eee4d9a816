"""Writes the queries of the bundled packs: the same hunt in KQL (Sentinel) and SPL (Splunk), made ahead of time and kept as data.

`python tools/pack_queries.py` writes them anew; `--check` says whether the kept ones are what it would write.

`--against PYTHON` asks pySigma's backends for their queries of every rule, and says which value of a rule they look for and ours do
not. They need pySigma below 2, so an environment of their own: `python -m venv E && E/bin/pip install pysigma-backend-kusto
pysigma-backend-splunk`. Last done with kusto 1.0.1, splunk 2.1.0 and pySigma 1.5.1: 37 rule files compared, no value missing. They
make neither correlations (five files) nor a comparison of two fields (one): these are only ours.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from wardround.core.hunts import Pack
from wardround.core.hunts._packs import bundled, load_pack
from wardround.core.hunts._samples import called
from wardround.core.sigma import Rule
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest, leaves
from wardround.core.sigma._model import Correlation
from wardround.core.sigma._values import Exists, Number, Reference, Regex, Text, ValueTest

PACKS = Path(__file__).parent.parent / "src/wardround/core/hunts/packs"
SPECIAL = re.compile(r"([.*+?()\[\]{}|^$\\])")
ESCAPED = r"\\\1"
IIS = {"moveit"}
HEADS = {
    ("kql", "web"): r'''// The table that holds the access log, and its column with the whole line: change these to yours.
let logs = AccessLog_CL
| where TimeGenerated between (since .. until)
| extend time = TimeGenerated, host = Computer, source = strcat("AccessLog_CL/", Computer), raw = RawData;
let events = logs
| extend request = extract(@"""((?:[^""\\]|\\.)*)""", 1, raw)
| extend target = extract(@"^(?:[A-Za-z]+ )?(.*?)(?: HTTP/[0-9.]+)?$", 1, request)
| extend c_ip = extract(@"^\[?([0-9A-Fa-f:.]*?[0-9A-Fa-f])\]?(?::[0-9]+)? ", 1, raw)
| extend cs_method = extract(@"^([A-Za-z]+) ", 1, request)
| extend cs_uri_stem = tostring(split(target, "?")[0])
| extend c_uri = strcat(target, "\n", url_decode(target), "\n", url_decode(url_decode(target)))
| extend cs_uri_query = c_uri, text = strcat(raw, "\n", c_uri)
| extend sc_status = toint(extract(@""" ([0-9]{3}) ", 1, raw)), sc_bytes = tolong(extract(@""" [0-9]{3} ([0-9]+)", 1, raw))
| extend c_useragent = iff(countof(raw, '"') >= 6, extract(@"""([^""]*)""\s*$", 1, raw), "");''',
    ("kql", "iis"): r"""let logs = W3CIISLog
| where TimeGenerated between (since .. until)
| extend time = TimeGenerated, host = Computer, source = strcat("W3CIISLog/", Computer),
  raw = strcat_delim(" ", cIP, csMethod, csUriStem, csUriQuery, scStatus, csUserAgent);
let events = logs
| extend target = strcat(csUriStem, iff(csUriQuery in ("", "-"), "", strcat("?", csUriQuery)))
| extend c_uri = strcat(target, "\n", url_decode(target), "\n", url_decode(url_decode(target)))
| extend cs_uri_query = c_uri, text = strcat(raw, "\n", c_uri), cs_uri_stem = csUriStem
| extend c_ip = cIP, cs_method = csMethod, sc_status = toint(scStatus), c_useragent = csUserAgent;""",
    ("kql", "syslog"): r"""let logs = Syslog
| where TimeGenerated between (since .. until)
| extend time = TimeGenerated, host = Computer, source = strcat("Syslog/", Computer), raw = SyslogMessage;
let events = logs
| extend message = raw, text = raw;""",
    ("kql", "netscaler"): r"""let logs = Syslog
| where TimeGenerated between (since .. until)
| where SyslogMessage has "-PPE-"
| extend time = TimeGenerated, host = Computer, source = strcat("Syslog/", Computer), raw = SyslogMessage;
let events = logs
| extend feature = extract(@"-PPE-[0-9]+ +: +(?:\S+ +)?(\w+) +\w+ +[0-9]+ +[0-9]+ +:", 1, raw)
| extend event = extract(@"-PPE-[0-9]+ +: +(?:\S+ +)?\w+ +(\w+) +[0-9]+ +[0-9]+ +:", 1, raw)
| extend hostname = extract(@"(\S+) +[0-9]+-PPE-[0-9]+ +:", 1, raw), SessionId = extract(@"[Ss]essionId: *([0-9]+)", 1, raw)
| extend User = extract(@"- User (\S+)", 1, raw), Client_ip = extract(@"Client_ip ([0-9A-Fa-f:.]+)", 1, raw)
| extend Source_ip = extract(@"- Source \[?([0-9A-Fa-f:.]+?)\]?:[0-9]+ ", 1, raw)
| extend duration = extract(@"Duration ([0-9]+:[0-9]{2}:[0-9]{2})", 1, raw)
| extend src_ip = iff(isnotempty(Source_ip), Source_ip, Client_ip)
| extend Duration_seconds = tolong(split(duration, ":")[0]) * 3600
  + tolong(split(duration, ":")[1]) * 60 + tolong(split(duration, ":")[2])
| extend message = raw, text = raw;""",
    ("spl", "web"): r"""index=* sourcetype=access_*
| eval raw=_raw
| rex field=raw "^\[?(?<c_ip>[0-9A-Fa-f:.]*?[0-9A-Fa-f])\]?(?::[0-9]+)? "
| rex field=raw "\"(?<request>(?:[^\"\\\\]|\\\\.)*)\""
| rex field=request "^(?:(?<cs_method>[A-Za-z]+) )?(?<target>.*?)(?: HTTP/[0-9.]+)?$"
| rex field=raw "\" (?<sc_status>[0-9]{3}) (?<sc_bytes>[0-9]+)?"
| rex field=raw "\" [0-9]{3} \S+ \"[^\"]*\" \"(?<c_useragent>[^\"]*)\""
| eval c_uri=target.urldecode("%0A").urldecode(target).urldecode("%0A").urldecode(urldecode(target))
| eval cs_uri_query=c_uri, text=raw." ".c_uri
| eval cs_uri_stem=mvindex(split(target,"?"),0)""",
    ("spl", "iis"): r"""index=* sourcetype=iis
| eval raw=_raw, target=cs_uri_stem.if(cs_uri_query="-","","?".cs_uri_query), c_useragent=cs_User_Agent
| eval c_uri=target.urldecode("%0A").urldecode(target).urldecode("%0A").urldecode(urldecode(target))
| eval cs_uri_query=c_uri, text=raw." ".c_uri""",
    ("spl", "syslog"): r"""index=* sourcetype=syslog
| eval raw=_raw, message=_raw, text=_raw""",
    ("spl", "netscaler"): r"""index=* sourcetype=citrix:netscaler:syslog "-PPE-"
| eval raw=_raw, message=_raw, text=_raw
| rex field=raw "(?<hostname>\S+) +[0-9]+-PPE-[0-9]+ +: +(?:\S+ +)?(?<feature>\w+) +(?<event>\w+) +[0-9]+ "
| rex field=raw "[Ss]essionId: *(?<SessionId>[0-9]+)"
| rex field=raw "- User (?<User>\S+)"
| rex field=raw "Client_ip (?<Client_ip>[0-9A-Fa-f:.]+)"
| rex field=raw "- Source \[?(?<Source_ip>[0-9A-Fa-f:.]+?)\]?:[0-9]+ "
| rex field=raw "Duration (?<dh>[0-9]+):(?<dm>[0-9]{2}):(?<ds>[0-9]{2})"
| eval src_ip=coalesce(Source_ip,Client_ip), Duration_seconds=tonumber(dh)*3600+tonumber(dm)*60+tonumber(ds)""",
}
COUNT = {"event_count": "count()", "value_count": "dcount({})"}


def column(field: str) -> str:
    """The name of a field as a column."""
    return re.sub(r"\W", "_", field)


def pattern_of(test: ValueTest) -> str:
    """The regular expression of a test of text."""
    if isinstance(test, Regex):
        flags = f"(?{test.flags})" if test.flags else ""
        one_line = test.pattern.replace("[^", "[^\\n")  # a column holds the decoded forms as lines of their own
        return "(?m)" + flags + re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", one_line)
    if not isinstance(test, Text):
        raise TypeError(f"no query is made of {test}")
    pieces = [".".join(SPECIAL.sub(ESCAPED, part) if part else "." for part in piece) for piece in test.pieces]
    return ("" if test.cased else "(?i)") + "^" + ".*".join(pieces) + "$"


def literal(test: ValueTest) -> str | None:
    """The text of `*text*`, which is found anywhere."""
    if isinstance(test, Text) and len(test.pieces) == 3 and not test.pieces[0] and not test.pieces[2] and len(test.pieces[1]) == 1:
        return test.pieces[1][0]
    return None


def kql(field: str, test: ValueTest) -> str:
    """One test in KQL."""
    name = column(field)

    def quoted(text: str) -> str:
        return '@"' + text.replace('"', '""') + '"'

    if (inner := literal(test)) is not None:
        return f"{name} contains {quoted(inner)}"
    if isinstance(test, Text) and len(test.pieces) == 1 and len(test.pieces[0]) == 1:
        return f"{name} =~ {quoted(str(test.pieces[0][0]))}"
    if isinstance(test, Number):
        return f"{name} {'==' if test.sign == '=' else test.sign} {test.number:g}".replace("e+", "e")
    if isinstance(test, Exists):
        return f"{'isnotempty' if test.wanted else 'isempty'}(tostring({name}))"
    if isinstance(test, Reference):
        return f"{name} =~ {column(test.field)}"
    return f"{name} matches regex {quoted(pattern_of(test))}"


def spl(field: str, test: ValueTest) -> str:
    """One test in SPL."""
    name = column(field)

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    if (inner := literal(test)) is not None:
        return f"match({name},{quoted('(?i)' + SPECIAL.sub(ESCAPED, inner))})"
    if isinstance(test, Number):
        return f"tonumber({name}){test.sign}{test.number:g}"
    if isinstance(test, Exists):
        return f"{'isnotnull' if test.wanted else 'isnull'}({name})"
    if isinstance(test, Reference):
        return f"lower({name})=lower({column(test.field)})"
    return f"match({name},{quoted(pattern_of(test))})"


def condition(node: Node, one: Callable[[str, ValueTest], str], words: tuple[str, str, str]) -> str:
    """A condition in a language: its way to write one test, and its words for and, or, not."""
    match node:
        case FieldTest(field, test):
            return one(field, test)
        case TextTest(test):
            return one("text", test)
        case Not(part):
            return words[2].format(condition(part, one, words))
        case AllOf(parts) | AnyOf(parts):
            word = words[0] if isinstance(node, AllOf) else words[1]
            return "(" + f" {word} ".join(condition(part, one, words) for part in parts) + ")"


def in_kql(node: Node) -> str:
    """A condition in KQL."""
    return condition(node, kql, ("and", "or", "not({})"))


def in_spl(node: Node) -> str:
    """A condition in SPL. What is asked of an absent field is null there, which counts as not holding."""
    return condition(node, spl, ("AND", "OR", "if({},1,0)=0"))


def family(pack: Pack, rule: Rule) -> str:
    """The kind of log that a rule is for."""
    source = rule.logsource
    if source.product == "citrix":
        return "netscaler"
    if source.service == "syslog":
        return "syslog"
    return "iis" if pack.name in IIS else "web"


def heading(pack: Pack, rules: list[Rule | Correlation], mark: str, what: str) -> str:
    """What a file is, and the rules in it."""
    lines = [
        f"Wardround hunt pack {pack.name} {pack.version}: {what}",
        *(f"rule {rule.id} {called(rule)}: {rule.title}" for rule in rules),
    ]
    return "\n".join(mark.format(line) for line in lines) + "\n"


SPAN = "let since = datetime(2025-01-01);\nlet until = now();\n"
NOTE = {"kql": "// {}", "spl": "```{}```"}


def hunting(pack: Pack, kind: str, rules: list[Rule]) -> Iterator[tuple[str, str]]:
    """The queries of single rules over one kind of log."""
    what = f"its rules over {kind} logs. Keep the result as CSV or JSON for `wardround hunt import`."
    branches = [f'(events | where {in_kql(rule.condition)} | extend rule = "{rule.id}")' for rule in rules]
    yield (
        f"hunt.{kind}.kql",
        heading(pack, list(rules), NOTE["kql"], what)
        + SPAN
        + HEADS["kql", kind]
        + "\nunion\n  "
        + ",\n  ".join(branches)
        + "\n| project rule, time, source, host, excerpt = substring(raw, 0, 500)\n| order by time asc\n",
    )
    named = [f'if({in_spl(rule.condition)},"{rule.id}",null())' for rule in rules]
    yield (
        f"hunt.{kind}.spl",
        HEADS["spl", kind]
        + "\n| eval rule=mvappend(\n    "
        + ",\n    ".join([*named, "null()"])
        + ")\n| where isnotnull(rule)\n| mvexpand rule\n"
        + '| eval time=strftime(_time,"%Y-%m-%dT%H:%M:%S.%3N%:z"), excerpt=substr(raw,1,500)\n'
        + "| table rule time source host excerpt\n"
        + heading(pack, list(rules), NOTE["spl"], what),
    )


def covering(pack: Pack, kind: str, rules: list[Rule]) -> Iterator[tuple[str, str]]:
    """The probe: what the logs hold, hour by hour, and in how many events each field is that a rule needs."""
    what = f"what could be seen in {kind} logs. Its result is the --probe of `wardround hunt import`."
    fields = sorted({field for rule in rules for field in rule.fields})
    counted = "".join(f", has_{column(f)} = countif(isnotempty(tostring({column(f)})))" for f in fields)
    yield (
        f"coverage.{kind}.kql",
        heading(pack, [], NOTE["kql"], what)
        + SPAN
        + HEADS["kql", kind]
        + f"\nevents\n| summarize events = count(), first = min(time), last = max(time){counted}\n"
        + "  by source, host, hour = bin(time, 1h)\n"
        + f'| extend log = "{kind}"\n| order by source asc, hour asc\n',
    )
    counts = "".join(f" count({column(f)}) as has_{column(f)}" for f in fields)
    stamp = "%Y-%m-%dT%H:%M:%S%:z"
    yield (
        f"coverage.{kind}.spl",
        HEADS["spl", kind]
        + f"\n| bin _time span=1h as hour\n| stats count as events min(_time) as first max(_time) as last{counts}\n"
        + f'    by source host hour\n| eval log="{kind}", hour=strftime(hour,"{stamp}"), first=strftime(first,"{stamp}"), '
        + f'last=strftime(last,"{stamp}")\n'
        + heading(pack, [], NOTE["spl"], what),
    )


def correlating(pack: Pack, one: Correlation, rules: dict[str, Rule]) -> Iterator[tuple[str, str]]:
    """A correlation. Its windows stand still here (whole spans of time), where a hunt's slide: it may find less."""
    members = [rules[rule] for rule in one.rules]
    kind = family(pack, members[0])
    what = f"one correlation over {kind} logs, in windows that stand still."
    groups = [column(name) for name in one.group_by]
    ((sign, bound),) = one.measure.bounds or ((">=", float(len(members))),)
    field = column(one.measure.fields[0]) if one.measure.fields else ""
    ordered = one.type == "temporal_ordered"
    if ordered:
        conditions = [in_kql(rule.condition) for rule in members]
        measures = ", ".join(f"t{n} = minif(time, {c})" for n, c in enumerate(conditions)) + ", n = 0"
        kept = " and ".join(["isnotnull(t0)", *(f"t{n} <= t{n + 1}" for n in range(len(members) - 1))])
        wanted = " or ".join(conditions)
    else:
        measures, kept, wanted = f"n = {COUNT[one.type].format(field)}", f"n {sign} {bound:g}", in_kql(members[0].condition)
    yield (
        f"correlation.{called(one)}.kql",
        heading(pack, [one], NOTE["kql"], what)
        + SPAN
        + HEADS["kql", kind]
        + f"\nevents\n| where {wanted}\n| summarize {measures}, events = count(), time = max(time),"
        + " source = take_any(source), host = take_any(host),"
        + " excerpt = take_any(substring(raw, 0, 300))\n"
        + f"  by {', '.join(groups)}, window = bin(time, {one.seconds}s)\n| where {kept}\n"
        + f'| extend rule = "{one.id}"\n| project rule, time, source, host, excerpt\n',
    )
    if ordered:
        parts = [in_spl(rule.condition) for rule in members]
        measures = " ".join(f"min(eval(if({c},_time,null()))) as t{n}" for n, c in enumerate(parts))
        kept = " AND ".join(["isnotnull(t0)", *(f"t{n}<=t{n + 1}" for n in range(len(members) - 1))])
        wanted = " OR ".join(parts)
    else:
        counting = f"dc({field})" if one.type == "value_count" else "count"
        measures, kept, wanted = f"{counting} as n", f"n{sign}{bound:g}", in_spl(members[0].condition)
    yield (
        f"correlation.{called(one)}.spl",
        HEADS["spl", kind]
        + f"\n| where {wanted}\n| eval at=_time\n| bin _time span={one.seconds}s\n"
        + f"| stats {measures.replace('_time', 'at')} max(at) as time"
        + " values(source) as source values(host) as host first(raw) as raw\n"
        + f"    by _time {' '.join(groups)}\n| where {kept}\n"
        + f'| eval rule="{one.id}", source=mvindex(source,0), host=mvindex(host,0)\n'
        + '| eval time=strftime(time,"%Y-%m-%dT%H:%M:%S%:z"), excerpt=substr(raw,1,300)\n| table rule time source host excerpt\n'
        + heading(pack, [one], NOTE["spl"], what),
    )


def outliving(pack: Pack, rule: Rule) -> Iterator[tuple[str, str]]:
    """Sessions that began before a moment and were used after it: what a rule, which sees one event, cannot ask."""
    what = "sessions older than the patch and used after it. Write the moment of the fix in."
    yield (
        "older_than_patch.kql",
        heading(pack, [rule], NOTE["kql"], what)
        + "let patched_at = datetime(2023-10-21);\n"
        + SPAN
        + HEADS["kql", "netscaler"]
        + '\nevents\n| where feature =~ "SSLVPN" and isnotempty(SessionId)\n'
        + '| summarize begun = minif(time, event =~ "LOGIN"), time = max(time),'
        + " source = take_any(source), host = take_any(host),"
        + " excerpt = take_any(substring(raw, 0, 300))\n"
        + "  by hostname, SessionId, User\n| where begun < patched_at and time > patched_at\n"
        + f'| extend rule = "{rule.id}"\n| project rule, time, source, host, excerpt\n',
    )
    yield (
        "older_than_patch.spl",
        HEADS["spl", "netscaler"]
        + '\n| eval patched_at=strptime("2023-10-21T00:00:00Z","%Y-%m-%dT%H:%M:%SZ")\n'
        + '| where feature="SSLVPN" AND isnotnull(SessionId)\n'
        + '| stats min(eval(if(event="LOGIN",_time,null()))) as begun max(_time) as time max(patched_at) as patched_at'
        + ""
        + " values(source) as source values(host) as host first(raw) as raw\n    by hostname SessionId User\n"
        + f'| where begun<patched_at AND time>patched_at\n| eval rule="{rule.id}", source=mvindex(source,0), host=mvindex(host,0)\n'
        + '| eval time=strftime(time,"%Y-%m-%dT%H:%M:%S%:z"), excerpt=substr(raw,1,300)\n| table rule time source host excerpt\n'
        + heading(pack, [rule], NOTE["spl"], what),
    )


def queries(pack: Pack) -> dict[str, str]:
    """Every query of a pack, by its file."""
    kinds: dict[str, list[Rule]] = {}
    for rule in pack.rules.rules:
        kinds.setdefault(family(pack, rule), []).append(rule)
    out: dict[str, str] = {}
    for kind, rules in kinds.items():
        out.update(hunting(pack, kind, [rule for rule in rules if rule.reported]))
        out.update(covering(pack, kind, rules))
    every = {rule.id: rule for rule in pack.rules.rules}
    for one in pack.rules.correlations:
        out.update(correlating(pack, one, every))
    for rule in pack.rules.rules:
        if called(rule) == "session_over_a_day":
            out.update(outliving(pack, rule))
    return out


def values(rule: Rule) -> Iterator[str]:
    """The literal texts that a rule looks for."""
    for leaf in leaves(rule.condition):
        if (text := literal(leaf.test)) is not None:
            yield text


THEIRS = """
import json, sys
from sigma.collection import SigmaCollection
from sigma.backends.kusto import KustoBackend
from sigma.backends.splunk import SplunkBackend
out = {}
for path in json.load(sys.stdin):
    try:
        rules = SigmaCollection.from_yaml(open(path, encoding="utf-8").read())
        out[path] = ["\\n".join(map(str, backend().convert(rules))) for backend in (KustoBackend, SplunkBackend)]
    except Exception as error:
        out[path] = f"{type(error).__name__}: {error}"
print(json.dumps(out))
"""


def against(python: str) -> int:
    """Compare with what pySigma's backends make of the same rules: every text and expression of theirs must stand in ours."""
    wrong = compared = 0
    for name in bundled():
        paths = [str(path) for path in sorted((PACKS / name / "rules").glob("*.yml"))]
        theirs = json.loads(
            subprocess.run([python, "-c", THEIRS], input=json.dumps(paths), capture_output=True, text=True, check=True).stdout
        )
        pack = load_pack(name)
        own = {ending: "\n".join(q for f, q in pack.queries.items() if f.endswith(ending)).lower() for ending in (".kql", ".spl")}
        for path, made in theirs.items():
            if isinstance(made, str):
                print(f"{path}: not made by them: {made}")
                continue
            compared += 1
            for text in re.findall(r'"((?:[^"\\]|\\.)+)"', made[0]):
                plain = re.sub(r"\\u(\w{4})", r"\\x{\1}", re.sub(r"\\(.)", r"\1", text)).lower()
                bare = re.sub(r"\W", "", plain.replace("[^", "[^\\n"))
                for ending, ours in own.items():
                    if bare not in re.sub(r"\W", "", ours):
                        wrong += 1
                        print(f"{path}: {plain!r} is not in our {ending}")
    print(f"{compared} rule files compared, {wrong} values missing")
    return 1 if wrong else 0


def main() -> int:
    """Write, check or compare."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true")
    asked.add_argument("--against", metavar="PYTHON")
    given = asked.parse_args()
    if given.against:
        return against(given.against)
    stale = 0
    for name in bundled():
        folder = PACKS / name / "queries"
        for file, text in queries(load_pack(name)).items():
            path = folder / file
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale += 1
            if not given.check:
                folder.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
            print(path)
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
