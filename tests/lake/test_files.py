"""A kept file is the bytes that came, under their hash, whole or not at all."""

import errno
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.vocab import BadInput, WardroundError
from wardround.lake.files import FileStore, written_whole


class FullDisk(io.BytesIO):
    """A stream that gives a little and then fails as a full disk does."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(4)


def interrupted(path: Path) -> None:
    with written_whole(path.parent, name=lambda: path) as file:
        file.write(b"half of the new")
        raise KeyboardInterrupt


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_put_is_read_back_by_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    sha256 = store.put(b"inventory")
    assert sha256 == hashlib.sha256(b"inventory").hexdigest()
    assert store.read(sha256) == b"inventory"
    assert sha256 in store


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.put(b"x") == store.put(io.BytesIO(b"x"))
    assert len(left_behind(tmp_path)) == 1


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    store = FileStore(tmp_path_factory.mktemp("files"))
    with store.open(store.put(data), verify=True) as file:
        assert file.read() == data


def test_a_changed_file_is_found_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    sha256 = store.put(b"evidence")
    store.path(sha256).write_bytes(b"evidenze")
    with pytest.raises(WardroundError, match="has been changed since it was kept"):
        store.read(sha256)


def test_a_file_that_is_not_kept_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WardroundError, match="not kept here"):
        FileStore(tmp_path).open("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "/" + "0" * 63])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="is not a SHA-256"):
        FileStore(tmp_path).path(name)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        FileStore(tmp_path).put(FullDisk(b"0123456789"))
    assert left_behind(tmp_path) == []


def test_ctrl_c_leaves_what_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert left_behind(tmp_path) == ["table"]
    assert path.read_bytes() == b"before"


def test_kept_files_are_this_users_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.path(store.put(b"x")).stat().st_mode & 0o077 == 0


def test_a_stream_is_kept_whole_though_its_reader_stops_early(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    with FileStore(tmp_path).taking(io.BytesIO(content)) as taken:
        assert taken.read(10) == content[:10]
    assert taken.sha256 == hashlib.sha256(content).hexdigest()
    assert FileStore(tmp_path).read(taken.sha256) == content
