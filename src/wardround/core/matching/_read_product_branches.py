"""Reading a vendor's branch list from JSON, and refusing what contradicts itself."""

from collections.abc import Callable, Mapping
from typing import Any

from wardround.core.matching._entries import STATUSES
from wardround.core.matching._forms import Form, form_named, forms
from wardround.core.matching._product_branches import Branch, ProductBranches
from wardround.core.vocab import BadInput, Verdict

Refuse = Callable[[str, str], BadInput]
_VERSIONS = ("fixed", "since", "last")
_KEYS = frozenset({"branch", "fixed", "status", "since", "note", "below", "before", "unconfirmed", "last"})


def read_product_branches(raw: Mapping[str, Any], refuse: Refuse) -> ProductBranches:
    """The branches of an override of kind `product-branches`. Raises what `refuse(key, what)` gives."""
    if (name := raw.get("form")) not in forms():
        raise refuse("form", f"'form' must be one of {', '.join(forms())}")
    form, listed = form_named(str(name)), raw.get("branches")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise refuse("branches", "'branches' must list objects, one for each branch")
    branches = tuple(_branch(one, form, place, refuse) for place, one in enumerate(listed))
    prefixes = [branch.prefix(form) for branch in branches]
    if len(set(prefixes)) < len(prefixes):
        raise refuse("branches", "two of 'branches' are the same branch")
    workaround = raw.get("workaround", "")
    if not isinstance(workaround, str):
        raise refuse("workaround", "'workaround' must be a text")
    return ProductBranches(form, branches, _status(raw, "newer", refuse), _status(raw, "otherwise", refuse), workaround)


def _branch(raw: Mapping[str, Any], form: Form, place: int, refuse: Refuse) -> Branch:
    at = f"branches/{place}"
    texts = {key: raw.get(key, "") for key in _KEYS}
    if set(raw) - _KEYS or not all(isinstance(value, str) for value in texts.values()):
        raise refuse(at, f"a branch has texts called {', '.join(sorted(_KEYS))}, and nothing else")
    for key in ("branch", *_VERSIONS):
        if texts[key] and not form.reads(texts[key]):
            raise refuse(f"{at}/{key}", f"{texts[key]!r} is not written as a version of {form.name}")
    if bool(texts["fixed"]) == bool(texts["status"]):
        raise refuse(at, "a branch has either the version that fixed it, 'fixed', or a 'status' of its own")
    stated = {key: _status(raw, key, refuse, at=at) for key in ("status", "below", "before") if texts[key]}
    if stated.get("below") is Verdict.NOT_AFFECTED:
        raise refuse(f"{at}/below", "below its fix a branch is affected or unknown; 'since' says where the fault began")
    if texts["before"] and not texts["since"]:
        raise refuse(f"{at}/before", "'before' is the status below 'since', which is not stated")
    said = {key: texts[key] for key in ("since", "note", "unconfirmed", "last")}
    branch = Branch(texts["branch"], texts["fixed"], **said, **stated)
    for key in _VERSIONS:
        if texts[key] and not _within(branch, form, texts[key]):
            raise refuse(f"{at}/{key}", f"{texts[key]!r} is not of branch {branch.name!r}, or says too little of itself")
    return branch


def _within(branch: Branch, form: Form, text: str) -> bool:
    prefix = branch.prefix(form)
    span = form.spans(text)[0]
    return span.low[: len(prefix)] == prefix and any(span.exact for span in form.spans(text))


def _status(raw: Mapping[str, Any], key: str, refuse: Refuse, at: str = "") -> Verdict:
    stated = raw.get(key)
    if not isinstance(stated, str) or stated not in STATUSES:
        raise refuse(f"{at}/{key}".lstrip("/"), f"{key!r} must be one of {', '.join(STATUSES)}: a workaround is none of them")
    return STATUSES[stated]
