"""What records say of their products, worked out in advance (`core.matching._compiled`), in a file that may be deleted any time.

It stands beside the statements and is never the truth: it holds for one state of the program and one store, and grows with
it. A row holds as long as nothing new is stated on its record; what was restated is dropped when the shelf is opened.
"""

from wardround.lake.shelf._shelf import Shelf, shelf

__all__ = ["Shelf", "shelf"]
