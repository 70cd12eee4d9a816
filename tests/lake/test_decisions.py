"""Decisions on names: kept whole or not at all, never twice, and never one that disagrees."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from wardround.core.names import Alias, Aliases
from wardround.core.names._decision import decided
from wardround.core.vocab import BadInput
from wardround.lake.decisions import exported, imported, keep

AT = datetime(2030, 5, 13, 12, tzinfo=UTC)


def a_decision(product: str = "Core", to: str = "EPMM", *, same: bool = True) -> Alias:
    on = date(2030, 5, 13)
    return decided(
        product, vendor="", to=[("Ivanti", to)], same=same, author="A. Person (fictitious)", on=on, source="s", reason="r"
    )


def test_a_decision_is_in_force_once_it_is_kept(tmp_path: Path) -> None:
    assert keep(tmp_path / "aliases", [a_decision()], at=AT)
    assert (("ivanti", "epmm"), a_decision().id) in Aliases.load(folder=tmp_path / "aliases").of("", "core")


def test_the_same_decision_again_changes_nothing(tmp_path: Path) -> None:
    keep(tmp_path, [a_decision()], at=AT)
    before = {path: path.read_bytes() for path in tmp_path.glob("*.json")}
    assert keep(tmp_path, [a_decision()], at=AT) == []
    assert {path: path.read_bytes() for path in tmp_path.glob("*.json")} == before


def test_one_that_disagrees_is_refused_with_all_that_come_with_it(tmp_path: Path) -> None:
    keep(tmp_path, [a_decision()], at=AT)
    other = a_decision(to="Connect Secure")
    with pytest.raises(BadInput) as refused:
        keep(tmp_path, [a_decision("Something"), other], at=AT)
    assert a_decision().id in str(refused.value)
    assert other.id in str(refused.value)
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_two_that_point_at_each_other_are_refused(tmp_path: Path) -> None:
    said: dict[str, Any] = {"same": True, "author": "A. Person (fictitious)", "on": date(2030, 5, 13), "source": "s", "reason": "r"}
    there = decided("One", vendor="Acme", to=[("Acme", "Two")], **said)
    back = decided("Two", vendor="Acme", to=[("Acme", "One")], **said)
    keep(tmp_path, [there], at=AT)
    with pytest.raises(BadInput, match="point in a circle"):
        keep(tmp_path, [back], at=AT)
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_what_one_installation_exports_another_takes(tmp_path: Path) -> None:
    keep(tmp_path / "one", [a_decision(), a_decision("Else", same=False)], at=AT)
    document = json.dumps(exported(tmp_path / "one")).encode()
    assert len(keep(tmp_path / "two", imported(document, where="shared.json"), at=AT)) == 2
    assert exported(tmp_path / "two") == exported(tmp_path / "one")
    assert len(exported(tmp_path / "none")["aliases"]) == 0


@pytest.mark.parametrize("raw", [b"[]", b'{"aliases": []}', b"{}", b"no"])
def test_what_holds_no_decision_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput, match=r"shared\.json"):
        imported(raw, where="shared.json")
