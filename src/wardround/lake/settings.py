"""What an installation can change: every setting, once, and where its value comes from.

A setting NAME is a variable of the environment; NAME_FILE names a file that holds it instead, as secrets are
handed to services.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wardround.core.vocab import BadInput

PREFIX, FILE = "WARDROUND_", "_FILE"
SHORTEST_KEY, FEWEST_DIFFERENT, SHORTEST_PASSWORD = 32, 12, 12
COMMON = ("change", "default", "example", "insecure", "password", "postgres", "secret", "wardround")
ELSEWHERE = frozenset({"WARDROUND_NO_SKIP", "WARDROUND_BENIGN", "WARDROUND_SHOTS"})
"""Variables of the tests, which set nothing in an installation."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set. `without` says what holds where nothing is stated. A secret is never shown."""

    name: str
    sets: str
    without: str
    secret: bool = False
    from_file: bool = True


SETTINGS = (
    Setting("WARDROUND_HOME", "the installation's folder", "the platform's data folder", from_file=False),
    Setting(
        "WARDROUND_DATABASE", "the hub's database, postgresql://user:password@host:port/name", "SQLite in the home folder", True
    ),
    Setting(
        "WARDROUND_DATABASE_OWNER",
        "the address of the owner of its tables, where the hub serves as another user; elsewhere: another machine makes them",
        "the user of WARDROUND_DATABASE owns them and serves as a role that does not",
        True,
    ),
    Setting("WARDROUND_SECRET_KEY", "what signs sessions, where several machines serve one hub", "made at the first start", True),
    Setting(
        "WARDROUND_SIGNING_KEY", "the Ed25519 key (PEM, PKCS 8) that signs the record", "made at first use in the home folder", True
    ),
    Setting("WARDROUND_SMTP_URL", "the mail server", "messages are kept as files in the home folder", True),
    Setting("WARDROUND_HOSTS", "the host names under which the hub answers", "127.0.0.1,localhost,[::1]"),
    Setting("WARDROUND_HTTPS", "1: a proxy does TLS, cookies go over HTTPS only", "plain HTTP on this machine"),
    Setting("WARDROUND_SESSION_IDLE", "after how many minutes without use a session ends, 5 to 720", "60"),
    Setting("WARDROUND_SESSION_LONGEST", "after how many hours a session ends in any case, 1 to 24", "12"),
    Setting("WARDROUND_PROXY", "the address of the proxy that does TLS, whose X-Forwarded-Proto and -For hold", "127.0.0.1"),
    Setting("WARDROUND_OIDC_ISSUER", "an OpenID Connect provider through which invited people sign in", "there is none"),
    Setting("WARDROUND_OIDC_CLIENT_ID", "how the provider knows this hub", "there is none"),
    Setting("WARDROUND_OIDC_CLIENT_SECRET", "what this hub shows the provider", "there is none", True),
    Setting("WARDROUND_OIDC_NAME", "what the provider is called on the sign-in page", "your organisation"),
    Setting("WARDROUND_OIDC_MULTI_FACTOR", "which words of `acr` or `amr` mean that more than one factor was asked for", "mfa"),
    Setting("WARDROUND_FEED_SOURCES", "a TOML file with other addresses for the feeds", "those that come with the product"),
    Setting("WARDROUND_METRICS_TOKEN", "who has it may read /metrics/", "nobody may", True),
    Setting("WARDROUND_LOG", "json: a JSON object for each line of the log, and a line for each request", "lines for a person"),
    Setting("WARDROUND_KEEP_LOGS", "days that logs are kept after their last response ended, or always", "365"),
    Setting("WARDROUND_KEEP_INCIDENTS", "days that they are kept after an incident was closed, or always", "2192"),
    Setting("WARDROUND_KEEP_INVENTORIES", "days that an inventory's file is kept after a newer one came, or always", "365"),
    Setting("WARDROUND_KEEP_PEOPLE", "days that name and address of somebody who left are kept, or always", "365"),
    Setting("WARDROUND_KEEP_MESSAGES", "days that a message's address and text are kept, or always", "365"),
    Setting(
        "WARDROUND_PASSWORD", "the password that `organisation centre` and `person` set", "it is asked for", True, from_file=False
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Stated:
    """A setting as it stands: `value` is empty and `source` is `default` where nobody stated it."""

    setting: Setting
    value: str
    source: str

    @property
    def shown(self) -> str:
        """What a person may read: of a secret only that there is one."""
        if not self.value:
            return self.setting.without
        return "(stated, not shown)" if self.setting.secret else self.value


def stated(name: str, *, environ: Mapping[str, str] | None = None) -> Stated:
    """One setting and its source. Raises BadInput where variable and file are both there, or the file cannot be read."""
    environ = os.environ if environ is None else environ
    setting, value = _BY_NAME[name], environ.get(name, "")
    file = environ.get(name + FILE, "") if setting.from_file else ""
    if not file:
        return Stated(setting, value, "environment" if value else "default")
    if value:
        raise BadInput(f"{name} and {name}{FILE} are both stated", where="the environment", do="take one of them away")
    try:
        text = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadInput(f"the file of {name} cannot be read: {what}", where=file, do=f"correct {name}{FILE}") from None
    if not text:
        raise BadInput(f"the file of {name} is empty", where=file, do=f"correct {name}{FILE}")
    return Stated(setting, text, f"file {file}")


def value_of(name: str) -> str:
    """What is stated for a setting; empty where nothing is."""
    return stated(name).value


def number(name: str, default: int, *, least: int, most: int) -> int:
    """A setting that is a whole number. Raises BadInput where it is none, or out of bounds."""
    text = value_of(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise BadInput(f"{text[:20]!r} is no number from {least} to {most}", where=name, do="correct it")
    return int(text)


def all_stated(*, environ: Mapping[str, str] | None = None) -> list[Stated]:
    """Every setting, in the order of the table."""
    return [stated(setting.name, environ=environ) for setting in SETTINGS]


def not_settings(*, environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Variables that look like settings and are none, each with the name that is nearest (or none): a slip of the hand."""
    names = [name for name in (os.environ if environ is None else environ) if name.startswith(PREFIX) and name not in ELSEWHERE]
    known = {*_BY_NAME, *(setting.name + FILE for setting in SETTINGS if setting.from_file)}
    unknown = [name for name in names if name not in known]
    return [(name, next(iter(difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.75)), "")) for name in sorted(unknown)]


def demand_strong(secret: str, *, where: str, least: int = SHORTEST_PASSWORD) -> None:
    """Raise BadInput for a secret that somebody could guess: short, of few characters, or hardly more than a usual word."""
    plain = secret.casefold()
    if len(secret) < least:
        raise BadInput(f"is shorter than {least} characters", where=where, do="state a long random one")
    if len(set(secret)) < min(FEWEST_DIFFERENT, least // 2) or any(
        word in plain and len(plain) < 2 * len(word) + 8 for word in COMMON
    ):
        raise BadInput("could be guessed", where=where, do="state a long random one")
