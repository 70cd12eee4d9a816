"""Before any test: a home folder of the tests' own, so that no test meets a real installation, and the rule on skips."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from wardround.hub.reach import EVERYTHING, reach_from_here

TESTS = Path(__file__).parent / "tests"

# Settings read both when they are imported, so this cannot wait for a fixture. Each worker of xdist has its own home.
os.environ["WARDROUND_HOME"] = tempfile.mkdtemp(prefix="wardround-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "wardround.hub.settings"

# A slow or busy machine is no fault of the code. All else stays as Hypothesis chooses: under CI, the same examples each time.
hypothesis.settings.register_profile(
    "patient", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Register `tests/no_skip.py`, which is no importable module under `--import-mode=importlib`."""
    spec = importlib.util.spec_from_file_location("no_skip", TESTS / "no_skip.py")
    assert spec is not None
    assert spec.loader is not None
    plugin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plugin)
    plugin.register(config, TESTS / "allowed_skips.toml")
    reach_from_here(EVERYTHING)  # what a test sets up; a page has the reach of who asks for it
    assert settings.DATABASES  # read now: pytest-django sets up only what has been read
    settings.DATABASES["default"].get("OPTIONS", {}).pop("assume_role", None)  # the tests' own database has no such role yet


def pytest_unconfigure() -> None:
    """Take the tests' home away."""
    shutil.rmtree(os.environ["WARDROUND_HOME"], ignore_errors=True)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes that nobody can read are named by their argument: packed data holds its second, and all workers must name it alike."""
    return argname if isinstance(val, bytes) and not val.decode("latin-1").isprintable() else None
