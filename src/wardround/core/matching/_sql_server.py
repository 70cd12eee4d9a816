"""SQL Server: its two lines of updates (GDR and CU) are mended apart, and Microsoft's records name each as a product.

The build says which line an install is on: 15.0.2116.2 is 2019 on GDR, 15.0.4360.2 on its cumulative updates. Held against
the other line's fix a build would be called mended, or affected, for no reason. Source: Microsoft, "SQL Server complete
version list tables" (release, build and line), read for 2025-10.
"""

import re
from functools import lru_cache

from wardround.core.vocab import Install, name_key

_MAJOR = {"13": "2016", "14": "2017", "15": "2019", "16": "2022", "17": "2025"}
_VENDORS = ("", "microsoft", "microsoft corporation", "microsoft corp.", "microsoft corp")
_PRODUCT = re.compile(r"(?:microsoft )?sql server(?: (20\d\d))?(?P<rest>.*)")
_WORDS = re.compile(
    r"(?:[ (),-]|enterprise|standard|express|developer|web|edition|core|database|engine|services|server|with advanced"
    r"|x64|x86|64-bit|32-bit|for x64-based systems|rtm|sp\d|service pack \d|cu ?\d{1,2}|gdr|ltsc|setup|english)*"
)
_MOST_UPDATES = 40


def sql_server_of(install: Install) -> str:
    """`microsoft sql server 2019` for an install that is one; empty for all else, and where the release is not known."""
    if "sql server" not in install.product.casefold() or name_key(install.vendor) not in _VENDORS:
        return ""
    found = _PRODUCT.fullmatch(name_key(install.product)[:200])
    if not found or not _WORDS.fullmatch(found["rest"]):
        return ""
    release = found[1] or _MAJOR.get(install.version.strip().partition(".")[0], "")
    return f"microsoft sql server {release}" if release in _MAJOR.values() else ""


@lru_cache(maxsize=4_096)
def names_of_sql_server(product: str) -> tuple[str, ...]:
    """The name keys of the products that records call a release (`microsoft sql server 2019 (gdr)`...); empty for all else.

    A name of one line is a name of that line only.
    """
    found = re.fullmatch(r"(microsoft sql server (20\d\d))(?: .*\((?:gdr|cu ?\d+)\)| .*feature pack)?", product)
    if not found or found[2] not in _MAJOR.values():
        return ()
    if found[1] != product:
        return (product,)
    updates = [form.format(n) for n in range(1, _MOST_UPDATES + 1) for form in _FORMS]
    lines = ("", *_GDR, *updates)
    return tuple(f"{product}{line}" for line in lines)


_GDR = (" (gdr)", " for x64-based systems (gdr)", " service pack 3 (gdr)", " service pack 3 azure connect feature pack")
_FORMS = (" (cu {})", " for (cu {})", " for x64-based systems (cu {})")
