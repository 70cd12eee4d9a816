"""Every assumption of an estate's answers, counted by kind."""

from wardround.core.matching._assumptions import count_assumptions, kind_of
from wardround.core.vocab import Finding, Install, Verdict

CUSTOM = "`custom` defines no order for its versions: they are compared number by number."
TEXT = "The range is read from the text {0}."


def a_finding(
    asset: str, *assumed: str, verdict: Verdict = Verdict.NOT_AFFECTED, product: str = "Gateway", cve: str = "CVE-2030-0001"
) -> Finding:
    return Finding(Install(asset_id=asset, vendor="Example", product=product, version="1.0"), cve, verdict, "", "", assumed)


def test_an_install_and_a_product_count_once_for_each_kind() -> None:
    counted = count_assumptions(
        [
            a_finding("a", CUSTOM, TEXT.format("“>= 1.0, < 2.0”")),
            a_finding("a", CUSTOM, cve="CVE-2030-0002"),
            a_finding("b", CUSTOM, product=" GATEWAY"),
            a_finding("c", TEXT.format("*"), product="Viewer", verdict=Verdict.AFFECTED),
            a_finding("d"),
        ]
    )
    assert [(one.installs, one.products, one.not_affected) for one in counted] == [(2, 2, 1), (2, 1, 2)]
    assert counted[1].example == CUSTOM


def test_a_kind_is_the_sentence_without_what_differs() -> None:
    assert kind_of(TEXT.format("“8.0.11 and prior”")) == kind_of(TEXT.format("*")) == kind_of(TEXT.format("<9.2"))
    assert kind_of(CUSTOM) == kind_of("`patch` defines no order for its versions: they are compared number by number.")
    assert kind_of("The part that the record speaks of (a, b) is taken to be in use.") == kind_of(
        "The part that the record speaks of (c) is taken to be in use."
    )
    assert kind_of(CUSTOM) != kind_of("The record states no order for its versions: they are compared number by number.")


def test_nothing_assumed_is_nothing_counted() -> None:
    assert count_assumptions([a_finding("a")]) == []
