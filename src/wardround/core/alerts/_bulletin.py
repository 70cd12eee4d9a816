"""The words of a bulletin (NHS England's published schema for cyber alerts) and its marking (FIRST, TLP 2.0)."""

from dataclasses import dataclass

SEVERITIES = ("High", "Medium", "Low", "Information")
TYPES = ("attack methodology", "insecure software", "intelligence", "malware", "vulnerability")
STEP_TYPES = ("Patch", "Guidance", "Action", "Aware")


@dataclass(frozen=True, slots=True)
class Marking:
    """One TLP 2.0 marking: its label, its official STIX id, and who may read what carries it."""

    label: str
    stix: str
    readers: str


MARKINGS = (
    Marking("TLP:CLEAR", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "everybody"),
    Marking("TLP:GREEN", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "your community, not in public"),
    Marking(
        "TLP:AMBER",
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "your organisation and its clients, who need to know",
    ),
    Marking(
        "TLP:AMBER+STRICT", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "your organisation only, who need to know"
    ),
    Marking("TLP:RED", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "the named recipients only"),
)
"""From the widest to the narrowest."""

_BY_WORD = {word: m for m in MARKINGS for word in (m.label, m.label.removeprefix("TLP:"), m.stix.upper())}


def marking(text: str) -> Marking:
    """The marking that a label (`TLP:AMBER`, `amber`) or a STIX id names. What is not known is treated as RED."""
    return _BY_WORD.get("".join(text.split()).upper(), MARKINGS[-1])
