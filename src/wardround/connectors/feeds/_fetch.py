"""Downloads: only what changed, going on where an interruption left off."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from wardround.core.vocab import BadInput
from wardround.lake.statements import Statements, Writer

MOST = 4 << 30  # bytes of one download
AGAIN = "run it again later; what has arrived is kept"


class Gone(BadInput):
    """The address answers that there is no such file."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that arrived. `marks` are what to show the server next time, so that it sends it only when it changed."""

    url: str
    path: Path
    marks: dict[str, str]


@dataclass
class Fetcher:
    """Fetches into a folder; remembers in the store, once a file is read, how to ask for it only when it changed."""

    client: httpx.Client
    statements: Statements
    writer: Writer
    folder: Path
    progress: Callable[[int, int, str], None]

    def fetch(self, url: str, *, conditional: bool = True) -> Fetched | None:
        """The file at `url`; None when it has not changed since it was last settled.

        Raises BadInput when it cannot be had, Gone when it is not there.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / hashlib.sha256(url.encode()).hexdigest()[:32]
        known = self.statements.cursor(f"marks {url}") if conditional else None
        headers = _asking(orjson.loads(known) if known else {})
        started = part.with_suffix(".json")
        if part.exists() and started.exists() and (validator := _validator(started)):
            headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": validator}
        try:
            with self.client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == 304:
                    return None
                if answer.status_code in (404, 410):
                    raise Gone(f"the server answers {answer.status_code}", where=url, do=AGAIN)
                if answer.status_code == 416:
                    part.unlink()
                    return self.fetch(url, conditional=conditional)
                if answer.status_code not in (200, 206):
                    raise BadInput(f"the server answers {answer.status_code}", where=url, do=AGAIN)
                marks = {k: v for k in ("etag", "last-modified") if (v := answer.headers.get(k))}
                started.write_bytes(orjson.dumps(marks))
                self._save(answer, part)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BadInput(f"cannot be fetched: {error or type(error).__name__}", where=url, do=AGAIN) from None
        return Fetched(url, part, marks)

    def _save(self, answer: httpx.Response, part: Path) -> None:
        """The body, after what is already there when the server goes on from it."""
        going_on = answer.status_code == 206
        arrived = part.stat().st_size if going_on else 0
        total = arrived + int(answer.headers.get("content-length") or 0)
        with part.open("ab" if going_on else "wb") as file:
            for piece in answer.iter_raw():
                arrived += len(piece)
                if arrived > MOST:
                    raise BadInput("larger than 4 GB", where=str(answer.url), do="check the address")
                file.write(piece)
                self.progress(arrived, max(total, arrived), str(answer.url))
            file.flush()
            os.fsync(file.fileno())

    def settle(self, fetched: Fetched) -> None:
        """The file has been read and is in the store: forget the copy, remember the marks."""
        with self.writer.transaction():
            self.writer.remember(f"marks {fetched.url}", orjson.dumps(fetched.marks).decode())
        self.drop(fetched)

    def drop(self, fetched: Fetched) -> None:
        """Forget the copy, so that the next time it is fetched whole."""
        fetched.path.unlink(missing_ok=True)
        fetched.path.with_suffix(".json").unlink(missing_ok=True)

    def read(self, url: str) -> bytes:
        """A small file's bytes: a list of files, a release."""
        fetched = self.fetch(url, conditional=False)
        if fetched is None or fetched.path.stat().st_size > 256 << 20:
            raise BadInput("larger than a list of files would be", where=url, do="check the address")
        raw = fetched.path.read_bytes()
        self.drop(fetched)
        return raw


def _asking(marks: dict[str, str]) -> dict[str, str]:
    """The headers that ask for a file only when it changed."""
    asking = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {asking[mark]: value for mark, value in marks.items() if mark in asking}


def _validator(started: Path) -> str | None:
    """What an unfinished download must still be, to be gone on with: a strong ETag, else a date."""
    try:
        marks = orjson.loads(started.read_bytes())
    except orjson.JSONDecodeError:
        return None
    etag = str(marks.get("etag", ""))
    return etag if etag.startswith('"') else marks.get("last-modified")


def link(base: str, target: str) -> str:
    """An address that a fetched document names. Raises BadInput unless it is https, or on the host that names it."""
    url = urljoin(base, target)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or (parts.scheme == "http" and parts.netloc != urlsplit(base).netloc):
        raise BadInput(f"names an address that is not followed: {target[:100]!r}", where=base, do="check the source")
    return url
