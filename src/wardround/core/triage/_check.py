"""What a table must be before it may decide: complete, every outcome reachable, in order."""

from itertools import product

from wardround.core.triage._model import Combination, Policy, PolicyError


def check_policy(policy: Policy, *, where: str) -> None:
    """Raise PolicyError for the first rule that the table breaks, naming the rows or the outcome."""
    _complete(policy, where)
    _reachable(policy, where)
    _monotone(policy, where)
    _days(policy, where)


def spell(policy: Policy, combination: Combination) -> str:
    """A combination in the table's own keys: `PE=Y, KEV=N, A=Y, TI=T`."""
    return ", ".join(f"{p.key}={p.values[place].key}" for p, place in zip(policy.points, combination, strict=True))


def _complete(policy: Policy, where: str) -> None:
    missing = [c for c in product(*(range(len(p.values)) for p in policy.points)) if c not in policy.rows]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise PolicyError(f"missing combination: no row for {spell(policy, missing[0])}{more}", where=where, do="add the row")


def _reachable(policy: Policy, where: str) -> None:
    reached = set(policy.rows.values())
    for place, outcome in enumerate(policy.outcomes):
        if place not in reached:
            raise PolicyError(f"unreachable outcome: no row gives {outcome.key}", where=where, do="take it out or correct a row")


def _monotone(policy: Policy, where: str) -> None:
    """Neighbours are enough: any worse combination is reached by single steps."""
    for combination, answer in policy.rows.items():
        for place, point in enumerate(policy.points):
            if combination[place] + 1 == len(point.values):
                continue
            worse = (*combination[:place], combination[place] + 1, *combination[place + 1 :])
            if policy.rows[worse] < answer:
                raise PolicyError(
                    f"order broken: {spell(policy, worse)} gives {policy.ask(worse).key}, milder than the "
                    f"{policy.ask(combination).key} of {spell(policy, combination)}",
                    where=where,
                    do="a worse input must not give a milder outcome",
                )


def _days(policy: Policy, where: str) -> None:
    for milder, stricter in zip(policy.outcomes, policy.outcomes[1:], strict=False):
        if milder.days is not None and (stricter.days is None or stricter.days > milder.days):
            raise PolicyError(
                f"order broken: {stricter.key} is stricter than {milder.key} but allows more days",
                where=where,
                do="list outcomes mildest first, with days that never grow",
            )
        if milder.forensic_triage and not stricter.forensic_triage:
            raise PolicyError(
                f"order broken: {milder.key} asks for forensic triage, the stricter {stricter.key} does not", where=where
            )
