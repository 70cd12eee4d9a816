"""Words as people type them."""


def word(text: str) -> str:
    """A key or a name with case, spacing, hyphens and underscores taken out: `Technical_Impact` is `technical impact`."""
    return " ".join(text.replace("_", " ").replace("-", " ").split()).casefold()
