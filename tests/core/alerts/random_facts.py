"""Random facts: sound responses of every kind, with defects; and facts with no sense in them at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from wardround.core.alerts import (
    Acknowledgement,
    Applicability,
    AssetCase,
    AssumptionConfirmed,
    Facts,
    HostSearch,
    HuntDone,
    IncidentFact,
    Revision,
    Sighting,
    Visibility,
)
from wardround.core.vocab import Verdict

from .builders import (
    AFFECTED,
    FIXED,
    WINDOW_SINCE,
    a_decision,
    a_hunted_response,
    a_response,
    accepted,
    an_asset,
    attested,
    clinical,
    confirmed,
    disposed,
    false_alarm,
    found,
    isolated,
    never_had_it,
    on,
    real,
    risk_accepted,
    seen,
)

ASSETS, SOURCES, HUNTS, DETECTIONS, KEYS = ["mdm-01", "mdm-02"], ["inventory", "scan"], ["h1", "h2"], ["d-1", "d-2"], ["k1", "k2"]
OPEN = an_asset(sightings=(seen(AFFECTED, on(13)),))

times = st.integers(0, 5 * 24).map(lambda h: on(11, 12) + timedelta(hours=h))
"""From three days before the alert to NOW."""


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


sightings = st.builds(
    Sighting,
    source=st.sampled_from(SOURCES),
    at=times,
    verdict=st.sampled_from(list(Verdict)),
    version=st.just("1"),
    assumptions=st.sampled_from([(), (), (), ("k1",)]),
    counts=st.sampled_from([True, True, True, False]),
)
cases = st.builds(
    AssetCase,
    asset_id=st.sampled_from(ASSETS),
    sightings=some(sightings, 4),
    not_seen=some(st.tuples(st.sampled_from(SOURCES), times), 1),
    clinical=st.booleans(),
    triage=st.booleans(),
)
searches = st.builds(
    HostSearch,
    asset_id=st.sampled_from(ASSETS),
    since=st.sampled_from([WINDOW_SINCE, on(20, month=4)]),
    until=times,
    seen=st.sampled_from([0, 700, 768]),
    hours=st.just(768),
    rules_not_run=st.sampled_from([(), ("r",)]),
    seen_until_fix=st.sampled_from([300, 300, 200, 0]),
    hours_until_fix=st.sampled_from([300, None]),
    unparsed=st.sampled_from([0, 0, 3]),
    unread=st.sampled_from([0, 0, 1]),
)
hunts = st.builds(
    HuntDone,
    id=st.sampled_from(HUNTS),
    at=times,
    pack=st.sampled_from(["pack-1", "pack-1", "pack-0"]),
    hosts=some(searches, 2),
    logs=st.sampled_from([frozenset(), frozenset({"log-1"}), frozenset({"log-1", "log-2"})]),
)
incidents = st.builds(IncidentFact, id=st.sampled_from(["INC-1", "INC-2"]), opened_at=times, closed_at=st.none() | times)
confirmations = st.builds(
    lambda a, at, seen_at: confirmed(a, at=at, assessed_at=seen_at), st.sampled_from(list(Applicability)), times, times
)
revisions = st.builds(Revision, number=st.integers(1, 3), issued_at=times, material=st.booleans())
expiring = st.sampled_from([timedelta(hours=6), timedelta(days=20), timedelta(days=90), timedelta(days=91)])
isolations = st.builds(lambda a, at, d: isolated(a, at=at, until=at + d), st.sampled_from(ASSETS), times, expiring)
risks = st.builds(
    lambda a, at, d, by, siro: risk_accepted(a, at=at, days=d.days, by=by, as_siro=siro),
    st.sampled_from([*ASSETS, "*"]),
    times,
    expiring,
    st.sampled_from(["S. Iro", "S. Iro", "R. Example"]),
    st.sampled_from([True, True, False]),
)
clinicals = st.builds(
    lambda a, at, word, officer, act: clinical(word, officer=officer, action=act, at=at, asset_id=a),
    st.sampled_from(ASSETS),
    times,
    st.sampled_from(["given", "given", "awaited", "refused"]),
    st.booleans(),
    st.sampled_from(["patch", "isolation"]),
)
judgements = st.builds(
    lambda key, alarm, at, why, k: false_alarm(key, reason=why, at=at) if alarm else real(key, incident=k, at=at),
    st.sampled_from(DETECTIONS),
    st.booleans(),
    times,
    st.sampled_from(["", "our scanner"]),
    st.sampled_from(["", "INC-1", "INC-2"]),
)

senseless: st.SearchStrategy[Facts] = st.builds(
    Facts,
    product_class=st.just("edge_appliance"),
    revisions=st.lists(revisions, max_size=3, unique_by=lambda r: r.number).map(tuple),
    assets=st.lists(cases, max_size=2, unique_by=lambda c: c.asset_id).map(tuple),
    decision=st.none() | st.sampled_from([a_decision("3D"), a_decision("3DF")]),
    visibility=some(st.builds(Visibility, source=st.just("scan"), taken_at=times | st.just(on(1, month=3))), 1),
    window_since=st.none() | st.just(WINDOW_SINCE),
    pack=st.just("pack-1"),
    logs=st.sampled_from([frozenset(), frozenset({"log-1"})]),
    withdrawn_at=st.sampled_from([None, None, None, on(15)]),
    acknowledgements=some(st.builds(Acknowledgement, by=st.just("R. Example"), at=times, revision=st.integers(1, 3)), 2),
    confirmations=some(confirmations, 2),
    attestations=some(st.builds(lambda at, d: attested(at=at, until=at + d), times, expiring), 1),
    disposals=some(st.builds(lambda a, at: disposed(a, at=at), st.sampled_from(ASSETS), times), 1),
    isolations=some(isolations, 2),
    risks=some(risks, 2),
    clinical=some(clinicals, 2),
    assumptions=some(st.builds(AssumptionConfirmed, by=st.just("R. Example"), at=times, key=st.sampled_from(KEYS)), 1),
    hunts=some(hunts, 2),
    coverage_accepted=some(st.builds(lambda h, at: accepted(h, at=at), st.sampled_from(HUNTS), times), 2),
    detections=some(st.builds(lambda k, scan: found(k, scan_only=scan), st.sampled_from(DETECTIONS), st.booleans()), 2),
    judgements=some(judgements, 3),
    incidents=some(incidents, 2),
)

SOUND: dict[str, Facts] = {
    "fixed": a_response(),
    "two sources": a_response(
        an_asset(sightings=(*an_asset().sightings, seen(AFFECTED, on(13), source="scan"), seen(FIXED, on(15, 9), source="scan")))
    ),
    "disposed": a_response(OPEN, disposals=(disposed(),)),
    "isolated": a_response(OPEN, isolations=(isolated(),)),
    "clinical": a_response(an_asset(clinical=True), clinical=(clinical(),)),
    "risk": a_response(OPEN, an_asset("mdm-02"), risks=(risk_accepted("*"),)),
    "assumed": a_response(
        an_asset(sightings=(seen(AFFECTED, on(13)), seen(FIXED, on(15), assumptions=("k1",)))),
        assumptions=(AssumptionConfirmed("R. Example", on(15), "k1"),),
    ),
    "hunted": a_hunted_response(),
    "found": a_hunted_response(
        detections=(found(), found("d-2")),
        judgements=(false_alarm(), real("d-2", incident="INC-1")),
        incidents=(IncidentFact("INC-1", on(15), on(16, 9)),),
    ),
    "attested": never_had_it(),
    "seen absent": never_had_it(attestations=(), visibility=(Visibility("scan", on(14)),)),
}
"""Each closes at NOW, in a way of its own."""

GROWING = [
    *("revisions", "acknowledgements", "confirmations", "assets", "visibility", "attestations", "disposals", "isolations", "risks"),
    *("clinical", "assumptions", "hunts", "coverage_accepted", "detections", "judgements", "incidents"),
]


@st.composite
def sound_with_defects(draw: st.DrawFn) -> Facts:
    """A sound response, of which up to two stated things were taken away and to which up to two random ones were added."""
    facts = SOUND[draw(st.sampled_from(sorted(SOUND)))]
    other = draw(senseless)
    for name in draw(st.lists(st.sampled_from(GROWING), max_size=2)):
        if held := getattr(facts, name):
            gone = draw(st.integers(0, len(held) - 1))
            facts = replace(facts, **{name: held[:gone] + held[gone + 1 :]})
    for name in draw(st.lists(st.sampled_from(GROWING), max_size=2)):
        taken = {_id(h) for h in getattr(facts, name)} if name in ("assets", "revisions") else set()
        fresh = tuple(x for x in getattr(other, name) if _id(x) not in taken)
        facts = replace(facts, **{name: getattr(facts, name) + fresh})
    return facts


def _id(thing: Any) -> Any:
    return getattr(thing, "asset_id", None) or getattr(thing, "number", None)


anything: st.SearchStrategy[Facts] = sound_with_defects() | senseless


def each_without(facts: Facts, name: str, helps: Callable[[Any], bool] = lambda _: True) -> list[Facts]:
    """The facts once for each thing of that name that helps, without it."""
    held = getattr(facts, name)
    return [replace(facts, **{name: held[:n] + held[n + 1 :]}) for n, x in enumerate(held) if helps(x)]
