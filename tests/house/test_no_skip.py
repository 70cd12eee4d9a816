"""In CI nothing is skipped silently."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = "import no_skip, pathlib\ndef pytest_configure(config): no_skip.register(config, pathlib.Path('allowed.toml'))\n"


@pytest.fixture
def suite(pytester: pytest.Pytester, root: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty suite under the rule."""
    monkeypatch.setenv("WARDROUND_NO_SKIP", "1")
    pytester.makepyfile(no_skip=(root / "tests" / "no_skip.py").read_text("utf-8"))
    pytester.makeconftest(CONFTEST)
    return pytester


def run(suite: pytest.Pytester) -> pytest.RunResult:
    return suite.runpytest_subprocess("-p", "no:django", "-p", "no:xdist", "-p", "no:cacheprovider")


def allow(suite: pytest.Pytester, *, test: str, expires: str, reason: str = "no such machine here yet") -> None:
    (suite.path / "allowed.toml").write_text(f'[[skip]]\ntest = "{test}"\nreason = "{reason}"\nexpires = {expires}\n')


SKIPS = "import pytest\ndef test_it(): pytest.skip('not today')\n"


def test_a_skip_fails_and_says_which_and_why(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=SKIPS)
    result = run(suite)
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_a.py::test_it was skipped (*not today*allowed_skips.toml does not list it*"])


def test_without_the_rule_a_skip_is_a_skip(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARDROUND_NO_SKIP")
    suite.makepyfile(test_a=SKIPS)
    run(suite).assert_outcomes(skipped=1)


WAYS_NOT_TO_RUN = """
import unittest, pytest

@pytest.mark.skip(reason="r")
def test_marked(): pass

@pytest.mark.skipif(True, reason="r")
def test_on_a_condition(): pass

@pytest.fixture
def absent(): pytest.skip("r")
def test_by_a_fixture(absent): pass

@pytest.mark.xfail(reason="r")
def test_expected_to_fail_and_did(): assert False

@pytest.mark.xfail(reason="r")
def test_expected_to_fail_and_did_not(): assert True

@pytest.mark.xfail(run=False, reason="r")
def test_expected_to_fail_and_not_run(): pass

@pytest.mark.parametrize("x", [])
def test_with_no_cases(x): pass

class TestUnit(unittest.TestCase):
    @unittest.skip("r")
    def test_of_unittest(self): pass
"""


def test_every_way_of_not_running_fails(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=WAYS_NOT_TO_RUN)
    result = run(suite)
    assert result.ret == 1
    assert set(result.parseoutcomes()) <= {"failed", "errors"}
    assert sum(result.parseoutcomes().values()) == WAYS_NOT_TO_RUN.count("def test_")


def test_a_module_left_out_is_an_error(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_a="import pytest\npytest.skip('r', allow_module_level=True)",
        test_b="import pytest\npytest.importorskip('no_such_module')",
        test_c="def test_it(): pass",
    )
    result = run(suite)
    assert result.ret == 2
    result.assert_outcomes(errors=2)


def test_a_listed_skip_is_allowed(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=SKIPS)
    allow(suite, test="test_a.py::*", expires="2999-12-31")
    result = run(suite)
    assert result.ret == 0
    result.assert_outcomes(skipped=1)


def test_a_permission_that_expired_permits_nothing(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=SKIPS)
    allow(suite, test="test_a.py::*", expires="2020-01-01")
    result = run(suite)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*expired on 2020-01-01*"])


def test_a_permission_for_one_test_is_none_for_another(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=SKIPS)
    allow(suite, test="test_b.py::*", expires="2999-12-31")
    assert run(suite).ret == 1


def test_a_permission_without_a_reason_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=SKIPS)
    allow(suite, test="test_a.py::*", expires="2999-12-31", reason="because")
    result = run(suite)
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*needs a reason in words*"])


def test_no_permission_reaches_further_than_a_quarter(root: Path) -> None:
    entries = tomllib.loads((root / "tests" / "allowed_skips.toml").read_text("utf-8")).get("skip", [])
    limit = datetime.now(UTC).date() + timedelta(days=90)
    assert [entry["test"] for entry in entries if entry["expires"] > limit] == []
