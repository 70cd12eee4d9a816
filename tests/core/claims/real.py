"""The real documents beside the checkout."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import zstandard


def members(archive: Path, within: str) -> Iterator[bytes]:
    """The JSON files of a packed archive whose path holds `within`, in order."""
    with archive.open("rb") as packed, tarfile.open(fileobj=zstandard.ZstdDecompressor().stream_reader(packed), mode="r|") as tar:
        for member in tar:
            if member.isfile() and within in member.name and member.name.endswith(".json") and (file := tar.extractfile(member)):
                yield file.read()
