"""Laws that hold for every table, history and time (invariant 4 of the model), and the due date against its definition."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from wardround.core.advisories import Advisory
from wardround.core.triage import POLICIES, Decision, Point, Policy, decide, policy
from wardround.core.vocab import end_of_day

Said = tuple[str, str, int]
Build = Callable[..., Advisory]
START = date(2025, 5, 13)
LADDER = {"E": ["none", "poc", "active"], "A": ["no", "yes"], "TI": ["partial", "total"], "KEV": ["yes"]}
DAYS = st.integers(min_value=-3, max_value=25)

statements = st.sampled_from([(key, value) for key, values in LADDER.items() for value in values])
histories = st.lists(st.tuples(statements, DAYS).map(lambda x: (*x[0], x[1])), max_size=6, unique_by=lambda s: (s[0], s[2]))
exposures = st.sampled_from([True, False, None])
policies = st.sampled_from([policy(name) for name in POLICIES])
asked_on = st.integers(min_value=0, max_value=30)


def ask(table: Policy, advisory: Advisory, exposed: bool | None, day: int, **given: str) -> Decision:
    return decide(table, advisory=advisory, exposed=exposed, at=end_of_day(START + timedelta(days=day)), given=given)


def later(due: date | None) -> date:
    return due or date.max


@drawn(policies, histories, exposures, asked_on)
def test_best_is_never_stricter_than_the_decision(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int
) -> None:
    found = ask(table, an_advisory(*said), exposed, day)
    assert table.rank(found.best) <= table.rank(found.decision) == found.rank
    assert found.forensic_triage == table.outcomes[found.rank].forensic_triage
    assert found.best == found.decision or found.assumed


@drawn(policies, histories, exposures, asked_on, st.data())
def test_the_unknown_brackets_every_answer(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int, data: st.DataObject
) -> None:
    advisory = an_advisory(*said)
    open_question = ask(table, advisory, exposed, day)
    unknown = [p for p in table.points if next(i for i in open_question.inputs if i.key == p.key).source.startswith("not known")]
    answers = {p.key: data.draw(st.sampled_from([v.key for v in p.values])) for p in unknown if data.draw(st.booleans())}
    settled = ask(table, advisory, exposed, day, **answers)
    assert table.rank(open_question.best) <= table.rank(settled.best)
    assert settled.rank <= open_question.rank
    assert later(open_question.due) <= later(settled.due)


@drawn(policies, histories, exposures, asked_on, st.data())
def test_an_open_question_is_marked_unless_no_answer_matters(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int, data: st.DataObject
) -> None:
    """Whatever the other open questions turn out to be."""
    advisory = an_advisory(*said)
    found = ask(table, advisory, exposed, day)
    shown = {i.key: i for i in found.inputs}
    for point in table.points:
        one = shown[point.key]
        if one.assumed:
            assert any(text.startswith(f"Not known: {one.name}") for text in found.would_change)
        elif one.value == "unknown" and one.source.startswith("not known"):
            others = {
                p.key: data.draw(st.sampled_from([v.key for v in p.values]))
                for p in table.points
                if p is not point and shown[p.key].source.startswith("not known")
            }
            answers = [ask(table, advisory, exposed, day, **others, **{one.key: v.key}) for v in point.values]
            assert len({(d.decision, d.due) for d in answers}) == 1


@drawn(policies, histories, exposures, asked_on, st.data())
def test_what_rests_on_no_assumption_stands_whatever_the_answers(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int, data: st.DataObject
) -> None:
    advisory = an_advisory(*said)
    found = ask(table, advisory, exposed, day)
    unknown = [p for p in table.points if next(i for i in found.inputs if i.key == p.key).source.startswith("not known")]
    settled = ask(table, advisory, exposed, day, **{p.key: data.draw(st.sampled_from([v.key for v in p.values])) for p in unknown})
    assert found.assumed or (settled.decision, settled.due) == (found.decision, found.due)


def worse_point(point: Point, key: str) -> str | None:
    keys = [v.key for v in point.values]
    return keys[keys.index(key) + 1] if keys.index(key) + 1 < len(keys) else None


def hardening(said: list[Said]) -> list[Said]:
    """The same history without the statements that take something back."""
    kept: list[Said] = []
    for key, value, day in sorted(said, key=lambda s: s[2]):
        if all(LADDER[key].index(value) >= LADDER[key].index(v) for k, v, _ in kept if k == key):
            kept.append((key, value, day))
    return kept


@drawn(policies, st.data(), asked_on, histories)
def test_a_worse_fact_is_never_milder_nor_later(
    an_advisory: Build, table: Policy, data: st.DataObject, day: int, said: list[Said]
) -> None:
    facts = [p for p in table.points if not p.statements]
    given = {p.key: data.draw(st.sampled_from([v.key for v in p.values])) for p in facts}
    advisory = an_advisory(*hardening(said))
    before = ask(table, advisory, None, day, **given)
    for point in facts:
        worse = worse_point(point, given[point.key])
        if worse:
            after = ask(table, advisory, None, day, **(given | {point.key: worse}))
            assert after.rank >= before.rank
            assert later(after.due) <= later(before.due)


FULL = [("E", "none", 0), ("A", "no", 0), ("TI", "partial", 0)]


@settings(max_examples=300)
@drawn(policies, histories, st.booleans(), asked_on, st.data())
def test_a_worse_statement_of_that_day_or_earlier_is_never_milder_nor_later(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool, day: int, data: st.DataObject
) -> None:
    """Among histories in which nothing is taken back: each statement is as bad as those before it, or worse."""
    before = hardening([*FULL, *(s for s in said if s[2] > 0)])
    index = data.draw(st.integers(min_value=0, max_value=len(before) - 1))
    key, value, when = before[index]
    worse = data.draw(st.sampled_from(LADDER[key][LADDER[key].index(value) :]))
    earlier = data.draw(st.integers(min_value=0, max_value=max(when, 0)))
    raised = [
        (k, max(v, worse, key=LADDER[key].index) if k == key and d >= earlier else v, d)
        for k, v, d in before
        if (k, d) != (key, when)
    ]
    found, asked = (
        ask(table, an_advisory(*before), exposed, day),
        ask(table, an_advisory(*raised, (key, worse, earlier)), exposed, day),
    )
    assert asked.rank >= found.rank
    assert later(asked.due) <= later(found.due)


@settings(max_examples=300)
@drawn(policies, histories, st.booleans(), statements, st.data())
def test_a_worse_last_statement_is_never_milder_nor_later_whatever_came_before(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool, last: tuple[str, str], data: st.DataObject
) -> None:
    key, value = last
    worse = data.draw(st.sampled_from(LADDER[key][LADDER[key].index(value) :]))
    earlier = [*FULL, *(s for s in said if 0 < s[2] < 20)]
    found = ask(table, an_advisory(*earlier, (key, value, 25)), exposed, 30)
    asked = ask(table, an_advisory(*earlier, (key, worse, 25)), exposed, 30)
    assert asked.rank >= found.rank
    assert later(asked.due) <= later(found.due)


@drawn(policies, histories, exposures, asked_on, histories)
def test_as_of_a_day_nothing_later_counts(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int, more: list[Said]
) -> None:
    afterwards = [(key, value, 31 + abs(when)) for key, value, when in more]
    assert ask(table, an_advisory(*said), exposed, day) == ask(table, an_advisory(*said, *afterwards), exposed, day)


@settings(max_examples=300)
@drawn(policies, histories, exposures, asked_on)
def test_due_is_what_its_definition_says_day_by_day(
    an_advisory: Build, table: Policy, said: list[Said], exposed: bool | None, day: int
) -> None:
    assert ask(table, an_advisory(*said), exposed, day).due == due_by_definition(table, said, exposed, day)


def due_by_definition(table: Policy, said: list[Said], exposed: bool | None, asked: int) -> date | None:
    """Every day from publication on, the table asked anew: what is open at its worst, what is not yet stated at its mildest."""
    unknown = [stated_by(point, said, asked) is None for point in table.points]
    held, due = -1, None
    for day in range(asked + 1):
        choices = [
            [len(point.values) - 1] if at_worst else list(possible(point, said, exposed, day))
            for point, at_worst in zip(table.points, unknown, strict=True)
        ]
        now = max(table.rows[c] for c in product(*choices))
        days = table.outcomes[now].days
        fresh = None if days is None else START + timedelta(days=day + days)
        if now > held:
            due = min((d for d in (due, fresh) if d), default=None)
        elif now < held:
            due = fresh
        held = now
    return due


def stated_by(point: Point, said: list[Said], day: int) -> int | None:
    """Its place when it is news that was stated by then, or is no news at all; None: an open question."""
    if not point.statements:
        return 0
    last: dict[str, int] = {}
    words = {"ssvc.exploitation": "E", "ssvc.automatable": "A", "ssvc.technical_impact": "TI", "kev": "KEV"}
    for source, mapping in point.statements.items():
        for key, value, when in sorted(said, key=lambda s: s[2]):
            if key == words[source] and when <= day:
                last[key] = mapping[value]
    return max(last.values(), default=0 if point.never_unknown else None)


def possible(point: Point, said: list[Said], exposed: bool | None, day: int) -> tuple[int, ...]:
    if point.statements:
        return (stated_by(point, said, day) or 0,)
    if point.exposure and exposed is not None:
        return point.exposure["yes" if exposed else "no"]
    return tuple(range(len(point.values)))


def test_a_milder_restatement_sets_the_date_afresh(an_advisory: Build) -> None:
    eased = an_advisory(("A", "yes", 0), ("TI", "total", 0), ("TI", "partial", 10))
    found = ask(policy("bod-26-04"), eased, True, 20)
    assert (found.decision, found.due) == ("14D", date(2025, 6, 6))


def test_a_stricter_restatement_after_a_milder_one_takes_the_earlier_date(an_advisory: Build) -> None:
    torn = an_advisory(("A", "yes", 0), ("TI", "total", 0), ("TI", "partial", 10), ("TI", "total", 11))
    assert ask(policy("bod-26-04"), torn, True, 20).due == date(2025, 5, 27)


def test_on_upgrade_has_no_date_and_a_listing_gives_it_one(an_advisory: Build) -> None:
    listed = an_advisory(("A", "no", 0), ("TI", "total", 0), ("KEV", "yes", 7))
    assert [ask(policy("bod-26-04"), listed, False, day).due for day in (6, 7)] == [None, date(2025, 6, 3)]


def test_what_was_stated_before_publication_counts_from_publication(an_advisory: Build) -> None:
    early = an_advisory(("KEV", "yes", -3), ("A", "yes", -2), ("TI", "total", -1))
    assert ask(policy("bod-26-04"), early, True, 0).due == date(2025, 5, 16)


def test_learning_of_the_exposure_later_does_not_move_the_date(epmm: Advisory) -> None:
    at = datetime.combine(date(2025, 6, 1), time.max, UTC)
    found = decide(policy("bod-26-04"), advisory=epmm, exposed=True, at=at, exposed_date=date(2025, 5, 31))
    assert found.due == date(2025, 5, 16)
