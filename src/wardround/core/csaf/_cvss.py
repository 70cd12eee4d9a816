"""The scores of a CVSS vector (its guide to 2.0, section 3.2; the specifications of 3.0 and 3.1, section 7 and appendix A)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor

V2: Mapping[str, Mapping[str, float]] = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    **{key: {"N": 0.0, "P": 0.275, "C": 0.66} for key in ("C", "I", "A")},
    "E": {"U": 0.85, "POC": 0.9, "F": 0.95, "H": 1.0, "ND": 1.0},
    "RL": {"OF": 0.87, "TF": 0.90, "W": 0.95, "U": 1.0, "ND": 1.0},
    "RC": {"UC": 0.90, "UR": 0.95, "C": 1.0, "ND": 1.0},
    "CDP": {"N": 0.0, "L": 0.1, "LM": 0.3, "MH": 0.4, "H": 0.5, "ND": 0.0},
    "TD": {"N": 0.0, "L": 0.25, "M": 0.75, "H": 1.0, "ND": 1.0},
    **{key: {"L": 0.5, "M": 1.0, "H": 1.51, "ND": 1.0} for key in ("CR", "IR", "AR")},
}
_IMPACT3 = {"N": 0.0, "L": 0.22, "H": 0.56}
V3: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    **dict.fromkeys(("C", "I", "A"), _IMPACT3),
    "E": {"X": 1.0, "U": 0.91, "P": 0.94, "F": 0.97, "H": 1.0},
    "RL": {"X": 1.0, "O": 0.95, "T": 0.96, "W": 0.97, "U": 1.0},
    "RC": {"X": 1.0, "U": 0.92, "R": 0.96, "C": 1.0},
    **{key: {"X": 1.0, "L": 0.5, "M": 1.0, "H": 1.5} for key in ("CR", "IR", "AR")},
}
_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
BASE2, BASE3 = ("AV", "AC", "Au", "C", "I", "A"), ("AV", "AC", "PR", "UI", "S", "C", "I", "A")


@dataclass(frozen=True, slots=True)
class Scores:
    """Base, temporal and environmental score, 0.0 to 10.0."""

    base: float
    temporal: float
    environmental: float


def read_vector(vector: str, *, version: str) -> dict[str, str] | None:
    """Metric -> value of a vector of this version; None when it is none: unknown, doubled or missing metrics."""
    prefix, allowed, needed = ("", V2, BASE2) if version == "2.0" else (f"CVSS:{version}/", V3, BASE3)
    if not vector.startswith(prefix) or len(vector) > 300:
        return None
    found: dict[str, str] = {}
    for part in vector[len(prefix) :].split("/"):
        metric, _, value = part.partition(":")
        base = metric[1:] if version != "2.0" and metric[:1] == "M" and metric[1:] in BASE3 else metric
        values = allowed.get(base, {})
        if metric in found or (value not in values and not (base != metric and value == "X")):
            return None
        found[metric] = value
    return found if all(metric in found for metric in needed) else None


def scores(vector: str, *, version: str) -> Scores | None:
    """The three scores of a vector (version 2.0, 3.0 or 3.1); None when it cannot be read."""
    metrics = read_vector(vector, version=version)
    if metrics is None:
        return None
    return _scores2(metrics) if version == "2.0" else _scores3(metrics, version)


def severity(score: float) -> str:
    """The qualitative rating of a score (CVSS 3.1, section 5)."""
    limits = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"))
    return next((name for limit, name in limits if score >= limit), "NONE")


def _scores2(metrics: Mapping[str, str]) -> Scores:
    def of(metric: str) -> float:
        return V2[metric][metrics.get(metric, "ND")]

    def base_of(impact: float) -> float:
        exploitability = 20 * of("AV") * of("AC") * of("Au")
        return _half_up((0.6 * impact + 0.4 * exploitability - 1.5) * (0.0 if impact == 0 else 1.176))

    base = base_of(10.41 * (1 - (1 - of("C")) * (1 - of("I")) * (1 - of("A"))))
    time = of("E") * of("RL") * of("RC")
    adjusted = 10.41 * (1 - (1 - of("C") * of("CR")) * (1 - of("I") * of("IR")) * (1 - of("A") * of("AR")))
    adjusted_temporal = _half_up(base_of(min(10.0, adjusted)) * time)
    environmental = _half_up((adjusted_temporal + (10 - adjusted_temporal) * of("CDP")) * of("TD"))
    return Scores(base, _half_up(base * time), environmental)


def _scores3(metrics: Mapping[str, str], version: str) -> Scores:
    round_up = _round_up31 if version == "3.1" else _round_up30
    time = V3["E"][metrics.get("E", "X")] * V3["RL"][metrics.get("RL", "X")] * V3["RC"][metrics.get("RC", "X")]
    base = _base3(lambda metric: metrics[metric], {}, round_up, modified="")
    modified = {m: metrics[m] if metrics.get(f"M{m}", "X") == "X" else metrics[f"M{m}"] for m in BASE3}
    required = {m: V3[f"{m}R"][metrics.get(f"{m}R", "X")] for m in ("C", "I", "A")}
    adjusted = _base3(lambda metric: modified[metric], required, round_up, modified=version)
    return Scores(base, round_up(base * time), round_up(adjusted * time))


def _base3(
    value: Callable[[str], str], required: Mapping[str, float], round_up: Callable[[float], float], *, modified: str
) -> float:
    """The base score's formula; with `modified` (the version) that of the modified base, before the temporal factors."""
    changed = value("S") == "C"
    lost = 1.0
    for metric in ("C", "I", "A"):
        lost *= 1 - required.get(metric, 1.0) * V3[metric][value(metric)]
    total = min(1 - lost, 0.915) if modified else 1 - lost
    if not changed:
        impact = 6.42 * total
    elif modified == "3.1":
        impact = 7.52 * (total - 0.029) - 3.25 * (total * 0.9731 - 0.02) ** 13
    else:
        impact = 7.52 * (total - 0.029) - 3.25 * (total - 0.02) ** 15
    rights = (_CHANGED if changed else V3["PR"])[value("PR")]
    exploitability = 8.22 * V3["AV"][value("AV")] * V3["AC"][value("AC")] * rights * V3["UI"][value("UI")]
    if impact <= 0:
        return 0.0
    return round_up(min((1.08 if changed else 1.0) * (impact + exploitability), 10.0))


def _half_up(number: float) -> float:
    return floor(number * 10 + 0.5 + 1e-9) / 10


def _round_up30(number: float) -> float:
    return ceil(number * 10 - 1e-9) / 10


def _round_up31(number: float) -> float:
    whole = round(number * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
