"""From a reason that keeps a response open to the page on which somebody can do something about it."""

from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from wardround.core.alerts import Missing
from wardround.hub.alerts.models import Response


@dataclass(frozen=True)
class Step:
    """A button: its words and where it leads."""

    words: str
    href: str


# Reason code -> (words, route) of what helps, the best first. Routes take the response; `estate` takes the organisation's code.
STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    "acknowledge": (("Acknowledge", "response-acknowledge"),),
    "confirm": (("Confirm whether it applies", "response-confirm"),),
    "not_yet_known": (("Import an inventory", "estate-of"), ("Confirm whether it applies", "response-confirm")),
    "contradicted": (("Confirm whether it applies", "response-confirm"),),
    "not_visible": (("Import an inventory", "estate-of"), ("Attest that you do not run it", "response-attest")),
    "no_asset": (("Import an inventory", "estate-of"), ("Confirm whether it applies", "response-confirm")),
    "affected": (
        ("Import a newer inventory", "estate-of"),
        ("Record a disposal", "response-dispose"),
        ("Record an isolation check", "response-isolation"),
        ("Ask the SIRO to accept the risk", "response-ask-risk"),
    ),
    "undecided": (("Import an inventory with the exact version", "estate-of"), ("Record a disposal", "response-dispose")),
    "older_snapshot": (("Import a newer inventory", "estate-of"),),
    "shrunk_snapshot": (("Confirm the smaller snapshot", "estate-of"),),
    "assumption": (("Confirm the assumption", "response-assumption"),),
    "isolation_expired": (("Record a new isolation check", "response-isolation"), ("Import a newer inventory", "estate-of")),
    "risk_refused": (("Ask the SIRO again", "response-ask-risk"), ("Import a newer inventory", "estate-of")),
    "approval_awaited": (("Record the manufacturer's answer", "response-clinical"),),
    "approval_refused": (("Record a clinical decision", "response-clinical"), ("Record an isolation check", "response-isolation")),
    "safety_sign_off": (("Record a clinical decision", "response-clinical"),),
    "not_hunted": (("Upload logs", "response-logs"), ("Run the hunt", "response-hunt")),
    "not_hunted_with_logs": (("Run the hunt", "response-hunt"), ("Upload more logs", "response-logs")),
    "hunt_outdated": (("Hunt again", "response-hunt"),),
    "hunt_too_short": (("Hunt again", "response-hunt"), ("Upload logs", "response-logs")),
    "coverage": (("Look at the coverage and accept it", "response-coverage"), ("Upload more logs", "response-logs")),
    "detection": (("Judge the detections", "response-detections"),),
    "detection_judged": (("Go to the incidents", "response-incidents"), ("See the detections", "response-detections")),
    "incident": (("Go to the incidents", "response-incidents"),),
    "close": (("Close the response", "response-close"),),
}

# What the centre is told instead of sentences that name assets.
FOR_CENTRE = {
    "acknowledge": "not acknowledged",
    "confirm": "applicability not confirmed",
    "not_yet_known": "applicability not yet known",
    "contradicted": "the answer contradicts the inventory",
    "not_visible": "no source sees this class of product",
    "no_asset": "no asset named",
    "affected": "assets affected",
    "undecided": "assets unknown or not evaluable",
    "older_snapshot": "no newer snapshot shows the fix",
    "shrunk_snapshot": "a smaller snapshot waits to be confirmed",
    "assumption": "an assumption waits to be confirmed",
    "isolation_expired": "an isolation check has expired",
    "risk_refused": "a risk acceptance does not count",
    "approval_awaited": "manufacturer's approval awaited",
    "approval_refused": "manufacturer's approval refused",
    "safety_sign_off": "clinical safety sign-off missing",
    "no_decision": "no decision could be made",
    "no_window": "nobody knows since when it was exploited",
    "not_hunted": "not hunted",
    "hunt_outdated": "the hunt is out of date",
    "hunt_too_short": "the hunt did not cover the window",
    "coverage": "coverage not accepted",
    "detection": "detections not settled",
    "incident": "an incident is open",
    "withdrawn": "the alert was withdrawn",
    "not_issued": "not issued",
}


def steps(missing: Missing, response: Response, *, unjudged: int | None = None, logs: bool = False) -> list[Step]:
    """The buttons for one reason. `unjudged`: where it is known that no detection waits to be judged, incidents come first.

    `logs`: where it is known that logs of its assets are here, the hunt comes first.
    """
    code = "detection_judged" if missing.code == "detection" and unjudged == 0 else str(missing.code)
    code = "not_hunted_with_logs" if missing.code == "not_hunted" and logs else code
    return [Step(words, _href(route, response)) for words, route in STEPS.get(code, ())]


def _href(route: str, response: Response) -> str:
    if route == "estate-of":
        return reverse(route, args=[response.organisation.code])
    return reverse(route, args=[response.public_id])


def for_centre(reasons: tuple[Missing, ...]) -> list[str]:
    """The reasons without a word that names an asset: what is missing, and on how many assets."""
    counted: Counter[str] = Counter()
    for missing in reasons:
        counted[str(missing.code)] += len(missing.assets)
    return [
        FOR_CENTRE[code] + (f" ({assets} {'asset' if assets == 1 else 'assets'})" if assets else "")
        for code, assets in counted.items()
    ]
