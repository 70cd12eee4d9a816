"""Passwords that are little more than a word of one's own place: what anybody who attacks a hospital tries first."""

import re
from typing import Any

from django.core.exceptions import ValidationError

LEAST_BESIDE = 8
OWN = ("wardround", "hospital", "trust", "nhs", "cyber", "security", "alert", "centre", "password", "welcome")


class OwnWords:
    """Refuses a password in which, without blanks and the words of the product and the person's organisations, too little is left.

    ASVS 5.0 6.1.2 and 6.2.11: `OWN`, and every word of the code and the name of an organisation that the person belongs to.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for such a password."""
        left = password.casefold()
        for word in sorted(self._words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len("".join(left.split())) < min(LEAST_BESIDE, len(password)):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """What is asked for."""
        return "The password is little more than a word of your own place. Add words that have nothing to do with it."

    def _words(self, user: Any) -> set[str]:
        words = set(OWN)
        if user is not None and user.pk:
            for organisation in (m.organisation for m in user.memberships.select_related("organisation")):
                words |= {w for w in re.split(r"\W+", f"{organisation.code} {organisation.name}".casefold()) if len(w) > 2}
        return words
