"""Products on, with and in other products (CSAF 2.0, section 3.2.2.4; 2.1: product_paths): a word on a part is one on it there."""

import pytest

from wardround.core.vocab import Verdict

from .builders import a_branch, a_csaf, a_product, gateways, objects, says

APPLIANCE = a_branch({"vendor": "Example", "product_name": "Appliance", "product_version": "7"}, "BASE")


def related(category: str, status: str, *, name: str = "Gateway 2.0 on Appliance 7") -> dict:
    link = {
        "category": category,
        "product_reference": "2.0",
        "relates_to_product_reference": "BASE",
        "full_product_name": a_product("BOTH", name),
    }
    return a_csaf([*gateways("2.0"), APPLIANCE], {status: ["BOTH"]}, tree={"relationships": [link]})


@pytest.mark.parametrize("category", ["installed_on", "installed_with", "external_component_of", "optional_component_of"])
def test_a_part_is_affected_where_it_stands_and_unknown_elsewhere(category):
    document = related(category, "known_affected")
    assert says(document, "2.0", platform="appliance 7").verdict is Verdict.AFFECTED
    assert says(document, "2.0").verdict is Verdict.UNKNOWN
    assert says(document, "7", product="appliance").verdict is Verdict.UNKNOWN


def test_not_affected_in_one_product_is_no_word_on_the_part_in_another():
    document = related("default_component_of", "known_not_affected")
    assert says(document, "2.0", platform="appliance 7").verdict is Verdict.NOT_AFFECTED
    assert says(document, "2.0").verdict is Verdict.UNKNOWN
    assert says(document, "2.0", platform="windows").verdict is Verdict.UNKNOWN
    assert says(document, "7", product="appliance").verdict is Verdict.UNKNOWN


def test_what_always_contains_an_affected_part_is_affected():
    assert says(related("default_component_of", "known_affected"), "7", product="appliance").verdict is Verdict.AFFECTED


def test_a_path_of_2_1_is_read_as_the_part_on_all_of_its_bases():
    steps = [{"category": "installed_on", "next_product_reference": base} for base in ("BASE", "2.1")]
    path = {"beginning_product_reference": "2.0", "full_product_name": a_product("ALL"), "subpaths": steps}
    raw = a_csaf([*gateways("2.0", "2.1"), APPLIANCE], {"known_affected": ["ALL"]}, tree={"product_paths": [path]}, version="2.1")
    assert objects(raw)[0]["platforms"] == ["Appliance 7 on Gateway 2.1"]


def test_relations_on_relations_are_followed_in_any_order():
    def link(product: str, base: str, made: str) -> dict:
        names = {"product_reference": product, "relates_to_product_reference": base, "full_product_name": a_product(made)}
        return {"category": "installed_on"} | names

    tree = {"relationships": [link("AB", "BASE", "ABC"), link("2.0", "2.1", "AB")]}
    raw = a_csaf([*gateways("2.0", "2.1"), APPLIANCE], {"known_affected": ["ABC"]}, tree=tree)
    assert objects(raw)[0]["platforms"] == ["Gateway 2.1 on Appliance 7"]


def test_relations_in_a_circle_say_nothing():
    def link(product: str, made: str) -> dict:
        names = {"product_reference": product, "relates_to_product_reference": "BASE", "full_product_name": a_product(made)}
        return {"category": "installed_on"} | names

    tree = {"relationships": [link("X", "Y"), link("Y", "X")]}
    assert objects(a_csaf([APPLIANCE], {"known_affected": ["X", "Y"]}, tree=tree)) == []
