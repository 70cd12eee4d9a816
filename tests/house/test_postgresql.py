"""The hub's tests run on PostgreSQL as well as on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> dict[str, str]:
    """An environment in which the hub's database is PostgreSQL."""
    return {**os.environ, "WARDROUND_DATABASE": postgres_url, "WARDROUND_HOME": str(tmp_path)}


def run(*arguments: str, env: dict[str, str], root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True)


def test_the_setting_chooses_the_database(root: Path, on_postgres: dict[str, str]) -> None:
    ask = "import django; django.setup(); from django.db import connection; print(connection.vendor)"
    done = run("-c", ask, env={**on_postgres, "DJANGO_SETTINGS_MODULE": "wardround.hub.settings"}, root=root)
    assert done.stdout.strip() == "postgresql", done.stderr[-2000:]


def test_the_hub_passes_on_postgresql(root: Path, on_postgres: dict[str, str]) -> None:
    """Migrations and every test under tests/hub, against a real server. What it prints is shown when it fails."""
    done = run("-m", "pytest", "-q", "-p", "no:xdist", "--create-db", "tests/hub", env=on_postgres, root=root)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
