"""What a policy can still answer while inputs are open: the worst, the mildest, what decides between them."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from wardround.core.triage._model import Combination, Outcome, Point, Policy


@dataclass(frozen=True, slots=True)
class Outlook:
    """The worst and the mildest outcome (places), which points decide between them, and what would change the worst."""

    worst: int
    best: int
    decisive: tuple[bool, ...]
    would_change: tuple[str, ...]


@lru_cache(maxsize=4096)
def outlook(policy: Policy, possible: tuple[Combination, ...]) -> Outlook:
    """The outlook for the values that each point may have, mildest first. The table is monotone, so the ends suffice."""
    return Outlook(
        worst=policy.rows[tuple(p[-1] for p in possible)],
        best=policy.rows[tuple(p[0] for p in possible)],
        decisive=tuple(_decides(policy, possible, index) for index in range(len(possible))),
        would_change=(*_settling(policy, possible), *_turning(policy, possible)),
    )


def _decides(policy: Policy, possible: tuple[Combination, ...], index: int) -> bool:
    """Whether the answer to one open point matters for any answer to the others."""
    mild, bad = (_with(possible, index, possible[index][end]) for end in (0, -1))
    return any(policy.rows[m] != policy.rows[b] for m, b in zip(product(*mild), product(*bad), strict=True))


def _settling(policy: Policy, possible: tuple[Combination, ...]) -> list[str]:
    """For each open point that matters, what each answer would leave: first those that settle the decision alone."""
    facts = []
    for index, point in enumerate(policy.points):
        if len(possible[index]) == 1 or not _decides(policy, possible, index):
            continue
        ends = [(place, *_ends(policy, _with(possible, index, place))) for place in possible[index]]
        answers = "; ".join(f"{said(point, place)}: {_between(best, worst)}" for place, best, worst in ends)
        settles = all(best == worst for _, best, worst in ends)
        facts.append((not settles, f"{not_known(point)} {answers}."))
    return [text for _, text in sorted(facts, key=lambda fact: fact[0])]


def _turning(policy: Policy, possible: tuple[Combination, ...]) -> list[str]:
    """For each point that is known, the nearest milder and the nearest worse value that would give another decision."""
    _, now = _ends(policy, possible)
    texts = []
    for index, point in enumerate(policy.points):
        if len(possible[index]) > 1:
            continue
        held = possible[index][0]
        for places in (range(held - 1, -1, -1), range(held + 1, len(point.values))):
            for place in places:
                _, then = _ends(policy, _with(possible, index, place))
                if then != now:
                    texts.append(f"If {point.name} ({point.key}) were {said(point, place)}: {then.key} instead of {now.key}.")
                    break
    return texts


def _with(possible: tuple[Combination, ...], index: int, place: int) -> tuple[Combination, ...]:
    return (*possible[:index], (place,), *possible[index + 1 :])


def _ends(policy: Policy, possible: tuple[Combination, ...]) -> tuple[Outcome, Outcome]:
    return policy.ask(tuple(p[0] for p in possible)), policy.ask(tuple(p[-1] for p in possible))


def not_known(point: Point) -> str:
    """The open question of a point, for a person."""
    return f"Not known: {point.name} ({point.key}): {point.question}?"


def said(point: Point, place: int) -> str:
    """One value of a point, for a person: `yes (Y)`."""
    value = point.values[place]
    return f"{value.name} ({value.key})"


def _between(best: Outcome, worst: Outcome) -> str:
    return best.key if best == worst else f"{best.key} to {worst.key}"
