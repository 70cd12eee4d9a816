"""One advisory, one asset, one policy, one time -> one Decision."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from wardround.core.advisories import Advisory
from wardround.core.triage._due import Deadline, deadline
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
    milder = [_date_if_milder(policy, known, index, by, published) for index in range(len(known))]
    inputs = tuple(
        _input(k, assumed=len(k.possible) > 1 and (matters or other != by.due))
        for k, matters, other in zip(known, view.decisive, milder, strict=True)
    )
    dated = tuple(
        _moves_date(k, other, by.due)
        for k, matters, other in zip(known, view.decisive, milder, strict=True)
        if not matters and other != by.due
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
    if advisory.state == "REJECTED":
        raise BadInput(f"{advisory.cve} was rejected by the authority that numbered it", do="there is nothing to decide")
    if advisory.published > at:
        day = advisory.published.astimezone(UTC).date()
        raise BadInput(f"{advisory.cve} did not exist yet: it was published on {day}", do=f"ask as of {day} or later")


def _date_if_milder(policy: Policy, known: tuple[Known, ...], index: int, by: Deadline, published: date) -> date | None:
    """The due date, had an open point its mildest answer: it can differ where the decision does not."""
    one = known[index]
    if len(one.possible) == 1:
        return by.due
    milder = Known(one.point, one.possible[:1], one.source)
    return deadline(policy, (*known[:index], milder, *known[index + 1 :]), published=published).due


def _moves_date(known: Known, milder: date | None, worse: date | None) -> str:
    ends = ((known.possible[0], milder), (known.possible[-1], worse))
    dates = "; ".join(f"{said(known.point, place)}: {f'due {due}' if due else 'no date'}" for place, due in ends)
    return f"{not_known(known.point)} The decision stays, the date moves. {dates}."


def _input(known: Known, *, assumed: bool) -> Input:
    point = known.point
    if len(known.possible) == 1 or assumed:
        value = point.values[known.possible[-1]]
        return Input(point.key, value.key, known.source, known.since, assumed, point.name, value.name)
    return Input(
        point.key, "unknown", f"{known.source}; no answer would change the decision", known.since, False, point.name, "unknown"
    )
