"""The words of a bulletin, and its marking."""

import pytest

from wardround.core.alerts import MARKINGS, SEVERITIES, STEP_TYPES, marking


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("TLP:CLEAR", "TLP:CLEAR"),
        ("green", "TLP:GREEN"),
        (" tlp: amber + strict ", "TLP:AMBER+STRICT"),
        ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER"),
    ],
)
def test_a_marking_is_known_by_label_or_by_its_official_id(text: str, label: str) -> None:
    assert marking(text).label == label


@pytest.mark.parametrize(
    "text", ["", "TLP:WHITE", "TLP:AMBER-STRICT", "secret", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]
)
def test_an_unknown_marking_is_treated_as_red(text: str) -> None:
    assert marking(text).label == "TLP:RED"


def test_the_official_ids_are_those_of_tlp_2_0() -> None:
    assert [m.stix.removeprefix("marking-definition--")[:8] for m in MARKINGS] == [
        "94868c89",
        "bab4a63c",
        "55d920b0",
        "939a9414",
        "e828b379",
    ]


def test_there_is_no_severity_critical() -> None:
    assert SEVERITIES == ("High", "Medium", "Low", "Information")
    assert STEP_TYPES == ("Patch", "Guidance", "Action", "Aware")
