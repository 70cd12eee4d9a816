"""The newest word of every source is the estate; what a newer snapshot does not mention is not seen, never gone."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.estate import compare, join
from wardround.core.vocab import Install

MAY_14 = datetime(2025, 5, 14, tzinfo=UTC)
MAY_18 = datetime(2025, 5, 18, tzinfo=UTC)


def an_install(asset: str = "mdm-01", version: str = "12.4.0.1", **more: object) -> Install:
    return Install(asset_id=asset, product="EPMM", version=version, **more)  # type: ignore[arg-type]


def test_the_newest_snapshot_of_a_source_replaces_its_older_one() -> None:
    estate = join([("cmdb", MAY_18, [an_install(version="12.4.0.2")]), ("cmdb", MAY_14, [an_install(version="12.4.0.1")])])
    (said,) = estate["mdm-01"]
    assert said.install.version == "12.4.0.2"
    assert said.by == (("cmdb", MAY_18),)


def test_sources_that_agree_are_one_install_with_two_witnesses() -> None:
    cmdb, scan = an_install(service="Messaging"), an_install(internet_facing=True, hostname="mdm.example")
    (said,) = join([("scan", MAY_14, [scan]), ("cmdb", MAY_18, [cmdb])])["mdm-01"]
    assert said.by == (("cmdb", MAY_18), ("scan", MAY_14))
    assert (said.install.service, said.install.internet_facing, said.install.hostname) == ("Messaging", True, "mdm.example")


def test_sources_that_disagree_on_a_version_are_both_kept() -> None:
    estate = join([("cmdb", MAY_14, [an_install(version="12.4.0.2")]), ("scan", MAY_14, [an_install(version="12.4.0.1")])])
    assert {(said.install.version, said.by) for said in estate["mdm-01"]} == {
        ("12.4.0.2", (("cmdb", MAY_14),)),
        ("12.4.0.1", (("scan", MAY_14),)),
    }


def test_an_asset_that_only_an_older_source_knows_is_still_there() -> None:
    assert set(join([("cmdb", MAY_18, [an_install("a")]), ("scan", MAY_14, [an_install("b")])])) == {"a", "b"}


def test_facing_the_internet_by_anybodys_word_stays_so() -> None:
    said = join([("cmdb", MAY_18, [an_install(internet_facing=False)]), ("scan", MAY_14, [an_install(internet_facing=True)])])
    assert said["mdm-01"][0].install.internet_facing is True


def test_one_name_by_two_vendors_is_two_products() -> None:
    estate = join([("cmdb", MAY_18, [an_install(vendor="V")]), ("scan", MAY_14, [an_install(vendor="W")])])
    assert [said.install.vendor for said in estate["mdm-01"]] == ["V", "W"]


FACING = st.sampled_from([None, False, True])


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), FACING), max_size=12))
def test_joining_loses_no_statement_of_a_newest_snapshot(said: list[tuple[str, str, bool | None]]) -> None:
    snapshots = [
        (source, MAY_14, [an_install(asset, internet_facing=facing) for s, asset, facing in said if s == source])
        for source in "abc"
    ]
    estate = join(snapshots)
    assert {(source, asset) for source, asset, _ in said} == {
        (source, asset) for asset, installs in estate.items() for one in installs for source, _ in one.by
    }
    assert all(estate[asset][0].install.internet_facing for _, asset, facing in said if facing)


def test_what_is_missing_from_the_newer_snapshot_is_not_seen() -> None:
    change = compare(["a", "b"], ["b", "c"])
    assert (change.seen, change.not_seen, change.first_seen) == ({"b"}, {"a"}, {"c"})


def test_a_later_snapshot_of_the_same_instant_counts() -> None:
    estate = join([("cmdb", MAY_14, [an_install(version="1")]), ("cmdb", MAY_14, [an_install(version="2")])])
    assert [said.install.version for said in estate["mdm-01"]] == ["2"]
