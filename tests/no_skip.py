"""Under WARDROUND_NO_SKIP=1 a test that did not run is a test that failed.

A skip or an expected failure fails, unless `tests/allowed_skips.toml` lists it with a reason and a day after which that ends:

    [[skip]]
    test = "tests/core/test_x.py::test_y*"
    reason = "why it cannot run, and who is to change that"
    expires = 2026-12-31
"""

import os
import tomllib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Allowed:
    """One pattern of node ids that may be skipped until the end of a day."""

    test: str
    reason: str
    expires: date


def read_allowed(path: Path) -> list[Allowed]:
    """The entries of an allow-list. Raises ValueError for one that lacks its reason or its day."""
    allowed = [Allowed(**entry) for entry in tomllib.loads(path.read_text("utf-8")).get("skip", [])] if path.is_file() else []
    for entry in allowed:
        if type(entry.expires) is not date or len(entry.reason.split()) < 3:
            raise ValueError(f"{path}: {entry.test!r} needs a reason in words and `expires` as a date")
    return allowed


class NoSkip:
    """The pytest plugin. `today` decides what has expired."""

    def __init__(self, allowed: list[Allowed], *, today: date) -> None:
        self.allowed, self.today = allowed, today

    def refused(self, node: str) -> str | None:
        """Why this node may not be skipped; None when it may."""
        entries = [entry for entry in self.allowed if fnmatchcase(node, entry.test)]
        if any(entry.expires >= self.today for entry in entries):
            return None
        if entries:
            return f"its permission in tests/allowed_skips.toml expired on {max(entry.expires for entry in entries)}"
        return "tests/allowed_skips.toml does not list it"

    def judge(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Turn a skip that is not allowed into a failure that says so."""
        expected = getattr(report, "wasxfail", None)
        why = self.refused(report.nodeid) if report.skipped or expected is not None else None
        if why is None:
            return
        what = "skipped" if expected is None else "expected to fail"
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else expected or ""
        if expected is not None:
            del report.wasxfail  # type: ignore[union-attr]
        report.outcome = "failed"
        report.longrepr = f"WARDROUND_NO_SKIP: {report.nodeid} was {what} ({said}), and {why}"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A test, or one of its phases."""
        report = yield
        self.judge(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A whole module, as `importorskip` leaves it out."""
        report = yield
        self.judge(report)
        return report


def register(config: pytest.Config, allow_list: Path) -> None:
    """Switch the rule on where the environment asks for it."""
    if os.environ.get("WARDROUND_NO_SKIP") == "1":
        config.pluginmanager.register(NoSkip(read_allowed(allow_list), today=datetime.now(UTC).date()), "wardround-no-skip")
