"""Django settings. What an installation may change comes from its home folder or from WARDROUND_* variables."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wardround.core.vocab import BadInput
from wardround.hub.installation import Installation
from wardround.hub.separation import serving_role
from wardround.lake.home import Home
from wardround.lake.settings import SHORTEST_KEY, demand_strong, number, value_of

DATABASE = "write postgresql://user:password@host:port/name"
ELSEWHERE = "elsewhere"
HERE = Path(__file__).parent
HOME = Home.at(None)
INSTALLATION = Installation.read(HOME)


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database at an address; without one, for the SQLite file of the home folder."""
    if not url and HOME.moved.exists():
        raise BadInput("its rows were moved to PostgreSQL", where=str(HOME.database), do="state their address: WARDROUND_DATABASE")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME.database),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadInput(f"is no address of a PostgreSQL database ({parts.scheme[:20]!r})", where="WARDROUND_DATABASE", do=DATABASE)
    if parts.password and not INSTALLATION.demo_at:
        demand_strong(unquote(parts.password), where="the password in WARDROUND_DATABASE")
    return {
        "ENGINE": "wardround.hub.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(pair.split("=", 1) for pair in unquote(parts.query).split("&") if pair),
    }


def _parted(url: str, owner: str) -> tuple[dict[str, Any], dict[str, Any] | None, str]:
    """How the hub serves, how it makes tables (None: another machine does), and as which role it serves.

    On PostgreSQL the role that serves owns no tables. Where no owner is stated, the address is the owner's, who takes on a
    role that may do less.
    """
    stated = database(url)
    if not url:
        return stated, stated, ""
    if owner:
        return stated, None if owner == ELSEWHERE else database(owner), str(stated["USER"])
    role = serving_role(str(stated["NAME"]))
    return stated | {"OPTIONS": stated["OPTIONS"] | {"assume_role": role}}, stated, role


def _secret_key(stated: str) -> str:
    if stated and not INSTALLATION.demo_at:
        demand_strong(stated, where="WARDROUND_SECRET_KEY", least=SHORTEST_KEY)
    return stated or INSTALLATION.secret_key


TWO_USERS = bool(value_of("WARDROUND_DATABASE_OWNER"))
_SERVED, OWNER, SERVES_AS = _parted(value_of("WARDROUND_DATABASE"), value_of("WARDROUND_DATABASE_OWNER"))


def openid_connect() -> list[dict[str, object]]:
    """The provider of the settings, as allauth reads it; none where none is stated. Raises BadInput where one is stated by half."""
    issuer, client, secret = (value_of(f"WARDROUND_OIDC_{name}") for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"))
    if not (issuer or client or secret):
        return []
    if not (issuer and client and secret):
        raise BadInput("issuer, client and secret belong together", where="WARDROUND_OIDC_...", do="state all three, or none")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise BadInput("is not reached by HTTPS", where="WARDROUND_OIDC_ISSUER", do="state its https:// address")
    demand_strong(secret, where="WARDROUND_OIDC_CLIENT_SECRET", least=20)
    named = value_of("WARDROUND_OIDC_NAME") or "your organisation"
    kept = {"server_url": issuer.rstrip("/"), "issuer": issuer}
    return [{"provider_id": "oidc", "name": named, "client_id": client, "secret": secret, "settings": kept}]


DATABASES = {"default": _SERVED}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = _secret_key(value_of("WARDROUND_SECRET_KEY"))
DEBUG = False
ALLOWED_HOSTS = (value_of("WARDROUND_HOSTS") or "127.0.0.1,localhost,[::1]").split(",")
USE_TZ = True
TIME_ZONE = "Europe/London"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "wardround.hub.accounts",
    "wardround.hub.organisations",
    "wardround.hub.audit",
    "wardround.hub.outbox",
    "wardround.hub.signin",
    "wardround.hub.workers",
    "wardround.hub.jobs",
    "wardround.hub.estate",
    "wardround.hub.advisories",
    "wardround.hub.hunts",
    "wardround.hub.incidents",
    "wardround.hub.alerts",
    "wardround.hub.suppliers",
    "wardround.hub.retention",
    "wardround.hub.pages",
]
MIDDLEWARE = [
    "wardround.hub.logged.requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wardround.hub.signin.middleware.Sessions",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wardround.hub.pages.middleware.security_headers",
    "wardround.hub.pages.middleware.acting",
    "wardround.hub.pages.middleware.Permitted",
    "wardround.hub.pages.room.NoRoom",
]
ROOT_URLCONF = "wardround.hub.pages.urls"
WSGI_APPLICATION = "wardround.hub.pages.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wardround.hub.pages.context.page",
            ]
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "wardround.hub.accounts.own_words.OwnWords"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

ACCOUNT_ADAPTER = "wardround.hub.signin.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # ours stand in the database: `signin.throttle`
MFA_ADAPTER = "wardround.hub.signin.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True

SOCIALACCOUNT_ADAPTER = "wardround.hub.signin.adapters.Elsewhere"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": openid_connect()}}
OIDC_MULTI_FACTOR = set((value_of("WARDROUND_OIDC_MULTI_FACTOR") or "mfa").replace(",", " ").split())

STATIC_URL = "/static/"
STATICFILES_DIRS = [p for p in (HERE / "static_built",) if p.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_ENGINE = "wardround.hub.signin.store"
SESSION_COOKIE_HTTPONLY = True
SESSION_IDLE = timedelta(minutes=number("WARDROUND_SESSION_IDLE", 60, least=5, most=720))
SESSION_LONGEST = timedelta(hours=number("WARDROUND_SESSION_LONGEST", 12, least=1, most=24))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_HTTPS = value_of("WARDROUND_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
if _HTTPS:  # __Host-: the browser takes them from this very host alone, over TLS alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
PASSWORD_RESET_TIMEOUT = 24 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "counting"]}}
_JSON_LOG = value_of("WARDROUND_LOG") == "json"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "wardround.hub.logged.JsonLines"}, "lines": {"()": "wardround.hub.logged.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if _JSON_LOG else "lines"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"wardround.requests": {"level": "INFO" if _JSON_LOG else "WARNING"}},
}
