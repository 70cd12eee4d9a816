"""What an object says of every version of a product at once is what it says of each of them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.matching import Overrides, Subject
from wardround.core.matching._bulk import Ranked, verdicts
from wardround.core.matching._entries import Entry
from wardround.core.matching._numbers import text_of
from wardround.core.matching._objects import Shape, bare_object
from wardround.core.matching._ranked import Versions
from wardround.core.matching._saying import verdicts_of

# As their vendors write them (`tables/forms.json` names the sources), oldest first; coarse ones and other texts among them.
WRITTEN = {
    (
        "Juniper Networks",
        "Junos OS",
    ): "20.4R3-S9 21.1R1 21.4 21.4R3 21.4R3-S5.4 21.4R3-S5 22.2R2-S1-EVO 22.4R2-S1 22.4R3 21.4* 23.2R1",
    ("Cisco", "Cisco IOS XE Software"): "16.9.1 16.12.10 16.12.10a 17.3 17.3.8 17.3.8a 17.3.8b 17.09.04a 17.9.4a 3.16.1S Cupertino",
    ("Fortinet", "FortiOS"): "5.4.12 6.0.5 6.4 6.4.14 v6.4.14 7.0.16 7.2.9,build1688 7.4.3 7.2.*",
    ("Palo Alto Networks", "PAN-OS"): "8.1.0 8.1.23-h1 9.1.0 10.2 10.2.9 10.2.9-h1 10.2.9-h10 10.2.10 11.0.0 10.2.*",
    ("VMware", "VMware ESXi"): "6.7 ESXi70U1c-17325551 ESXi70U3 7.0.3_build_21930508 ESXi80U2sb-23305545 8.0 ESXi80U3-24022510",
    ("Example", "Gateway"): "1 1.0 1.0.0 1.2 1.2.0-rc1 1.2.3 1:1.2-3 1.2-3.el8 2.0.0.0 2.x 2.0-SNAPSHOT v3",
}
ALSO = ["", "0", "*", "n/a", "see label", "R7", "1.0", "21", "2024.1", "a01b2c3d4e5f", "38235", "24.7.38235", "2.0.0-nightly"]


@st.composite
def objects(draw: Any) -> tuple[dict[str, Any], list[str]]:
    """An object on one of these products, and versions of it."""
    (vendor, product), written = draw(st.sampled_from(sorted(WRITTEN.items())))
    text = st.sampled_from([*written.split(), *ALSO])
    status = st.sampled_from(["affected", "unaffected", "unknown"])
    kind = st.sampled_from(["", "custom", "semver", "maven", "rpm", "deb", "python", "git", "patch", "string"])
    change = st.fixed_dictionaries({"at": text, "status": status})
    end = st.dictionaries(st.sampled_from(["lessThan", "lessThanOrEqual"]), text, max_size=1)
    more = st.fixed_dictionaries({}, optional={"versionType": kind, "changes": st.lists(change, max_size=2)})
    row = st.builds(lambda v, s, e, m: {"version": v, "status": s, **e, **m}, text, status, end, more)
    affected: dict[str, Any] = {"vendor": vendor, "product": product, "versions": draw(st.lists(row, max_size=4))}
    if draw(st.booleans()):
        affected["defaultStatus"] = draw(status)
    if draw(st.integers(0, 9)) == 0:
        affected["cpes"] = ["no name"]
    return affected, draw(st.lists(text, max_size=12))


@settings(max_examples=500, deadline=None)
@given(stated=objects(), scheme=st.sampled_from(["", "deb", "npm"]))
def test_it_equals_what_the_object_says_of_each(stated: tuple[dict[str, Any], list[str]], scheme: str) -> None:
    affected, versions = stated
    found = verdicts_of(Shape(affected), Versions([text_of(v) for v in versions]), scheme=scheme)
    at_once = [{verdict for verdict, members in found.items() if members >> n & 1} for n in range(len(versions))]
    one_by_one = [bare_object(affected, at="", subject=Subject(("v",), "p", version, scheme)) for version in versions]
    assert at_once == [{answer.verdict if answer else None} for answer in one_by_one]


@pytest.mark.parametrize(("vendor", "product"), WRITTEN)
def test_an_entry_is_asked_about_few_versions_of_many(vendor: str, product: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = WRITTEN[vendor, product].split()
    exact = {"Junos OS": "21.{}R3-S{}", "Cisco IOS XE Software": "17.{}.{}a", "VMware ESXi": "ESXi70U{}-173255{:02}"}
    pattern = exact.get(product, "6.{}.{}")
    many = Versions([text_of(pattern.format(n, m)) for n in range(1, 10) for m in range(10, 60)])
    asked: list[object] = []
    read = Entry.read
    monkeypatch.setattr(Entry, "read", lambda self, version: asked.append(version) or read(self, version))
    shape = Shape(
        {"vendor": vendor, "product": product, "versions": [{"version": texts[0], "lessThan": texts[4], "status": "affected"}]}
    )
    assert sum(members.bit_count() for members in verdicts_of(shape, many).values()) == 450
    assert len(asked) <= 5


def test_an_entry_that_many_records_have_is_read_once(a_record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    read = Entry.read
    monkeypatch.setattr(Entry, "read", lambda self, version: asked.append(version) or read(self, version))
    ranked = Ranked(Subject(("example",), "gateway", f"1.{n}") for n in range(20))
    both = [{"version": "1.5", "status": "affected"}, {"version": "1.8", "lessThan": "1.10", "status": "affected"}]
    for number, rows in enumerate((both, both[:1], both[1:])):
        said = [{"vendor": "Example", "product": "Gateway", "defaultStatus": "unaffected", "versions": rows}]
        found = verdicts(a_record(said, cve=f"CVE-2030-000{number}"), ranked, overrides=Overrides())
        assert found.count(3) == {0: 3, 1: 1, 2: 2}[number]
        assert number or asked.clear() is None
    assert not asked
