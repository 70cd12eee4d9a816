"""What every command shares: `--json`, `--home`, one document out, and errors that say what to do."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.core.vocab import BadInput, WardroundError
from wardround.lake.home import Home
from wardround.lake.settings import FILE

if TYPE_CHECKING:
    from wardround.connectors.clock import Clock

ClickException: Any = typer.BadParameter.__mro__[2]  # typer keeps the name to itself
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, everything else on standard error.")
]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The installation's folder (else WARDROUND_HOME, else the platform's).")
]

DatabaseOption = Annotated[
    str,
    typer.Option(help="postgresql://user@host:port/name, instead of SQLite; with a password better in WARDROUND_DATABASE."),
]


def use_database(option: str) -> None:
    """What `--database` says goes before the environment, for this process and those that it starts."""
    if option:
        state_for_children("WARDROUND_DATABASE", option)


def state_for_children(name: str, value: str) -> None:
    """State a setting for this process and those that it starts, whatever was stated before."""
    os.environ.pop(name + FILE, None)
    os.environ[name] = value


def home_of(option: Path | None) -> Home:
    """The installation that a command works on."""
    return Home.at(option)


def installed(option: Path | None) -> Home:
    """The installation that a command works on, which has to be there. Raises BadInput where none is."""
    home = home_of(option)
    if not (home.path / "installation.json").exists():
        raise BadInput("no installation is here", where=str(home.path), do="name its folder: --home")
    return home


def clock_of(home: Home) -> "Clock":
    """The clock of an installation: the machine's, or in a demonstration the one that its hub goes by."""
    from wardround.hub.installation import Installation, clock_of

    return clock_of(Installation.read(home))


def emit(document: Any) -> None:
    """Write one JSON document to standard output. Dates become ISO 8601."""
    import orjson

    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line for a person, on standard error, so that standard output stays one document."""
    print(text, file=sys.stderr)


@contextmanager
def printing() -> Iterator[None]:
    """Who reads the output may leave early (`| head`): that is no error, and the command's own exit code stands."""
    try:
        yield
    except (BrokenPipeError, SystemExit) as error:
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        sys.stdout = None


@contextmanager
def ending() -> Iterator[None]:
    """Turn what can go wrong into one clear line and exit code 2. A broken pipe is no error."""
    try:
        with printing():
            yield
    except WardroundError as error:
        say(f"wardround: {error}")
        sys.exit(2)
    except ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort) as stopped:
        if isinstance(stopped.__context__, EOFError):  # a prompt without a terminal behind it
            say("wardround: nobody is here to be asked; give the answer as an option, the password in WARDROUND_PASSWORD")
            sys.exit(2)
        say("wardround: stopped by Ctrl-C; nothing is half-written, run the same command to go on")
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        todo = "; free some space and run it again" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
        say(f"wardround: {where}{error.strerror or error}{todo}")
        sys.exit(2)
    except Exception as error:
        if type(error).__module__ == "django.db.utils" and type(error).__name__ in ("OperationalError", "InterfaceError"):
            said = " ".join(str(error).split())[:300]
            say(f"wardround: the database cannot be used: {said}; look whether it runs and its disk has room, and run it again")
            sys.exit(2)
        if type(error).__module__ != "sqlite3":  # known by name, so that a command that reads no store imports none
            raise
        say(f"wardround: the installation's files cannot be read: {error}; restore them from a backup, or sync and import again")
        sys.exit(2)
