"""What tells a product from the others of its vendor: its name without what sort of thing it is, however that is spelled.

Registers of devices and the records write one name in many ways: `Wi-Fi` or `WiFi`, the model before the name or behind it,
`patient monitor` or nothing where a model number says which one it is. Two names of one vendor with the same gist are one
product. A fixed list of words, no likeness: what differs in any other word differs.

>>> gist("medtronic", "24950 mycarelink monitor"), gist("medtronic", "mycarelink 24950 patient monitor")
('mycarelink 24950', 'mycarelink 24950')
>>> gist("philips", "e-alert"), gist("sangoma", "certified asterisk"), gist("elekta", "valleylab ft10 energy platform (vlft10gen)")
('ealert', 'certified asterisk', 'valleylab ft10 vlft10gen')
"""

import re
from functools import lru_cache

from wardround.core.names._product import bare_vendor, without_marks, without_tagline

_LONGEST = 160
_SHORTEST = 3
_SIGNS = re.compile(r"(?<!\d)[^\w+#]+|[^\w+#]+(?!\d)|_")
"""Signs, but for those between two digits."""

_IN_BRACKETS = re.compile(r" ?\(([^()]*)\)")
_ORDER_NUMBER = re.compile(r"\d{5,}", re.ASCII)
_EDITION = re.compile(r"(?:19|20)\d\d|v\d+|r\d+|gen\d+|g\d+|\d+[- ]?bits?|x\d\d|\d+(?:st|nd|rd|th)", re.ASCII)
_MODEL = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*|\d{3,6}[a-z]{0,3}", re.ASCII)
_LEAST_OF_MODEL = 3
_SORT = frozenset({"app", "application", "device", "devices", "edition", "firmware", "series", "software", "system", "systems"})
"""At the end of a name: it is a thing of that sort, under whichever name."""

_SORT_OF_MODEL = frozenset(
    re.findall(
        r"\S+",
        "analyser analyzer bedside camera cameras ccu clinician cpap defibrillator electrosurgical energy generator handheld hub "
        "icu infusion ip laser machine medical model models monitor monitoring monitors multifunction network nvr patient pbx "
        "phone phones platform printer printers programmer pump pumps recorder router scanner series signs switch syringe "
        "telephone transmitter ultrasound unit ventilator vital wireless x-ray",
    )
)
"""Anywhere in a name that has a model number: that says which one it is. What goes with a model (a server, a module, a
battery, a gateway, a viewer) is another thing, and not among these."""


@lru_cache(maxsize=65_536)
def gist(vendor: str, product: str) -> str:
    """The gist of a product's name key, of the vendor with that key; empty where too little is left to tell anything by."""
    if len(product) > _LONGEST or not vendor:
        return ""
    name = _without_codes(without_tagline(without_marks(product if " " in product else product.replace("_", " "))))
    words = [word for word in name.replace("/", " ").replace(",", " ").split() if word != "-"]
    if models := [word for word in words if _is_model(word)]:
        own = bare_vendor(vendor).partition(" ")[0]
        less = [word for word in words if word not in _SORT_OF_MODEL and word != own]
        words = less if len(less) > len(models) or len("".join(less)) > _LEAST_OF_MODEL else words
        words = [*words[1:], words[0]] if words[0] == models[0] else words
    while len(words) > 1 and words[-1] in _SORT:
        words.pop()
    found = " ".join(filter(None, (_SIGNS.sub("", word) for word in words)))
    return found if len(found) >= _SHORTEST and not found.replace(" ", "").isdigit() else ""


def _is_model(word: str) -> bool:
    return len(word) >= _LEAST_OF_MODEL and bool(_MODEL.fullmatch(word)) and not _EDITION.fullmatch(word)


def _without_codes(name: str) -> str:
    """Without brackets that hold the name's own initials, or an order number of digits: they say nothing that the words do not."""
    return _IN_BRACKETS.sub(lambda m: " " if _says_the_same(m[1], name[: m.start()]) else m[0], name) if "(" in name else name


def _says_the_same(inside: str, before: str) -> bool:
    letters = "".join(word[0] for word in before.replace("/", " ").split())
    return bool(_ORDER_NUMBER.fullmatch(inside)) or (len(inside) > 1 and letters.endswith(inside.replace(" ", "")))
