"""Everything the feeds stated, append-only: each with its source, when it was stated and when it was first seen here.

>>> from pathlib import Path
>>> Statements.open(Path("no-such-folder"))
Traceback (most recent call last):
wardround.core.vocab._errors.BadInput: no-such-folder: no advisories are here yet; run `wardround feeds sync` first
"""

from wardround.lake.statements._read import FEEDS, Age, Statements
from wardround.lake.statements._write import CHANGED, NEW, SAME, Writer

__all__ = ["CHANGED", "FEEDS", "NEW", "SAME", "Age", "Statements", "Writer"]
