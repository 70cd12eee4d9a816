"""Two people answer at once: the first answer is kept, and who comes second reads it before theirs counts."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.alerts.models import Response, Word
from wardround.hub.alerts.words import KINDS

T = TypeVar("T")
SUBJECT = ("asset", "action", "key", "detection", "hunt", "revision")
"""What a word is about, within its kind: two people may speak of two assets at once."""


class Overtaken(BadInput):
    """Somebody said it first. `words`: everything of that kind that the page had not shown."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        what = f"somebody was first while this page was open ({KINDS[words[-1].kind]})"
        super().__init__(what, where="response", do="nothing of yours is kept yet: read theirs, then send yours if it still counts")


@transaction.atomic
def in_turn(say: Callable[[], T], *, response: Response, kind: str, seen: int | None) -> T:
    """Say one word of a kind, of which the page had shown the first `seen`; None: no page was read.

    Everybody who answers this response waits for the other here. Raises Overtaken, with nothing kept, where another word on the
    same subject came first.
    """
    Response.unscoped.select_for_update().get(pk=response.pk)
    said = say()
    words = list(Word.unscoped.filter(response=response, kind=kind).order_by("pk"))
    missed = words[seen:-1] if seen is not None else []
    if any(_subject(word) == _subject(words[-1]) for word in missed):
        raise Overtaken(missed)
    return said


def _subject(word: Word) -> list[object]:
    return [word.body.get(key) for key in SUBJECT]
