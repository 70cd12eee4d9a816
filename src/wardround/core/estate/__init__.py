"""What is installed where, as each source says: exports, scans and SBOMs into installs, what several say of one device.

>>> table = b"Asset ID;Product;Version\\nmdm-01;Endpoint Manager Mobile;12.4.0.1\\n;Endpoint Manager Mobile;12.4.0.1\\n"
>>> inventory = read(table, name="assets.csv")
>>> inventory.installs[0].asset_id, inventory.installs[0].version
('mdm-01', '12.4.0.1')
>>> [(rejected.where, rejected.what) for rejected in inventory.rejected]
[('line 3', 'asset_id is empty')]
>>> export = b"DeviceId,DeviceName,SoftwareVendor,SoftwareName,SoftwareVersion\\n5f,pc-1,microsoft,windows_10,10.0.19045.4412\\n"
>>> read(export, name="export.csv").source
'Microsoft Defender for Endpoint, software inventory'
"""

from wardround.core.estate._classes import PRODUCT_CLASSES
from wardround.core.estate._compare import compare
from wardround.core.estate._coverage import Decided, coverage
from wardround.core.estate._link import link
from wardround.core.estate._map import ColumnMapping
from wardround.core.estate._model import Inventory
from wardround.core.estate._read import preview, read

__all__ = [
    "PRODUCT_CLASSES",
    "ColumnMapping",
    "Decided",
    "Inventory",
    "compare",
    "coverage",
    "link",
    "preview",
    "read",
]
