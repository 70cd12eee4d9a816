"""Versions of Python packages."""

import re

from wardround.core.versions._model import Key

_PEP440 = re.compile(
    r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)(?:[-_.]?(\d+))?)?"
    r"(?:-(\d+)|[-_.]?(post|rev|r)(?:[-_.]?(\d+))?)?"
    r"(?:[-_.]?(dev)(?:[-_.]?(\d+))?)?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.ASCII,
)
_ONLY_DEV, _PRE, _FINAL = range(3)


def pypi(text: str) -> Key:
    """PEP 440, "Summary of permitted suffixes and relative ordering" and its appendix on spellings."""
    if not (found := _PEP440.fullmatch(text.lower())):
        raise ValueError
    epoch, numbers, pre, pre_number, implied, post, post_number, dev, dev_number, local = found.groups()
    release = [int(n) for n in numbers.split(".")]
    while release and not release[-1]:
        release.pop()
    if pre:
        stage = (_PRE, "ab".find(pre[0]) if pre[0] in "ab" else 2, int(pre_number or 0))
    else:
        stage = (_ONLY_DEV if dev and not post and implied is None else _FINAL, 0, 0)
    return (
        int(epoch or 0),
        tuple(release),
        *stage,
        int(implied) if implied is not None else int(post_number or 0) if post else -1,
        *((0, int(dev_number or 0)) if dev else (1, 0)),
        _local(local) if local else (),
    )


def _local(text: str) -> Key:
    parts = re.split("[-_.]", text)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)
