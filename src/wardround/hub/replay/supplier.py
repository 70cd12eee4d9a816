"""The demonstration's supplier: it was asked about two fictitious products, and has answered for one of them."""

from datetime import datetime, timedelta

from wardround.hub.accounts.joining import add_organisation, add_person
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Alert
from wardround.hub.organisations.access import Act, access_of, system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.reach import reaching
from wardround.hub.suppliers.services import address, answer

PSIRT = "psirt@lanternworks.example"
VENDOR, HOSTED, GATEWAY = "Lanternworks", "Hosted Staff Phones", "Ward Phone Gateway"
ASKED, ANSWERED = timedelta(hours=5), timedelta(hours=2)


@reaching(system_access("demonstration"))
def a_supplier(alert: Alert, *, officer: User, password: str, at: datetime) -> None:
    """Address the revision in force to a fictitious supplier, and have it answer for one of two products.

    No estate holds either product: what it says changes no verdict. `password` is hashed already; it was
    asked and has answered in the hours before `at`.
    """
    joining = Act(system_access("demonstration"), at - ASKED)
    supplier = add_organisation(
        joining,
        code="EXS1",
        name="Lanternworks Devices (fictitious)",
        mailbox=PSIRT,
        kind=Organisation.Kind.SUPPLIER,
        fictitious=True,
    )
    person = add_person(
        joining, organisation=supplier, email=PSIRT, name="Product security (fictitious)", role=Membership.Role.ORGANISATION
    )
    User.objects.filter(pk=person.pk).update(password=password)
    revision = alert.revisions.filter(issued_at__isnull=False).latest("number")
    products = [(VENDOR, HOSTED), (VENDOR, GATEWAY)]
    addressed = address(Act(access_of(officer), at - ASKED), revision=revision, supplier=supplier, products=products)
    for cve in revision.cves:
        answer(
            Act(access_of(person), at - ANSWERED),
            addressed=addressed,
            cve=cve,
            vendor=VENDOR,
            product=HOSTED,
            versions=[],
            status="fixed",
            why="Every server that we run for customers was brought to 12.5.0.1 on 14 May (fictitious).",
        )
