"""Versions: which of two is the lower under the scheme they belong to, and whether a range holds one.

Each scheme gives a *key* that sorts as its versions do, so that bulk code ranks versions once and compares ranks.

>>> deb = scheme_of("deb")
>>> sorted(["1.0-1", "1:0.9-1", "1.0~rc1-1", "1.0-1+deb12u1"], key=deb.key)
['1.0~rc1-1', '1.0-1', '1.0-1+deb12u1', '1:0.9-1']
>>> scheme_of("semver").compare("1.0.0-rc.2", other="1.0.0-rc.11")
-1
>>> affected = Vers.parse("vers:npm/>=1.2.0|<1.2.9|2.0.0")
>>> affected.contains("1.2.3"), affected.contains("1.2.9"), affected.contains("2.0.0")
(True, False, True)
>>> str(from_native("^1.2.3 || >=3.1 <4", scheme="npm"))
'vers:npm/>=1.2.3|<2.0.0|>=3.1.0|<4.0.0'
>>> str(Vers.read("VERS:pypi/ <2 | >=1.0").simplified())
'vers:pypi/>=1.0|<2'
"""

from wardround.core.versions._model import LONGEST, Key, Scheme
from wardround.core.versions._native import from_native
from wardround.core.versions._schemes import scheme_of
from wardround.core.versions._vers import Constraint, Vers

__all__ = ["LONGEST", "Constraint", "Key", "Scheme", "Vers", "from_native", "scheme_of"]
