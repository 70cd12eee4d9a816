"""What is installed where, as each source says: SBOMs and inventory tables into installs, snapshots into an estate.

>>> table = b"Asset ID;Product;Version\\nmdm-01;Endpoint Manager Mobile;12.4.0.1\\n;Endpoint Manager Mobile;12.4.0.1\\n"
>>> inventory = read(table, name="assets.csv")
>>> inventory.installs[0].asset_id, inventory.installs[0].version
('mdm-01', '12.4.0.1')
>>> [(rejected.where, rejected.what) for rejected in inventory.rejected]
[('line 3', 'asset_id is empty')]
"""

from wardround.core.estate._classes import PRODUCT_CLASSES
from wardround.core.estate._join import compare, join
from wardround.core.estate._map import ColumnMapping, suggest
from wardround.core.estate._model import Inventory
from wardround.core.estate._read import header, preview, read

__all__ = ["PRODUCT_CLASSES", "ColumnMapping", "Inventory", "compare", "header", "join", "preview", "read", "suggest"]
