"""Is this CSAF document valid? The mandatory tests of the standard (OASIS CSAF 2.0, section 6.1; 2.1 as far as it goes).

>>> product = {"product_id": "P-1", "name": "Example Gateway"}
>>> group = {"group_id": "G-1", "product_ids": ["P-1", "P-2"]}
>>> document = {"product_tree": {"full_product_names": [product], "product_groups": [group]}}
>>> [(p.test, p.instance_path) for p in check(document)]
[('6.1.1', '/product_tree/product_groups/0/product_ids/1')]
"""

from wardround.core.csaf._check import check
from wardround.core.csaf._model import Problem

__all__ = ["Problem", "check"]
