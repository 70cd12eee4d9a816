"""How a CVE number is written (CVE Program, "CVE ID syntax": four digits of a year, then four to nineteen)."""

import re

WRITTEN = r"CVE-[0-9]{4}-[0-9]{4,19}"
CVE = re.compile(WRITTEN)
