"""An exported record is what was recorded, or what is wrong with it is named."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.record import beginning, chained, fingerprint, key_text, new_key, read_key, sign, verify, written
from wardround.core.record._verify import Verified, checkpoints_in
from wardround.core.vocab import BadInput
from wardround.core.vocab._canonical import canonical

KEY, OTHER = new_key(), new_key()
AT = datetime(2025, 5, 14, 9, tzinfo=UTC)


def an_entry(number: int, what: str = "noted", code: str = "TX1") -> dict[str, object]:
    said = {"organisation": code, "sequence": number, "at": AT.isoformat(), "who": "system: test", "what": what}
    return said | {"document": {"n": number}}


def chain(entries: list[dict[str, object]], code: str = "TX1") -> list[tuple[dict[str, object], str]]:
    digest, found = beginning(code), []
    for entry in entries:
        digest = chained(digest, entry)
        found.append((entry, digest))
    return found


def an_export(n: int = 6, *, signed: tuple[int, ...] = (3, 6), key=KEY, what: str = "noted") -> list[bytes]:
    linked = chain([an_entry(number, what) for number in range(1, n + 1)])
    checkpoints = [sign(key, organisation="TX1", sequence=s, digest=linked[s - 1][1], at=AT) for s in signed]
    return list(written("TX1", linked, checkpoints, keys=[key.public_key()]))


def faults(lines: list[bytes], **how: object) -> list[tuple[int | None, str]]:
    return [(fault.entry, fault.what) for fault in check(lines, **how).faults]


def check(lines: list[bytes], **how: object) -> Verified:
    (only,) = verify(lines, name="record.jsonl", **how)
    return only


def of_entry(number: int) -> int:
    """The place of its line: the header stands before."""
    return number


def test_a_record_as_it_was_written_has_no_fault():
    found = check(an_export(), keys=[KEY.public_key()])
    assert (found.organisation, found.entries, found.signed, found.signed_at) == ("TX1", 6, 6, AT)
    assert (found.keys, found.faults) == ((fingerprint(KEY.public_key()),), ())


def test_without_a_key_the_files_own_is_used():
    found = check(an_export(key=OTHER))
    assert (found.keys, found.faults) == ((fingerprint(OTHER.public_key()),), ())


def test_a_changed_entry_is_named():
    lines = an_export()
    lines[of_entry(4)] = lines[of_entry(4)].replace(b"system: test", b"system: best")
    assert faults(lines) == [(4, "is not what the chain holds after entry 3: it was changed, or the one before it")]


def test_a_missing_entry_is_named():
    lines = an_export()
    del lines[of_entry(2)]
    assert faults(lines) == [(2, "entry 2 is missing")]


def test_several_missing_entries_are_named_together():
    lines = an_export()
    del lines[of_entry(1) : of_entry(4)]
    assert (1, "entries 1 to 3 are missing") in faults(lines)


def test_a_reordered_entry_is_named_and_nothing_else_is_blamed():
    lines = an_export()
    lines[of_entry(4)], lines[of_entry(5)] = lines[of_entry(5)], lines[of_entry(4)]
    assert faults(lines) == [(4, "stands after entry 5: the order was changed")]


def test_entries_that_changed_numbers_and_places_are_found():
    lines = an_export()
    lines[of_entry(4)] = lines[of_entry(4)].replace(b'"sequence":4', b'"sequence":5')
    lines[of_entry(5)] = lines[of_entry(5)].replace(b'"sequence":5', b'"sequence":4')
    assert {entry for entry, _ in faults(lines)} >= {4, 5}


def test_an_entry_that_stands_twice_is_named():
    lines = an_export()
    assert faults([*lines[:3], lines[2], *lines[3:]]) == [(2, "stands here once more")]


def test_a_record_written_anew_with_right_digests_is_found_by_the_signature():
    forged = an_export(what="tampered", key=OTHER)
    found = faults([an_export()[0], *forged[1:7], *an_export()[7:]])
    assert found[0] == (1, "entries 1 to 3 are not those that were signed on 14 May 2025 09:00 UTC: at least one was written anew")
    assert found[-1] == (1, "no good signature covers entries 1 to 6: the end may have been changed, cut off or added")


def test_an_end_that_was_written_anew_is_told_from_the_part_that_stands():
    linked = chain([an_entry(n, "noted" if n < 5 else "tampered") for n in range(1, 7)])
    lines = an_export()
    forged = [canonical({"entry": e, "digest": d}) + b"\n" for e, d in linked]
    found = check([lines[0], *forged, *lines[7:]])
    assert found.signed == 3
    assert [f.entry for f in found.faults] == [4, 4]


def test_a_record_signed_with_a_key_that_is_not_the_one_given_proves_nothing():
    found = check(an_export(key=OTHER), keys=[KEY.public_key()])
    assert found.signed == 0
    assert any("which is not one that is trusted" in fault.what for fault in found.faults)


def test_a_signature_of_something_else_is_no_signature():
    lines = an_export()
    lines[-1] = lines[-1].replace(orjson.loads(lines[-1])["signature"].encode(), orjson.loads(lines[-2])["signature"].encode())
    assert (6, "its checkpoint does not carry the signature of its key") in faults(lines)


def test_entries_that_nobody_signed_are_said():
    assert faults(an_export(signed=(3,))) == [
        (4, "no good signature covers entries 4 to 6: the end may have been changed, cut off or added")
    ]


def test_an_end_that_was_cut_off_whole_is_found_by_a_checkpoint_seen_earlier():
    earlier, cut = an_export(), an_export(3, signed=(3,))
    assert faults(cut) == []
    known = checkpoints_in(earlier)
    assert faults(cut, known=known) == [(4, "the record went on to entry 6 on 14 May 2025 09:00 UTC: those after 3 are missing")]


def test_a_record_of_which_a_checkpoint_is_known_and_that_is_not_there_is_named():
    known = [sign(KEY, organisation="TX2", sequence=1, digest=beginning("TX2"), at=AT)]
    there, absent = verify(an_export(), name="record.jsonl", known=known)
    assert there.faults == ()
    assert [fault.what for fault in absent.faults] == ["holds no record of TX2, of which a checkpoint is known"]


def test_each_record_of_a_file_is_checked_by_itself():
    linked = chain([an_entry(1, code="TX2")], "TX2")
    second = written(
        "TX2", linked, [sign(KEY, organisation="TX2", sequence=1, digest=linked[0][1], at=AT)], keys=[KEY.public_key()]
    )
    lines = [*an_export(), *second]
    lines[of_entry(2)] = lines[of_entry(2)].replace(b"noted", b"taken")
    one, other = verify(lines, name="record.jsonl")
    assert [fault.entry for fault in one.faults] == [2]
    assert (other.organisation, other.entries, other.faults) == ("TX2", 1, ())


def test_another_organisations_entries_do_not_fit():
    other = [canonical({"entry": e, "digest": d}) + b"\n" for e, d in chain([an_entry(1, code="TX2")], "TX2")]
    found = faults([an_export(1, signed=(1,))[0], *other])
    assert (1, "belongs to 'TX2', not to TX1") in found


def test_a_name_that_stands_twice_in_a_line_is_found():
    """A reader sees the first, the check the last: so only one way of writing is taken."""
    lines = an_export()
    lines[of_entry(2)] = lines[of_entry(2)].replace(b'"who":', b'"who":"somebody else","who":')
    assert [entry for entry, _ in faults(lines)] == [None]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe\n", b"[1]\n", b'{"entry":5,"digest":"x"}\n', b'{"entry":{"sequence":-4},"digest":"x"}\n']
)
def test_a_line_that_is_no_part_of_a_record_is_named_by_its_number(line):
    found = check([*an_export()[:2], line, *an_export()[2:]])
    assert found.faults[0].where == "line 3"
    assert found.entries == 6


@pytest.mark.parametrize(
    "lines", [[], [b"\n"], [b"{}\n"], [b"PK\x03\x04"], an_export()[1:]], ids=["empty", "blank", "{}", "zip", "headless"]
)
def test_what_is_no_export_is_refused(lines):
    with pytest.raises(BadInput, match=r"record\.jsonl"):
        check(lines)


def test_a_huge_number_costs_nothing():
    entry = an_entry(2**53 - 1)
    lines = [*an_export(), canonical({"entry": entry, "digest": "0" * 64}) + b"\n"]
    assert (7, f"entries 7 to {2**53 - 2} are missing") in faults(lines)


def test_a_key_is_passed_on_as_text():
    assert read_key(key_text(KEY.public_key()) + "\n", where="key").public_bytes_raw() == KEY.public_key().public_bytes_raw()


@pytest.mark.parametrize("text", ["", "AAAA", "not base64 at all", "ü"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadInput, match="no public key"):
        read_key(text, where="key")


@settings(max_examples=300)
@given(st.data())
def test_whatever_is_done_to_a_file_is_found(data):
    """A law: with the key given, and a checkpoint of the end known, no change of bytes, loss or move of lines passes."""
    lines = an_export()
    known = checkpoints_in(lines)
    place = data.draw(st.integers(1, len(lines) - 1))
    match data.draw(st.sampled_from(["flip", "drop", "swap", "cut"])):
        case "flip":
            at = data.draw(st.integers(0, len(lines[place]) - 2))
            byte = data.draw(st.integers(0, 255).filter(lambda b: b != lines[place][at]))
            lines[place] = lines[place][:at] + bytes([byte]) + lines[place][at + 1 :]
        case "drop" if place < 7:
            del lines[place]
        case "swap" if place < 6:
            lines[place], lines[place + 1] = lines[place + 1], lines[place]
        case _:
            lines = lines[: min(place, 7)]
    assert check(lines, keys=[KEY.public_key()], known=known).faults
