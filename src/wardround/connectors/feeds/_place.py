"""Names of files and members: shown safely, and told apart when they belong to a test set."""

from pathlib import PurePosixPath


def readable(name: str) -> str:
    """A name that a terminal, a JSON document and a database can show: whatever is not printable is a question mark."""
    return "".join(c if c.isprintable() else "?" for c in name[:500])


def test_folder(name: str) -> str | None:
    """The outermost folder called `test*` or `*validator*` on the way to `name`, with the way to it; else None."""
    folders = PurePosixPath(name.replace("\\", "/")).parts[:-1]
    for i, folder in enumerate(folders):
        if folder.casefold().startswith("test") or "validator" in folder.casefold():
            return "/".join(folders[: i + 1])
    return None


test_folder.__test__ = False  # type: ignore[attr-defined] # for pytest: not a test
