"""CPE 2.3 names: the examples of NIST IR 7695 (August 2011), each under its section, and what binding and unbinding must keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.names import Cpe
from wardround.core.names._cpe import ANY, NA, well_formed
from wardround.core.names._keys import name_of_cpe
from wardround.core.vocab import BadInput

IE = {"part": "a", "vendor": "microsoft", "product": "internet_explorer"}
INSIGHT = {"part": "a", "vendor": "hp", "product": "insight_diagnostics", "version": r"7\.4\.0\.1570", "update": NA}
ONLINE = {"sw_edition": "online", "target_sw": "win2003", "target_hw": "x64"}
OPENVIEW = {"part": "a", "vendor": "hp", "product": "openview_network_manager", "version": r"7\.51", "target_sw": "linux"}
IPOD = {"sw_edition": "special", "target_sw": "ipod_touch", "target_hw": "80gb"}
MONEY = {"part": "a", "vendor": r"foo\\bar", "product": r"big\$money_manager_2010", **IPOD}


@pytest.mark.parametrize(
    ("section", "name", "uri"),
    [
        ("6.1.2.4.1", IE | {"version": r"8\.0\.6001", "update": "beta"}, "cpe:/a:microsoft:internet_explorer:8.0.6001:beta"),
        ("6.1.2.4.2", IE | {"version": r"8\.*", "update": "sp?"}, "cpe:/a:microsoft:internet_explorer:8.%02:sp%01"),
        ("6.1.2.4.3", INSIGHT | ONLINE, "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~"),
        ("6.1.2.4.4", OPENVIEW, "cpe:/a:hp:openview_network_manager:7.51::~~~linux~~"),
        ("6.1.2.4.5", MONEY, "cpe:/a:foo%5cbar:big%24money_manager_2010:::~~special~ipod_touch~80gb~"),
    ],
)
def test_binding_to_a_uri(section: str, name: dict[str, str], uri: str) -> None:
    assert Cpe(**name).uri() == uri


@pytest.mark.parametrize(
    ("section", "uri", "name"),
    [
        ("6.1.3.3.1", "cpe:/a:microsoft:internet_explorer:8.0.6001:beta", IE | {"version": r"8\.0\.6001", "update": "beta"}),
        ("6.1.3.3.2", "cpe:/a:microsoft:internet_explorer:8.%2a:sp%3f", IE | {"version": r"8\.\*", "update": r"sp\?"}),
        ("6.1.3.3.3", "cpe:/a:microsoft:internet_explorer:8.%02:sp%01", IE | {"version": r"8\.*", "update": "sp?"}),
        ("6.1.3.3.4", "cpe:/a:hp:insight_diagnostics:7.4.0.1570::~~online~win2003~x64~", INSIGHT | ONLINE | {"update": ANY}),
        ("6.1.3.3.5", "cpe:/a:hp:openview_network_manager:7.51:-:~~~linux~~", OPENVIEW | {"update": NA}),
        ("6.1.3.3.7", "cpe:/a:foo~bar:big%7emoney_2010", {"part": "a", "vendor": r"foo\~bar", "product": r"big\~money_2010"}),
    ],
)
def test_unbinding_a_uri(section: str, uri: str, name: dict[str, str]) -> None:
    assert Cpe.read(uri) == Cpe(**name)


@pytest.mark.parametrize(
    ("section", "name", "bound"),
    [
        (
            "6.2.2.3.1",
            IE | {"version": r"8\.0\.6001", "update": "beta"},
            "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*",
        ),
        ("6.2.2.3.2", IE | {"version": r"8\.*", "update": "sp?"}, "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*"),
        ("6.2.2.3.2", IE | {"version": r"8\.\*", "update": "sp?"}, r"cpe:2.3:a:microsoft:internet_explorer:8.\*:sp?:*:*:*:*:*:*"),
        (
            "6.2.2.3.3",
            INSIGHT | ONLINE | {"product": "insight"},
            "cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:*",
        ),
        ("6.2.2.3.4", OPENVIEW, "cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*"),
        (
            "6.2.2.3.5",
            MONEY | {"product": r"big\$money_2010"},
            r"cpe:2.3:a:foo\\bar:big\$money_2010:*:*:*:*:special:ipod_touch:80gb:*",
        ),
        (
            "6.2.3.3.3",
            INSIGHT | ONLINE,
            "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*",
        ),
        (
            "6.2.3.3.4",
            {"part": "a", "vendor": r"foo\\bar", "product": r"big\$money", "version": "2010", **IPOD},
            r"cpe:2.3:a:foo\\bar:big\$money:2010:*:*:*:special:ipod_touch:80gb:*",
        ),
    ],
)
def test_a_formatted_string_both_ways(section: str, name: dict[str, str], bound: str) -> None:
    assert Cpe(**name).formatted() == bound
    assert Cpe.read(bound) == Cpe(**name)


@pytest.mark.parametrize(
    ("section", "bound"),
    [
        ("6.1.3.3.6", "cpe:/a:foo%5cbar:big%24money_2010%07:::~~special~ipod_touch~80gb~"),
        ("6.1.3.3.8", "cpe:/a:foo:bar:12.%02.1234"),
        ("6.2.3.3.3", "cpe:2.3:a:hp:insight_diagnostics:7.4.*.1570:*:*:*:*:*:*:*"),
        ("6.2", "cpe:2.3:a:hp:insight_diagnostics:7.4:*:*:*:*:*:*"),
        ("6.2", "cpe:2.3:a:ibm:sterling_connect:direct:6.0.0.0:*:*:*:*:windows:*:*"),
        ("5.3.3.1", "cpe:2.3:x:hp:insight:*:*:*:*:*:*:*:*"),
        ("6.1.2.3", "cpe:/a:hp:insight:1::~a~b"),
        ("6.1", "cpe:/a:hp:insight:1:2:3:4:5"),
        ("5.3.2", "cpe:2.3:a:two words:x:*:*:*:*:*:*:*:*"),
        ("5.3.2", "cpe:2.3:a:caf\u00e9:x:*:*:*:*:*:*:*:*"),
        ("5.3.2", "cpe:2.3:a::x:*:*:*:*:*:*:*:*"),
        ("6.1.3.2", "cpe:/a:hp:%02"),
        ("6.1.3.2", "cpe:/a:hp:insight:%2"),
        ("6.2", "cpe:2.3:a:" + "x" * 3000),
        ("6", "wfn:[]"),
        ("6", ""),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(section: str, bound: str) -> None:
    with pytest.raises(BadInput) as refused:
        Cpe.read(bound)
    assert refused.value.what
    assert refused.value.do
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "value",
    [
        r"foo\-bar",
        "Acrobat_Reader",
        r"\"oh_my\!\"",
        r"g\+\+",
        r"9\.?",
        "sr*",
        r"big\$money",
        r"back\\slash",
        "*SOFT*",
        r"*8\.??",
        "?",
    ],
)
def test_value_strings_that_section_5_3_2_allows(value: str) -> None:
    assert well_formed(value)


@pytest.mark.parametrize(
    "value", ["foo*bar", "foo?bar", "**foo", "bar***", "*?foobar", "foobar*?", "q??x", r"\-", "a.b", "a b", "*", "", "x\\"]
)
def test_value_strings_that_it_does_not_allow(value: str) -> None:
    assert not well_formed(value)


SIGNS = "!\"#$%&'()+,./:;<=>@[]^`{|}~-*?\\"
BODY = st.lists(st.sampled_from([*"abz09_", *(f"\\{sign}" for sign in SIGNS)]), min_size=2, max_size=12).map("".join)
VALUES = st.one_of(
    st.sampled_from([ANY, NA]),
    st.tuples(st.sampled_from(["", "*", "?", "??"]), BODY, st.sampled_from(["", "*", "?", "???"])).map("".join),
)
NAMES = st.builds(
    Cpe,
    part=st.sampled_from(["a", "o", "h", ANY, NA]),
    **dict.fromkeys(["vendor", "product", "version", "update", "edition"], VALUES),
)
EXTENDED = st.builds(
    Cpe, **dict.fromkeys(["vendor", "language", "edition", "sw_edition", "target_sw", "target_hw", "other"], VALUES)
)


@given(NAMES | EXTENDED)
def test_unbinding_what_was_bound_gives_the_name_back(name: Cpe) -> None:
    assert Cpe.read(name.formatted()) == name
    assert Cpe.read(name.uri()) == name


@given(st.text(alphabet="cpe:/2.3ao*?-_~%\\0124x", max_size=60))
def test_any_text_is_a_name_that_can_be_bound_or_is_refused(text: str) -> None:
    try:
        name = Cpe.read(text)
    except BadInput:
        return
    assert Cpe.read(name.formatted()) == name


@pytest.mark.parametrize(
    ("cpe", "name"),
    [
        (r"cpe:2.3:a:example:mail\/gateway_2:*:*:*:*:*:*:*:*", ("example", "mail/gateway 2")),
        (r"cpe:2.3:a:Maker:endpoint\_manager:*", ("maker", "endpoint manager")),
        ("cpe:/o:microsoft:windows_server_2019", ("microsoft", "windows server 2019")),
        ("cpe:2.3:a:*:gateway:1:*:*:*:*:*:*:*", ("", "gateway")),
        ("cpe:2.3:a:x:*:1:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:x", None),
        ("cpe:2.3:a:x:y:1.*.2:*:*:*:*:*:*:*", None),
    ],
)
def test_vendor_and_product_of_a_name(cpe: str, name: tuple[str, str] | None) -> None:
    assert name_of_cpe(cpe) == name
