"""A believable nation that does not exist: organisations, devices and what is installed on them, as columns.

Sizes, device classes and the skew of products and versions are like a health service's; every code and name is fictitious.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     made = synth(Path(folder) / "nation", trusts=2, devices=50, seed=1)
...     files = sorted(path.name for path in (Path(folder) / "nation").iterdir())
>>> files
['estate.json', 'org=ZZT001.arrow', 'org=ZZT002.arrow']
>>> made["devices"], made["fictitious"]
(50, True)
"""

from wardround.engines.synth._write import MANIFEST, synth

__all__ = ["MANIFEST", "synth"]
