"""A run is kept whole and can be checked years later; what is new alone is searched, and the result is that of a whole hunt."""

import gzip
import io
import re
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core import hunts as core
from wardround.core.hunts._kept import result_document
from wardround.core.vocab import BadInput
from wardround.hub.audit.models import Entry
from wardround.hub.hunts import keeping
from wardround.hub.hunts.keeping import check
from wardround.hub.hunts.models import Detection, Hunt, HuntCheck, KeptSearch
from wardround.hub.hunts.services import add_log, lines_around
from wardround.hub.organisations.models import Membership
from wardround.lake.files import FileStore
from wardround.lake.home import Home
from wardround.lake.hunts import KeptHunts

from ..builders import EXPLOIT, PROBE, WINDOW, a_log, a_person, an_organisation, at, by, logs, system
from .test_hunting import TRACES, Patched

pytestmark = pytest.mark.usefixtures("hub")
SHELL = {at(18, 11): "GET /mifs/403.jsp?k=aWQ="}


def document(hunt: Hunt, home: Home) -> dict[str, Any]:
    return KeptHunts(FileStore(home.files)).read(hunt.document)


def anew(hunt: Hunt) -> dict[str, Any]:
    """What a whole hunt over the same logs gives."""
    owner = hunt.hosts[0]["host"]
    files = keeping.store()
    sources = [
        core.Source(str(b.public_id), io.BytesIO(files.read(b.sha256)), host=owner, could_have_been_altered=b.from_host)
        for b in hunt.batches.all()
    ]
    return result_document(core.hunt(sources, rules=core.load_pack(hunt.pack).rules))


class TestWhatIsNew:
    def test_a_late_log_alone_is_searched_and_the_result_is_that_of_a_whole_hunt(self, hub: Home) -> None:
        case = Patched()
        logs(case.trust, until=at(18), traces=TRACES)
        assert case.hunt(at(20)).new == {"logs": 1, "rules": len(core.load_pack("epmm").rules.rules), "of": 1}
        logs(case.trust, until=at(20), traces=TRACES | SHELL)
        later = case.hunt(at(20, 10))
        assert (later.new["logs"], later.new["of"]) == (1, 2)
        assert document(later, hub)["result"] == anew(later)
        assert Detection.unscoped.count() == 3

    def test_nothing_new_reads_no_log(self, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        first = case.hunt(at(20))

        def never(*args: object, **more: object) -> None:
            raise AssertionError("a log was opened")

        monkeypatch.setattr("wardround.hub.hunts.services.opened", never)
        second = case.hunt(at(20, 10))
        assert second.new["logs"] == 0
        assert document(first, hub)["result"] == document(second, hub)["result"]

    def test_new_rules_alone_are_run_over_every_log(self, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        pack = core.load_pack("epmm")
        fewer = replace(pack, rules=replace(pack.rules, rules=pack.rules.rules[3:], sha256="0" * 64))
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES | SHELL)
        monkeypatch.setattr(core, "load_pack", lambda name: fewer)
        case.hunt(at(20))
        monkeypatch.undo()
        later = case.hunt(at(20, 10))
        assert later.new == {"logs": 1, "rules": 3, "of": 1}
        assert document(later, hub)["result"] == anew(later)

    def test_another_pack_over_the_same_logs_undoes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        real = core.load_pack
        with monkeypatch.context() as patched:
            patched.setattr(core, "load_pack", lambda name: real("moveit"))
            assert case.hunt(at(20, 10)).new["logs"] == 1
        assert case.hunt(at(20, 11)).new["logs"] == 0
        assert sorted(KeptSearch.unscoped.values_list("pack", flat=True)) == ["epmm", "moveit"]

    def test_a_packs_indicators_are_looked_for_and_kept(self, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES | SHELL)
        pack, long = core.load_pack("epmm"), f"/mifs/{'x' * 120}.jsp"
        monkeypatch.setattr(
            core, "load_pack", lambda name: replace(pack, indicators=(("list.csv", f"/mifs/403.jsp?k=aWQ=\n{long}\n".encode()),))
        )
        before, hunt = Detection.unscoped.count(), case.hunt(at(20))
        told = document(hunt, hub)["result"]
        assert told["indicators"]["loaded"] == 2
        assert [d["line"] for d in told["detections"] if d["rule"].startswith("indicator:")] == [
            d["line"] for d in told["detections"] if d["title"].startswith("EPMM web shell")
        ]
        assert Detection.unscoped.filter(rule__startswith="indicator:").count() == 1 > before
        assert case.hunt(at(20, 10)).new["logs"] == 0

    def test_another_engine_searches_everything_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        logs(case.trust, until=at(20))
        case.hunt(at(20))
        for room in ("services", "keeping"):
            monkeypatch.setattr(f"wardround.hub.hunts.{room}.engine", lambda: "another")
        assert case.hunt(at(20, 10)).new["logs"] == 1

    def test_a_kept_search_that_was_changed_is_not_believed(self, hub: Home) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        path = FileStore(hub.files).path(KeptSearch.unscoped.get().sha256)
        path.write_bytes(path.read_bytes().replace(b"shadowserver", b"shadowserves"))
        assert case.hunt(at(20, 10)).new["logs"] == 1


class TestTheRecordOfARun:
    def test_it_names_rules_logs_coverage_and_result(self, hub: Home) -> None:
        case = Patched()
        batch = logs(case.trust, until=at(20), traces=TRACES)
        done = case.hunt(at(20))
        kept = document(done, hub)
        assert [log["sha256"] for log in kept["logs"]] == [batch.sha256]
        assert kept["pack"]["sha256"] == done.pack_hash
        assert "pack.toml" in kept["pack"]["files"]
        assert kept["hosts"] == done.hosts
        assert {d["line"] for d in kept["result"]["detections"]} >= {d.line for d in Detection.unscoped.all()}
        assert Entry.unscoped.get(what="hunt ran").document["document"] == done.document

    def test_a_host_says_hours_rules_and_sources(self) -> None:
        case = Patched()
        logs(case.trust, until=at(20), silent=(at(3), at(4)))
        (host,) = case.hunt(at(20)).hosts
        (source,) = host["sources"]
        assert source["name"] == "mdm-01.log"
        assert len(source["gaps"]) == 1
        assert "c-uri" in source["fields"]
        assert {rule["of"] for rule in host["rules"] if rule["phase"] == "exploit"} == {host["hours_until_fix"]}
        assert host["lacking"][0]["hours"] == host["hours"] - host["seen"]
        assert host["lacking"][0]["what"].startswith("Logs of mdm-01 from 3 May 2025")


class TestChecking:
    def checked(self, case: Patched, hunt: Hunt) -> HuntCheck:
        return check(by(case.person, at(21)), hunt=hunt)

    def hunted(self) -> tuple[Patched, Hunt]:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        return case, case.hunt(at(20))

    def test_the_same_logs_and_rules_give_the_same_result(self) -> None:
        made = self.checked(*self.hunted())
        assert (made.differences, made.notes) == ([], [])
        assert Entry.unscoped.filter(what="hunt checked").count() == 1

    @pytest.mark.parametrize(
        ("which", "said"),
        [
            (lambda d: d["logs"][0]["sha256"], "log mdm-01.log of mdm-01: .*has been changed since it was kept"),
            (lambda d: d["pack"]["files"]["pack.toml"], "the rules as they were: .*has been changed"),
        ],
        ids=["log", "rules"],
    )
    def test_what_was_changed_is_named(self, hub: Home, which: Callable[[Any], str], said: str) -> None:
        case, hunt = self.hunted()
        path: Path = FileStore(hub.files).path(which(document(hunt, hub)))
        path.write_bytes(path.read_bytes() + b"\n")
        (found,) = self.checked(case, hunt).differences
        assert re.search(said, found), found

    def test_what_is_gone_is_named(self, hub: Home) -> None:
        case, hunt = self.hunted()
        FileStore(hub.files).path(document(hunt, hub)["logs"][0]["sha256"]).unlink()
        made = self.checked(case, hunt)
        assert "this file is not kept here" in made.differences[0]
        assert made.notes == ["The hunt was not run again: what it would read is not what it read."]

    def test_the_record_itself_is_checked(self, hub: Home) -> None:
        case, hunt = self.hunted()
        FileStore(hub.files).path(hunt.document).write_bytes(b"{}")
        assert "the record of the run itself" in self.checked(case, hunt).differences[0]

    def test_a_row_that_was_changed_in_the_database_is_found(self) -> None:
        case, hunt = self.hunted()
        Hunt.unscoped.filter(pk=hunt.pk).update(statement="Searched everything: no trace found.")
        hunt.refresh_from_db()
        assert self.checked(case, hunt).differences == ["the statement is not the one that was kept with the run"]

    def test_a_result_that_differs_says_in_what(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case, hunt = self.hunted()
        now = anew(hunt)
        monkeypatch.setattr(keeping, "result_document", lambda result: now | {"detections": now["detections"][1:]})
        (said,) = self.checked(case, hunt).differences
        assert said.startswith("1 detections then and not now: ")
        assert "on mdm-01.log line" in said

    def test_a_pack_that_changed_since_is_a_note_and_no_difference(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case, hunt = self.hunted()
        pack = core.load_pack("epmm")
        newer = replace(pack, rules=replace(pack.rules, rules=pack.rules.rules[2:], sha256="0" * 64))
        monkeypatch.setattr(core, "load_pack", lambda name: newer)
        made = self.checked(case, hunt)
        assert made.differences == []
        assert made.notes == ["The pack has changed since: 2 rules are new, gone or ask something else. Hunt again to use them."]

    def test_a_hunt_from_before_says_that_its_result_cannot_be_checked(self) -> None:
        case, hunt = self.hunted()
        hunt.document = ""
        made = self.checked(case, hunt)
        assert (made.differences, len(made.notes)) == ([], 1)


class TestLargeLogs:
    def test_a_stream_is_read_once_and_in_pieces(self, hub: Home) -> None:
        class Once(io.BytesIO):
            most = read_bytes = 0

            def read(self, size: int | None = -1, /) -> bytes:
                data = super().read(size)
                Once.most, Once.read_bytes = max(Once.most, len(data)), Once.read_bytes + len(data)
                return data

            def seek(self, *args: Any) -> int:
                raise AssertionError("read again")

        data = a_log(WINDOW, at(20)) * 40
        batch = add_log(system(at(20)), organisation=an_organisation(), host="h", data=Once(data), filename="a.log")
        assert Once.read_bytes == len(data) > 2 * Once.most
        assert FileStore(hub.files).read(batch.sha256) == data

    def test_nothing_is_kept_of_what_is_no_log(self, hub: Home) -> None:
        with pytest.raises(BadInput):
            add_log(system(at(17)), organisation=an_organisation(), host="h", data=io.BytesIO(b"no log\n"), filename="a.log")
        assert [p for p in hub.files.rglob("*") if p.is_file()] == []

    def test_the_lines_around_a_trace_in_a_packed_log_are_shown(self) -> None:
        case = Patched()
        data = gzip.compress(a_log(WINDOW, at(20), traces={at(15, 11): PROBE, at(15, 12): EXPLOIT}))
        add_log(system(at(20)), organisation=case.trust, host="mdm-01", data=data, filename="access.log.1.gz")
        done = case.hunt(at(20))
        for found in Detection.unscoped.all():
            assert dict(lines_around(found, batches=done.batches.all()))[found.line] == found.excerpt

    def test_a_silence_between_the_files_of_one_archive_is_a_gap(self) -> None:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            for name, since, until in (("a.log", at(1), at(2)), ("b.log", at(4), at(5))):
                content = a_log(since, until)
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        batch = add_log(system(at(17)), organisation=an_organisation(), host="h", data=raw.getvalue(), filename="a.tar")
        assert [gap[1][:10] for gap in batch.gaps] == ["2025-05-04"]


def test_only_who_acts_for_the_organisation_checks() -> None:
    case = Patched()
    logs(case.trust, until=at(20))
    hunt = case.hunt(at(20))
    with pytest.raises(PermissionDenied):
        check(by(a_person(case.trust, Membership.Role.READ_ONLY), at(21)), hunt=hunt)
