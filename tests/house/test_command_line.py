"""`wardround --help` answers at once, because it loads nothing that it does not need."""

import subprocess
import sys

import pytest

HEAVY = ("django", "pyarrow", "sigma", "httpx", "openpyxl", "univers", "zstandard", "evtx")


def loaded(*arguments: str) -> set[str]:
    """The heavy packages that a call of the command line imports. Fails when the call does."""
    code = (
        "import sys, atexit; from wardround.cli import main\n"
        "atexit.register(lambda: print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr))\n"
        f"main({list(arguments)!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    return set(done.stderr.split()) & set(HEAVY)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) == set()


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    done = subprocess.run([sys.executable, "-m", "wardround.cli", "no-such-command"], capture_output=True, text=True)
    assert done.returncode != 0


def test_triage_needs_no_hub() -> None:
    assert "django" not in loaded("triage", "--help")
