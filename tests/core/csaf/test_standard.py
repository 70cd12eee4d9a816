"""The CSAF standard's own valid and invalid documents: ours says *valid* where `testcases.json` does."""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wardround.core.csaf import check

# Rules that only CSAF 2.1 has and that this does not judge: dates, further CWE and purl rules, SSVC, extensions, the new
# profiles. Their invalid documents pass here, which is why a 2.1 document is never called valid on our word alone.
NOT_JUDGED_21 = {
    *(f"6.1.{n}" for n in (37, *range(42, 62))),
    *(f"6.1.27.{n}" for n in range(12, 20)),
    *(f"6.1.60.{n}" for n in (1, 2, 3)),
}
LISTED_21 = {
    **dict.fromkeys(("6-1-08-05", "6-1-08-06", "6-1-09-04", "6-1-09-05", "6-1-10-04"), "CVSS 4.0 is not computed"),
    **dict.fromkeys(("6-1-11-02", "6-1-11-03", "6-1-11-04", "6-1-11-06"), "only the names of weaknesses in our table are judged"),
    "6-1-13-02": "a list of package URLs that must agree but for their qualifiers: a rule of 2.1 alone",
    "6-1-10-13": "its CVSS 2.0 base score is not the one that its vector gives (10.0): invalid by 6.1.9",
    "6-1-27-08-02": "its result names the products that have an id, not those that have none",
    "6-1-27-13-16": "a product id is defined twice: invalid by 6.1.2",
    "6-1-50-14": "a product id is defined twice: invalid by 6.1.2",
    "6-1-50-15": "a product id is defined twice: invalid by 6.1.2",
    "6-2-21-02": "its revisions do not rise in the order of their dates: invalid by 6.1.14",
    "6-2-24-03": "a weakness carries another name than the list's: invalid by 6.1.11",
    "6-2-54-03-01": "a product id is defined nowhere: invalid by 6.1.1",
    "6-3-21-01-02": "a product id is defined nowhere: invalid by 6.1.1",
    "6-3-21-01-12": "product ids are defined nowhere: invalid by 6.1.1",
}

Case = tuple[str, dict[str, Any], bool, dict[str, Any] | None]


@pytest.fixture(scope="module")
def documents(shared: Path) -> dict[str, Any]:
    raw = zstandard.ZstdDecompressor().decompressobj().decompress((shared / "csaf/csaf-validator-tests.tar.zst").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        return {
            member.name: json.load(archive.extractfile(member))  # type: ignore[arg-type]
            for member in archive
            if member.isfile() and member.name.endswith(".json") and "/data/" in member.name
        }


def cases(documents: dict[str, Any], version: str) -> Iterator[tuple[str, str, dict[str, Any], bool, dict[str, Any]]]:
    """Rule, short name, document, the flag that the standard states, and its result where there is one."""
    (root,) = (
        name.removesuffix("testcases.json") for name in documents if name.endswith(f"{version}/test/validator/data/testcases.json")
    )
    for rule in documents[f"{root}testcases.json"]["tests"]:
        for case in (*rule.get("failures", ()), *rule.get("valid", ())):
            result = documents[root + case["result"]]["primary_result"] if "result" in case else {}
            short = re.sub(r".*-20\d\d-|\.json", "", case["name"])
            yield rule["id"], short, documents[root + case["name"]], case["valid"], result


def test_every_document_of_csaf_2_0_gets_the_flag_that_the_standard_states(documents: dict[str, Any]) -> None:
    given = list(cases(documents, "csaf_2.0"))
    wrong = [short for _, short, document, valid, _ in given if (not check(document)) is not valid]
    assert (len(given), wrong) == (239, [])


def test_an_invalid_document_of_csaf_2_0_fails_the_test_it_was_written_for(documents: dict[str, Any]) -> None:
    for rule, short, document, valid, _ in cases(documents, "csaf_2.0"):
        if not valid:
            assert rule in {problem.test for problem in check(document)}, short


def test_documents_of_csaf_2_1_get_their_flag_or_are_listed(documents: dict[str, Any]) -> None:
    given = list(cases(documents, "csaf_2.1"))
    wrong = {(rule, short) for rule, short, document, valid, _ in given if (not check(document)) is not valid}
    unlisted = {(rule, short) for rule, short in wrong if rule not in NOT_JUDGED_21 and short not in LISTED_21}
    assert unlisted == set()
    assert len(wrong) <= 0.15 * len(given), f"{len(wrong)} of {len(given)}"
    assert set(LISTED_21) <= {short for _, short, *_ in given}


def test_what_a_result_file_points_at_is_pointed_at(documents: dict[str, Any]) -> None:
    seen = 0
    for rule, short, document, _, result in cases(documents, "csaf_2.1"):
        wanted = {error["instance_path"] for error in result.get("errors", ())}
        if rule.startswith("6.1") and wanted and short not in LISTED_21:
            seen += 1
            assert wanted <= {problem.instance_path for problem in check(document)}, short
    assert seen >= 15
