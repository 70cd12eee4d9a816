"""Where sessions stand: Django's table, under a hash of the key that a browser holds. Whoever reads the rows takes none."""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

WIDTH = 40
"""What the table has room for: 160 bits of the hash, as many as the key has."""


def row_key(session_key: str | None) -> str:
    """Under which key a session stands in the table; empty for none."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:WIDTH] if session_key else ""


class SessionStore(db.SessionStore):
    """Django's own in every other way."""

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.filter(session_key=row_key(self.session_key), expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with that key of a browser."""
        return bool(self.model.objects.filter(session_key=row_key(session_key)).exists())

    def create_model_instance(self, data: Any) -> Any:
        """The row of this session."""
        row = super().create_model_instance(data)
        row.session_key = row_key(self.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End the session with that key of a browser, without one this session."""
        self.model.objects.filter(session_key=row_key(session_key or self.session_key)).delete()
