"""What inventories write into a product's name that is none: version, processor, language. A fixed list, no guessing."""

import re
from functools import lru_cache

_LONGEST = 200
_MARKS = re.compile(r"[®™©]|â„¢|â®|\((?:r|tm|c)\)(?!\+)")
_TAGLINE = re.compile(r"([^–—,&(]{3,60}) [–—] ([^–—(]+(?:[,&]| and )[^–—(]+)")
_ADDED = re.compile(r"\badd-? ?ons?\b|\bextension|\bgateway|\bintegration|\bmodule", re.ASCII)
_WORDS = (
    r"x64|x86|x86_64|x86-64|amd64|arm64|aarch64|win32|win64|(?:32|64)[ -]?bits?|[a-z]{2,3}-[a-z]{2,4}|user|all users|machine|msi"
)
_BRACKETS = re.compile(rf" ?\((?:{_WORDS})(?:[ ,;/]+(?:{_WORDS}))*\)$", re.ASCII)
_INITIALS = re.compile(r" \(([a-z]{2,6})\)$", re.ASCII)
_REMARK = re.compile(r" \((?:remove only|trial|desktop icon|system)\)$| 2008r2plus(?: ssl)?$", re.ASCII)
_LANGUAGE = re.compile(r" - [a-z]{2}-[a-z]{2}$", re.ASCII)
_BARE = re.compile(r" (?:- )?(?:x64|x86|amd64|arm64|(?:32|64)[ -]bit)$", re.ASCII)
_VERSION = re.compile(r"(?: -)? (?:v|ver\.? ?|version |release |go(?=\d))?\d{1,9}(?:\.\d{1,9}){1,5}[a-z]?$", re.ASCII)
_ESR = re.compile(r" \d{1,9}(?:\.\d{1,9}){1,5}(?= (?:esr|core interpreter)$)", re.ASCII)
_UPDATE = re.compile(r"(?<=\d) update \d{1,4}$", re.ASCII)
_LEGAL = re.compile(
    r"(?:,? (?:inc|incorporated|llc|l\.l\.c|ltd|limited|corp|corporation|gmbh|ag|kg|plc|s\.?a|s\.?a\.?s|s\.?p\.?a|s\.?r\.?l"
    r"|b\.?v|n\.?v|a/s|oy|ab|pty|pte|co|company|se|s\.?r\.?o|a\.s|aps|ltda|kft|oü|sia)\.?|, ?inc\.?|,ltd\.?)$",
    re.ASCII,
)

_OWNED = re.compile(r"(?:,| -|–) an? (?:subsidiary|division|brand|business unit) of (.+)$", re.ASCII)


@lru_cache(maxsize=65_536)
def bare_product(key: str) -> str:
    """A product's name key without the version, processor and language that stand at its end (`7-zip 23.01 (x64)` -> `7-zip`).

    Taken off, over and over: bracketed processors and languages (`(x64 en-gb)`), processors (`64-bit`), ` - en-gb`, a dotted
    version (`23.01`, `v2.4.1`, ` - 14.36.32532`; of `115.9.1 esr` that before the edition), `update 371` after a number, the
    initials of the words before them (`firepower management center (fmc)`) and what installers remark (`(remove only)`).
    Nothing else, and never all of it.
    """
    if len(key) > _LONGEST:
        return key
    before, key = "", _spaced(key)
    key = without_marks(key)
    while before != key:
        before = key = _spaced(key)
        for pattern in (_BRACKETS, _LANGUAGE, _BARE, _VERSION, _ESR, _UPDATE, _REMARK):
            key = pattern.sub("", key).rstrip() or key
        if (found := _INITIALS.search(key)) and _initials(key[: found.start()]).endswith(found[1]):
            key = key[: found.start()]
    return key


def without_marks(key: str) -> str:
    """A name key without trade marks and their like (`factorytalk® remote access™`); never nothing."""
    return " ".join(_MARKS.sub(" ", key).split()) or key if _MARKS.search(key) else key


def without_tagline(key: str) -> str:
    """A name key without the list of what the product does that its maker writes behind it (`embedpress – embed pdf, vimeo`).

    Only after a dash with spaces around it, and only a list: of `gamipress – link` both words are the name, and what is sold
    as an add-on is not what it is added to.
    """
    found = _TAGLINE.fullmatch(key) if "–" in key or "—" in key else None
    return key if not found or _ADDED.search(found[2]) else found[1]


@lru_cache(maxsize=65_536)
def bare_vendor(key: str) -> str:
    """A vendor's name key without its legal form at the end and `the` at the beginning (`ivanti, inc.` -> `ivanti`).

    The underscores of a CPE name are spaces (`delta_electronics`). A subsidiary that says whose it is has that name; an
    address for mail is no part of it.
    """
    if len(key) > _LONGEST:
        return key
    if " of " in key and (owned := _OWNED.search(key)):
        key = owned[1]
    if "@" in key:
        key = " ".join(word for word in key.split() if "@" not in word) or key
    before, key = "", without_marks(_spaced(key))
    while before != key:
        before = key = _spaced(key)
        key = _LEGAL.sub("", key).rstrip(" ,") or key
    return _spaced(key.removeprefix("the "))


def _initials(words: str) -> str:
    return "".join(word[0] for word in words.split())


def _spaced(key: str) -> str:
    """A key of one word with its underscores as spaces: so CPE names write them."""
    return " ".join(key.replace("_", " ").split()) or key if " " not in key else key
