"""A form that knows what its page had shown: whoever comes second is shown what was said meanwhile, beside what they typed."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.http import HttpRequest

from wardround.hub.alerts.models import Response, Word
from wardround.hub.alerts.turns import Overtaken, in_turn
from wardround.hub.alerts.words import KINDS
from wardround.hub.pages.alerts.forms import Seen
from wardround.hub.pages.posting import Form

T = TypeVar("T")


class Turn:
    """One form about words of one kind. `words`: those of the response, as the page reads them."""

    def __init__(self, request: HttpRequest, form: Form, *, response: Response, kind: str, words: Iterable[Word]) -> None:
        self.response, self.kind = response, kind
        said = sorted((word for word in words if word.kind == kind), key=lambda word: word.pk)
        given = request.POST.get("seen", "")[:9]
        self.seen = int(given) if given.isascii() and given.isdecimal() else None
        self.missed = [] if self.seen is None else said[self.seen :]
        self.shown = len(said)
        form.fields["seen"] = Seen(initial=lambda: self.shown)

    def take(self, say: Callable[[], T]) -> T:
        """Say it, unless somebody was first. Raises what `say` raises, and Overtaken."""
        try:
            return in_turn(say, response=self.response, kind=self.kind, seen=self.seen)
        except Overtaken as overtaken:
            self.missed = overtaken.words
            self.shown = (self.seen or 0) + len(self.missed)
            raise

    def meanwhile(self) -> list[tuple[Word, str]]:
        """What was said since the page was read, oldest first, each with its kind in words: asked when the page is shown again."""
        return [(word, KINDS[word.kind]) for word in self.missed]
