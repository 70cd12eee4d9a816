"""The first start: which kind of installation this is, and the organisation and the person that it begins with."""

from django.conf import settings
from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.accounts.joining import add_organisation, add_person, first_administrator
from wardround.hub.accounts.models import User
from wardround.hub.installation import ONE
from wardround.hub.membership.desk import DESK, keep_desk
from wardround.hub.membership.leading import lead_role
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import reaching


@reaching(system_access("first start"))
def begin(*, kind: str, organisation: str, mailbox: str, name: str, email: str, password: str, code: str = "") -> User:
    """Set up a hub that has nobody yet: the centre of a nation, of a region or group, or one organisation with its `code`.

    One organisation has a desk beside it, at which its leads bring in the alerts that others have issued. Raises BadInput where the
    hub has people, the kind is none, or something of the organisation or the person will not do; then nothing is set up.
    """
    if User.objects.exists():
        raise BadInput("this hub has people already", do="ask one of them")
    chosen = settings.INSTALLATION.of_kind(kind)
    with transaction.atomic():
        if kind == ONE:
            user = _one(organisation, mailbox=mailbox, name=name, email=email, password=password, code=code)
        else:
            user = first_administrator(centre=organisation, mailbox=mailbox, name=name, email=email, password=password)
        chosen.write(settings.HOME)
    settings.INSTALLATION = chosen
    keep_desk(Act(system_access("first start"), clock.now()), user)
    return user


def _one(organisation: str, *, mailbox: str, name: str, email: str, password: str, code: str) -> User:
    act = Act(system_access("first start"), clock.now())
    if not code.strip():
        raise BadInput("is empty", where="code", do="give the organisation's code: 2 to 12 capitals or digits")
    own = add_organisation(act, code=code, name=organisation, mailbox=mailbox)
    desk = f"Alert desk of {organisation}"[:200]
    add_organisation(act, code=DESK, name=desk, mailbox=mailbox, kind=Organisation.Kind.CENTRE)
    return add_person(act, organisation=own, email=email, name=name, role=lead_role(), password=password)
