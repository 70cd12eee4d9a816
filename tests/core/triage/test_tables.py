"""The bundled tables agree with the published ones, and a table that is not sound does not load."""

import json
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from wardround.core.triage import POLICIES, Policy, PolicyError, policy, read_policy
from wardround.core.vocab import BadInput

PUBLISHED = {
    "bod-26-04": "cisa_bod_26_04_1_0_0.json",
    "ssvc-deployer": "deployer_patch_application_priority_1_0_0.json",
    "human-impact": "human_impact_1_0_0.json",
}


def a_table(name: str) -> dict:
    return json.loads((files("wardround.core.triage") / "tables" / f"{name}.json").read_text())


def load(table: object) -> Policy:
    return read_policy(json.dumps(table).encode(), where="a.json")


def in_keys(ours: Policy) -> dict[frozenset, str]:
    return {
        frozenset((p.key, p.values[place].key) for p, place in zip(ours.points, row, strict=True)): ours.ask(row).key
        for row in ours.rows
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_row_is_the_published_row(name: str, shared: Path) -> None:
    table = json.loads((shared / "ssvc" / PUBLISHED[name]).read_text())
    short = {full: point["key"] for full, point in table["decision_points"].items()}
    published = {
        frozenset((short[k], v) for k, v in row.items() if k != table["outcome"]): row[table["outcome"]] for row in table["mapping"]
    }
    assert in_keys(policy(name)) == published


@pytest.mark.parametrize("name", PUBLISHED)
def test_values_and_outcomes_stand_in_the_published_order(name: str, shared: Path) -> None:
    table = json.loads((shared / "ssvc" / PUBLISHED[name]).read_text())
    published = {p["key"]: [v["key"] for v in p["values"]] for p in table["decision_points"].values()}
    ours = policy(name)
    outcome = table["decision_points"][table["outcome"]]
    assert {p.key: [v.key for v in p.values] for p in ours.points} | {outcome["key"]: [o.key for o in ours.outcomes]} == published


def test_the_days_are_those_of_the_published_timelines(shared: Path) -> None:
    table = json.loads((shared / "ssvc" / "cisa_bod_26_04_remediation_timelines_1_0_0.json").read_text())
    stated = {v["key"]: int(v["name"].split()[0]) if v["name"][0].isdigit() else None for v in table["values"]}
    assert {o.key: o.days for o in policy("bod-26-04").outcomes} == stated
    assert [o.key for o in policy("bod-26-04").outcomes if o.forensic_triage] == ["3DF"]


def test_no_uk_deadline_exceeds_the_14_days_of_cyber_essentials() -> None:
    assert max(o.days or 999 for o in policy("ncsc-uk").outcomes) == 14


def test_figures_that_are_not_verified_say_so() -> None:
    assert all(o.note for o in policy("ncsc-uk").outcomes)


@pytest.mark.parametrize("name", POLICIES)
def test_no_table_asks_for_cvss_or_epss(name: str) -> None:
    text = json.dumps([p["statements"] for p in a_table(name)["points"] if "statements" in p])
    assert "cvss" not in text
    assert "epss" not in text


@pytest.mark.parametrize("name", [*POLICIES, "human-impact"])
def test_every_row_that_goes_missing_is_named(name: str) -> None:
    table = a_table(name)
    for index, row in enumerate(table["rows"]):
        told = ", ".join(f"{p['key']}={value}" for p, value in zip(table["points"], row, strict=False))
        with pytest.raises(PolicyError, match=f"missing combination: no row for {told}"):
            load(table | {"rows": table["rows"][:index] + table["rows"][index + 1 :]})


@pytest.mark.parametrize("name", [*POLICIES, "human-impact"])
def test_swapping_two_outcomes_is_refused_unless_the_order_still_holds(name: str) -> None:
    table = a_table(name)
    for one, other in combinations(range(len(table["rows"])), 2):
        rows = [list(row) for row in table["rows"]]
        rows[one][-1], rows[other][-1] = rows[other][-1], rows[one][-1]
        broken = not in_order(table, rows, (one, other))
        try:
            load(table | {"rows": rows})
            refused = ""
        except PolicyError as error:
            refused = str(error)
        assert ("order broken" in refused) == broken


def in_order(table: dict, rows: list[list[str]], touched: tuple[int, int]) -> bool:
    """The law itself, for the rows that were touched against all: nowhere is everything at least as bad and the outcome milder."""
    values = [[v["key"] for v in p["values"]] for p in table["points"]] + [[o["key"] for o in table["outcomes"]]]
    places = [[known.index(v) for known, v in zip(values, row, strict=True)] for row in rows]
    pairs = [pair for index in touched for other in places for pair in ((places[index], other), (other, places[index]))]
    return not any(x[-1] > y[-1] and all(a <= b for a, b in zip(x[:-1], y[:-1], strict=True)) for x, y in pairs)


@pytest.mark.parametrize("name", POLICIES)
def test_two_outcomes_that_change_places_are_refused(name: str) -> None:
    table = a_table(name)
    for place in range(len(table["outcomes"]) - 1):
        outcomes = list(table["outcomes"])
        outcomes[place : place + 2] = reversed(outcomes[place : place + 2])
        with pytest.raises(PolicyError, match="order broken"):
            load(table | {"outcomes": outcomes})


def test_the_rows_of_a_broken_order_are_named() -> None:
    table = a_table("bod-26-04")
    table["rows"][-1][-1] = "60D"
    with pytest.raises(
        PolicyError, match="order broken: PE=Y, KEV=Y, A=Y, TI=T gives 60D, milder than the 3DF of PE=N, KEV=Y, A=Y, TI=T"
    ):
        load(table)


def test_an_outcome_that_no_row_gives_is_named() -> None:
    table = a_table("bod-26-04")
    table["outcomes"].append({"key": "1D", "name": "fix within a day", "days": 1, "forensic_triage": True})
    with pytest.raises(PolicyError, match="unreachable outcome: no row gives 1D"):
        load(table)


def test_a_stricter_outcome_with_more_days_is_refused() -> None:
    table = a_table("bod-26-04")
    table["outcomes"][3]["days"] = 15
    with pytest.raises(PolicyError, match="3D is stricter than 14D but allows more days"):
        load(table)


def test_a_stricter_outcome_without_a_date_is_refused() -> None:
    table = a_table("bod-26-04")
    del table["outcomes"][3]["days"]
    with pytest.raises(PolicyError, match="3D is stricter than 14D but allows more days"):
        load(table)


def test_a_stricter_outcome_that_drops_the_triage_is_refused() -> None:
    table = a_table("bod-26-04")
    table["outcomes"][3]["forensic_triage"], table["outcomes"][4]["forensic_triage"] = True, False
    with pytest.raises(PolicyError, match="3D asks for forensic triage"):
        load(table)


def test_exposed_may_not_be_milder_than_not_exposed() -> None:
    table = a_table("bod-26-04")
    table["points"][0]["exposure"] = {"no": ["Y"], "yes": ["N"]}
    with pytest.raises(PolicyError, match="PE a milder value"):
        load(table)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": [["N", "N", "N", "P"]]}, "4 entries"),
        ({"rows": [["N", "N", "N", "P", "FSU"], ["N", "N", "N", "P", "FSU"]]}, "second time"),
        ({"rows": [["maybe", "N", "N", "P", "FSU"]]}, "'maybe' is no value of PE"),
        ({"rows": [["N", "N", "N", "P", "soon"]]}, "'soon' is no value of the outcome"),
        ({"rows": [[[], "N", "N", "P", "FSU"]]}, "no value of PE"),
        ({"rows": 7}, "not shaped like a policy"),
        ({"points": []}, "1 entries|5 entries"),
        ({"points": None}, "not shaped like a policy"),
        ({"checked_on": "yesterday"}, "not shaped like a policy"),
        ({"checked_on": 7}, "not shaped like a policy"),
        ({"name": 7}, "is not text"),
        ({"outcomes": [{"key": "FSU", "name": "x", "days": True}]}, "True days"),
        ({"outcomes": [{"key": "FSU", "name": "x", "days": -1}]}, "-1 days"),
        ({"outcomes": [{"key": "FSU", "name": "x"}] * 2}, "outcome 'FSU' is there twice"),
        ({"outcomes": [{"name": "x"}]}, "lacks 'key'"),
    ],
)
def test_what_is_not_a_table_is_refused_and_says_why(change: dict, told: str) -> None:
    with pytest.raises(PolicyError, match=told) as refused:
        load(a_table("bod-26-04") | change)
    assert refused.value.where.startswith("a.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"values": [{"key": "N", "name": "no"}]}, "fewer than two values"),
        ({"values": [{"key": "N", "name": "no"}, {"key": "Y", "name": "NO"}]}, "'no' is there twice"),
        ({"statements": {"kev": {"yes": "listed"}}}, "'listed' is no value of PE"),
        ({"exposure": {"no": [], "yes": ["Y"]}}, "no value for an exposure"),
        ({"exposure": {"no": ["N"]}}, "lacks 'yes'"),
        ({"derived_from": "human-impact"}, "other values than the outcomes of human-impact"),
        ({"derived_from": "mine"}, "there is no policy 'mine'"),
        ({"derived_from": ["human-impact"]}, "not shaped like a policy"),
        ({"key": "KEV"}, "decision point 'KEV' is there twice"),
    ],
)
def test_a_point_that_cannot_be_asked_is_refused(change: dict, told: str) -> None:
    table = a_table("bod-26-04")
    table["points"][0] |= change
    with pytest.raises(PolicyError, match=told):
        load(table)


def test_a_table_of_a_million_rows_is_refused_before_it_is_built() -> None:
    table = a_table("bod-26-04")
    values = [{"key": f"v{n}", "name": f"value {n}"} for n in range(100)]
    table["points"] = [{"key": f"P{n}", "name": f"p{n}", "question": "", "values": values} for n in range(9)]
    with pytest.raises(PolicyError, match="more than 10000 rows"):
        load(table)


@drawn(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        lambda document: json.dumps(document).encode()
    )
)
def test_nothing_but_a_policy_error_comes_of_any_bytes(raw: bytes) -> None:
    with pytest.raises(PolicyError):
        read_policy(raw, where="a.json")


def test_an_unknown_policy_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="use one of bod-26-04, ssvc-deployer, ncsc-uk"):
        policy("../../etc/passwd")


def test_outcomes_rank_from_mildest_to_strictest() -> None:
    ranks = [policy("bod-26-04").rank(key) for key in ("fsu", "60D", "14d", "3D", " 3DF ")]
    assert all(a < b for a, b in pairwise(ranks))


def test_an_unknown_outcome_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="'2D' is no decision of bod-26-04; use one of FSU, 60D, 14D, 3D, 3DF"):
        policy("bod-26-04").rank("2D")
