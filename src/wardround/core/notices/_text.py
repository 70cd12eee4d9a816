"""Markup as plain text."""

import re
import unicodedata
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "section"})
HIDDEN = frozenset({"script", "style", "template", "noscript"})
LONGEST = 20_000


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in HIDDEN:
            self.hidden += 1
        elif tag in BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def plain(markup: object) -> str:
    """The words of a text that may hold HTML: its blocks on lines, no tags, nothing that cannot be seen, at most LONGEST long."""
    if not isinstance(markup, str):
        return ""
    reader = _Words()
    reader.feed(markup[: 10 * LONGEST])
    reader.close()
    words = "".join(c for c in "".join(reader.said) if c in "\n\t" or unicodedata.category(c)[0] != "C")
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST]


def on_one_line(markup: object, *, most: int = 200) -> str:
    """The same on one line."""
    return " ".join(plain(markup).split())[:most].strip()
