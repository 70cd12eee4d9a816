"""Who has it, for a whole nation at once: exact devices of every organisation, for one advisory or for all of them.

`index` interns what is installed into pairs (a product and a version, and what else a verdict depends on) and keeps, for each
organisation in a file of its own, which devices have each. `Nation` asks `core.matching` about the distinct pairs, once
each, and expands the answers to devices.

>>> from pathlib import Path
>>> index(Path("no-such-folder"))
Traceback (most recent call last):
wardround.core.vocab._errors.BadInput: no-such-folder: there is no such folder; make one with `wardround synth estate`, or give an installation's home
"""

from wardround.engines.nation._index import Index, index
from wardround.engines.nation._match import Holding, Nation, One, Picture

__all__ = ["Holding", "Index", "Nation", "One", "Picture", "index"]
