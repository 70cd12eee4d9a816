"""The words that people read for what the code calls by a key, each with the colour of its tag."""

from typing import NamedTuple

from wardround.core.estate import PRODUCT_CLASSES


class Tag(NamedTuple):
    """Words in full, and a colour that never says anything alone."""

    words: str
    colour: str = "grey"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 asset`, `2 assets`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


VERDICTS = {
    "affected": Tag("affected", "red"),
    "unknown": Tag("unknown", "orange"),
    "not_evaluable": Tag("cannot be evaluated", "orange"),
    "not_affected": Tag("not affected", "grey"),
}
RIGHT = {
    "not_affected": "This version is not affected",
    "affected": "This version is affected",
    "another_name": "The product has another name in the records",
}
CLAIMED = {
    "known_affected": Tag("affected", "red"),
    "first_affected": Tag("affected", "red"),
    "last_affected": Tag("affected", "red"),
    "affected": Tag("affected", "red"),
    "exploitable": Tag("affected", "red"),
    "known_not_affected": Tag("not affected"),
    "not_affected": Tag("not affected"),
    "false_positive": Tag("not affected: a false positive"),
    "fixed": Tag("fixed", "blue"),
    "first_fixed": Tag("fixed", "blue"),
    "resolved": Tag("fixed", "blue"),
    "resolved_with_pedigree": Tag("fixed", "blue"),
    "recommended": Tag("recommended", "blue"),
    "under_investigation": Tag("under investigation", "orange"),
    "in_triage": Tag("under investigation", "orange"),
    "unknown": Tag("unknown", "orange"),
}
"""What documents of suppliers and distributions call their verdicts (CSAF, OpenVEX, CycloneDX VEX), in our words."""
STATES = {
    "issued": Tag("not acknowledged", "red"),
    "acknowledged": Tag("acknowledged", "blue"),
    "not_yet_known": Tag("not yet known", "orange"),
    "applies": Tag("applies", "orange"),
    "does_not_apply": Tag("does not apply", "grey"),
    "remediating": Tag("being remediated", "blue"),
    "awaiting_manufacturer": Tag("interim controls, awaiting manufacturer", "purple"),
    "verifying": Tag("being verified", "blue"),
    "closed": Tag("closed", "green"),
    "withdrawn": Tag("withdrawn", "grey"),
}
CLOSINGS = {
    "window_hunted": Tag("closed: window hunted", "green"),
    "window_partly_visible": Tag("closed: window partly visible", "yellow"),
    "risk_accepted": Tag("closed: risk accepted", "purple"),
    "does_not_apply": Tag("closed: does not apply", "grey"),
    "fixed": Tag("closed: fixed, no hunt asked for", "aqua-green"),
}
CLOSING_NAMES = {
    "window_hunted": "window hunted",
    "window_partly_visible": "window partly visible",
    "risk_accepted": "risk accepted",
    "does_not_apply": "does not apply",
    "fixed": "fixed",
}
ANSWERS = {
    "applies": "applies",
    "does_not_apply": "does not apply",
    "not_yet_known": "not yet known",
}
CLOCKS = {
    "acknowledge": "acknowledgement",
    "update": "update",
    "remediate": "remediation",
    "review": "review of interim controls",
}
EXPOSURE = {True: "yes", False: "no", None: "not known"}
APPROVALS = {"given": "given", "refused": "refused", "awaited": "awaited"}
ACTIONS = {"patch": "patch", "reboot": "reboot", "isolation": "isolation"}
PHASES = {
    "exploit": "trace of the exploit",
    "after": "trace of what comes after an exploit",
    "scan": "trace of a scan",
    "": "match of an indicator",
}
CLASSES = {key: one.name for key, one in PRODUCT_CLASSES.items()}
