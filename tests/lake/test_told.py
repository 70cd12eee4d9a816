"""What people say is wrong with a verdict: kept, drafted as a vendor fact, settled by a later fact or name, never a verdict."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.core.names._decision import decided
from wardround.core.vocab import BadInput
from wardround.lake.told import Told, standing, tell

WORD = Told(
    cve="CVE-2030-0001",
    vendor="Example Gateways",
    product="Console",
    version="1.9.0",
    verdict="affected",
    decided_by="CVE-2030-0001 /containers/cna/affected/0/versions/0",
    right="not_affected",
    says="The vendor says:\r\nfixed in 1.9.0 too.",
    source="https://gateways.example/fixed",
    organisation="EX03",
    author="A. Person (fictitious)",
    at=datetime(2030, 3, 1, 9, 30, tzinfo=UTC),
)


def told(folder: Path, *, facts: Overrides | None = None, names: Aliases | None = None, cve: str = "") -> list[Told]:
    return standing(folder, overrides=facts or Overrides(), aliases=names or Aliases(), cve=cve)


def fact(**more: object) -> Overrides:
    draft = (WORD.draft() or {}) | {"author": "A. Reviewer (fictitious)", "date": "2030-03-02"} | more
    return Overrides().adding([("fact.json", json.dumps(draft).encode())])


def test_what_was_told_is_read_back_as_it_was(tmp_path: Path) -> None:
    tell(tmp_path, WORD)
    tell(tmp_path, WORD)
    assert told(tmp_path) == [WORD]
    assert told(tmp_path, cve="CVE-2030-0001") == [WORD]
    assert told(tmp_path, cve="CVE-2030-00011") == told(tmp_path, cve="CVE-2030-000") == []


def test_nothing_was_told_where_there_is_no_folder(tmp_path: Path) -> None:
    assert told(tmp_path / "none") == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", json.dumps(WORD.document() | {"right": "anything"}).encode()])
def test_a_file_that_is_no_proposal_is_left_out(tmp_path: Path, raw: bytes) -> None:
    tell(tmp_path, WORD)
    (tmp_path / "told-x.json").write_bytes(raw)
    assert told(tmp_path) == [WORD]


def test_the_newest_comes_first(tmp_path: Path) -> None:
    later = replace(WORD, at=datetime(2030, 3, 2, tzinfo=UTC))
    tell(tmp_path, WORD)
    tell(tmp_path, later)
    assert told(tmp_path) == [later, WORD]


def test_the_draft_is_refused_until_somebody_put_a_name_and_a_date_to_it() -> None:
    with pytest.raises(BadInput, match="date"):
        Overrides().adding([("draft.json", json.dumps(WORD.draft()).encode())])
    (one,) = fact().all
    assert one.statement["versions"] == [{"version": "1.9.0", "status": "unaffected", "versionType": "custom"}]
    assert "fixed in 1.9.0 too. (Told by A. Person (fictitious), 01 March 2030.)" in one.reason


def test_the_draft_takes_the_place_of_the_fact_that_decided() -> None:
    assert (replace(WORD, decided_by="override gateways-2030").draft() or {})["supersedes"] == ["gateways-2030"]
    assert (WORD.draft() or {})["supersedes"] == []


def test_a_version_that_is_not_stated_is_left_open_in_the_draft() -> None:
    assert (replace(WORD, version="").draft() or {})["statement"]["versions"] == []


def test_another_name_is_no_fact() -> None:
    assert replace(WORD, right="another_name").draft() is None


def test_a_later_fact_on_the_record_and_the_product_settles_it(tmp_path: Path) -> None:
    tell(tmp_path, WORD)
    assert told(tmp_path, facts=fact()) == []
    assert told(tmp_path, facts=fact(product="Pump")) == told(tmp_path, facts=fact(cves=["CVE-2030-0002"])) == [WORD]


def test_a_fact_that_stood_already_settles_nothing(tmp_path: Path) -> None:
    known = replace(WORD, facts=(WORD.id,))
    tell(tmp_path, known)
    assert told(tmp_path, facts=fact()) == [known]


def test_a_decision_on_the_name_settles_a_name(tmp_path: Path) -> None:
    name = replace(WORD, right="another_name")
    tell(tmp_path, name)
    before, after = (
        decided("Console", vendor="", to=[("", "Web Console")], on=on, same=True, author="A. R.", reason="seen", source="a label")
        for on in (date(2029, 1, 1), date(2030, 3, 1))
    )
    assert told(tmp_path, names=Aliases((before,))) == [name]
    assert told(tmp_path, names=Aliases((after,))) == []
