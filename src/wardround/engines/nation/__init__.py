"""Who has it, for a whole nation at once: exact devices of every organisation, for one advisory or for all of them.

`index` interns what is installed into pairs (a product and a version, and what else a verdict depends on) and keeps, for each
organisation in a file of its own, which devices have each. `Nation` asks `core.matching` about the distinct pairs, once
each, and expands the answers to devices.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from wardround.engines.synth import synth
>>> with TemporaryDirectory() as folder:
...     made = synth(Path(folder) / "nation", trusts=2, devices=50, seed=1)
...     [(part.code, part.size) for part in index(Path(folder) / "nation").parts] == [
...         (o["code"], o["devices"]) for o in made["organisations"]
...     ]
True
"""

from wardround.engines.nation._index import Index, index
from wardround.engines.nation._match import Holding, Nation, One, Picture

__all__ = ["Holding", "Index", "Nation", "One", "Picture", "index"]
