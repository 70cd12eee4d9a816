"""Finding an organisation by its code."""

from wardround.core.vocab import BadInput
from wardround.hub.organisations.models import Organisation


def organisation_by(code: str) -> Organisation:
    """The organisation with that code; without one, the only one there is. Raises BadInput naming the codes there are."""
    if not code.strip() and len(trusts := Organisation.objects.filter(kind=Organisation.Kind.TRUST)[:2]) == 1:
        return trusts[0]
    found = Organisation.objects.filter(code=code.strip().upper()).first()
    if found is None:
        known = ", ".join(Organisation.objects.values_list("code", flat=True)[:20]) or "none yet"
        raise BadInput(
            f"no organisation {code[:20]!r}" if code.strip() else "whose is it?",
            where="--org",
            do=f"known codes: {known}; wardround organisation add adds one",
        )
    return found
