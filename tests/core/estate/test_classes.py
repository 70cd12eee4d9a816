"""The table of product classes is whole and in plain English."""

import re

from wardround.core.estate import PRODUCT_CLASSES


def test_the_classes_that_alerts_are_about_are_there() -> None:
    assert {
        "edge_appliance",
        "server",
        "workstation",
        "network_device",
        "mobile_device",
        "medical_device",
        "supplier_hosted",
        "software_component",
        "cloud_service",
    } <= set(PRODUCT_CLASSES)


def test_every_class_has_an_id_a_name_and_a_sentence() -> None:
    for id, entry in PRODUCT_CLASSES.items():
        assert entry.id == id
        assert re.fullmatch(r"[a-z_]+", id)
        assert entry.name[0].isupper()
        assert entry.line.endswith(".")
