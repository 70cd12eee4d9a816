"""Django settings. Everything an installation may change comes from its home folder or the environment."""

INSTALLED_APPS: list[str] = []
USE_TZ = True
SECRET_KEY = "x"  # noqa: S105
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
