"""The public directory of health organisations: rows of its files, and names and addresses that are what they look like.

>>> row = b'"ZZ1","ALDER VALE HOSPITALS","Y99","QZ9","1 EXAMPLE ROAD",,,,,"ZZ1 1ZZ","20200401",,,,,,,,,,,"0",,"Z",,,\\r\\n'
>>> read = read_directory(row, where="example.csv")
>>> [(one.code, one.name, one.parent, one.closed_on) for one in read.listed]
[('ZZ1', 'Alder Vale Hospitals', 'QZ9', None)]
>>> plain_name("  Anna   Example ", where="name")
'Anna Example'
"""

from wardround.core.directory._names import plain_address, plain_name
from wardround.core.directory._read import Listed, Reading, read_directory

__all__ = ["Listed", "Reading", "plain_address", "plain_name", "read_directory"]
