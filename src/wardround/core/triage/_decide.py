"""One advisory, one asset, one policy, one time -> one Decision."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from wardround.core.advisories import Advisory
from wardround.core.triage._due import dates_by_answer, deadline
from wardround.core.triage._evidence import Exposure, Known, evidence
from wardround.core.triage._given import read_given
from wardround.core.triage._model import Decision, Input, Policy
from wardround.core.triage._outlook import not_known, outlook, said
from wardround.core.triage._reasons import reasons
from wardround.core.vocab import BadInput

_NONE_GIVEN: Mapping[str, str] = {}


def decide(
    policy: Policy,
    *,
    advisory: Advisory,
    exposed: bool | None,
    at: datetime,
    given: Mapping[str, str] = _NONE_GIVEN,
    exposed_source: str = "",
    exposed_date: date | None = None,
    kev_catalogue: date | None = None,
) -> Decision:
    """How urgent an advisory is for an asset, as of `at` (aware), by what had been stated by then.

    `exposed`: can the asset be reached from a public network; None: not known. `exposed_source` and `exposed_date` (who
    says so, since when) are shown and never move the due date: a fact of the asset is no news about the vulnerability.
    `given` sets any decision point by key or name (`{"A": "yes"}`). `kev_catalogue` is the day of the newest KEV
    catalogue at hand, shown where a CVE is not in it.

    Raises BadInput before the record was published, for a rejected record, and for a given input that the policy does
    not know. Rules: docs/reference/policies.md; FACTS 3 and the source that the policy names.
    """
    _usable(advisory, at)
    exposure = Exposure(exposed, exposed_source, exposed_date)
    known = evidence(
        policy, advisory=advisory, exposure=exposure, given=read_given(policy, given), at=at, kev_catalogue=kev_catalogue
    )
    view = outlook(policy, tuple(k.possible for k in known))
    published = advisory.published.astimezone(UTC).date()
    by = deadline(policy, known, published=published)
    moved = [_moved(policy, known, index, published) for index in range(len(known))]
    inputs = tuple(_input(k, assumed=matters or bool(dates)) for k, matters, dates in zip(known, view.decisive, moved, strict=True))
    dated = tuple(
        _moves_date(k, dates) for k, matters, dates in zip(known, view.decisive, moved, strict=True) if dates and not matters
    )
    outcome = policy.outcomes[view.worst]
    return Decision(
        decision=outcome.key,
        name=outcome.name,
        best=policy.outcomes[view.best].key,
        due=by.due,
        policy=str(policy),
        inputs=inputs,
        reasons=reasons(policy, outcome=outcome, inputs=inputs, by=by, published=published, advisory=advisory, at=at),
        would_change=(*dated, *view.would_change),
        forensic_triage=outcome.forensic_triage,
        rank=view.worst,
    )


def _usable(advisory: Advisory, at: datetime) -> None:
    if advisory.published > at:
        day = advisory.published.astimezone(UTC).date()
        raise BadInput(f"{advisory.cve} did not exist yet: it was published on {day}", do=f"ask as of {day} or later")
    if advisory.state == "REJECTED":
        raise BadInput(f"{advisory.cve} was rejected by the authority that numbered it", do="there is nothing to decide")


Dates = list[tuple[date | None, date | None]]


def _moved(policy: Policy, known: tuple[Known, ...], index: int, published: date) -> Dates:
    """The dates that the answer to an open point decides between; none where the point is known or the date does not move."""
    if len(known[index].possible) == 1:
        return []
    dates = dates_by_answer(policy, known, index, published=published)
    return dates if any(milder != worse for milder, worse in dates) else []


def _moves_date(known: Known, dates: Dates) -> str:
    ends = zip((known.possible[0], known.possible[-1]), zip(*dates, strict=True), strict=True)
    answers = "; ".join(f"{said(known.point, place)}: {_due(list(possible))}" for place, possible in ends)
    return f"{not_known(known.point)} The decision stays, the date moves. {answers}."


def _due(possible: list[date | None]) -> str:
    days = sorted({day for day in possible if day})
    texts = [f"due {' to '.join(str(day) for day in dict.fromkeys((days[0], days[-1])))}"] if days else []
    return " or ".join([*texts, *(["no date"] if None in possible else [])])


def _input(known: Known, *, assumed: bool) -> Input:
    point = known.point
    if len(known.possible) == 1 or assumed:
        value = point.values[known.possible[-1]]
        return Input(point.key, value.key, known.source, known.since, assumed, point.name, value.name)
    return Input(
        point.key, "unknown", f"{known.source}; no answer would change the decision", known.since, False, point.name, "unknown"
    )
