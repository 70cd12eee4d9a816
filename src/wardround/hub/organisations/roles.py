"""Who may do what: one table of permissions by role. Pages, services, the reference and the tests all read this one.

A permission counts at the kinds of organisation that it names, and nowhere else: the same role gives a reader of the centre the
answers of everybody, and a reader of a hospital what is inside their own.

>>> granted(["siro"], kind="trust") >= {"inside.read", "risk.accept"}
True
>>> sorted(granted(["siro"], kind="supplier"))
['organisation.read', 'record.export', 'record.read', 'roles.read', 'supplier.read']
"""

from collections.abc import Iterable
from dataclasses import dataclass

CENTRE, SUPPLIER = "centre", "supplier"
HOSPITALS = "hospitals"
"""Every kind of organisation that is neither the centre nor a supplier: those that answer alerts."""

PLACES = {CENTRE: "the national centre", HOSPITALS: "an organisation that answers alerts", SUPPLIER: "a supplier"}


@dataclass(frozen=True)
class Permission:
    """Something that can be done, in people's words, and at which kinds of organisation."""

    words: str
    at: tuple[str, ...] = (HOSPITALS,)


@dataclass(frozen=True)
class Role:
    """What a person is to an organisation, in people's words, at which kinds of organisation, and what they may do there."""

    name: str
    words: str
    at: tuple[str, ...]
    permissions: frozenset[str]


EVERYWHERE = (CENTRE, HOSPITALS, SUPPLIER)
PERMISSIONS = {
    "alert.read": Permission("read the alerts that reached one", (CENTRE, HOSPITALS)),
    "advisory.read": Permission("read what was published, and who of one's own has it", (CENTRE, HOSPITALS)),
    "roles.read": Permission("read this table", EVERYWHERE),
    "centre.read": Permission(
        "see every organisation's answers, counts, dates and coverage, and which messages were sent", (CENTRE,)
    ),
    "alert.draft": Permission("look at candidates, write and change a bulletin", (CENTRE,)),
    "alert.issue": Permission("issue a bulletin, and address it to suppliers", (CENTRE,)),
    "alert.withdraw": Permission("withdraw an alert", (CENTRE,)),
    "glass.review": Permission("see who came in by a break-glass code, end it and review it", (CENTRE,)),
    "organisation.manage": Permission("add organisations, and people to any of them", (CENTRE,)),
    "names.decide": Permission("decide what a product is called", (CENTRE, HOSPITALS)),
    "organisation.read": Permission("see who belongs to the organisation, who is invited, and who is told", EVERYWHERE),
    "record.read": Permission("read the organisation's record", EVERYWHERE),
    "record.export": Permission("export the organisation's record", EVERYWHERE),
    "inside.read": Permission("see assets, logs, evidence, detections and incidents"),
    "response.answer": Permission("acknowledge, confirm, update, attest, and record evidence on a response"),
    "response.close": Permission("close a response"),
    "hunt.run": Permission("run a hunt, and have a kept one checked"),
    "logs.upload": Permission("upload logs"),
    "detection.judge": Permission("judge a detection"),
    "incident.manage": Permission("open and close an incident"),
    "estate.import": Permission("import an inventory, confirm a smaller one, split a device"),
    "override.propose": Permission("say that a verdict is wrong"),
    "clinical.decide": Permission("record a clinical decision"),
    "clinical.sign": Permission("sign a clinical decision as clinical safety officer"),
    "risk.accept": Permission("accept a risk that somebody else asked for"),
    "case.share": Permission("open one response to the centre until a date, and end that"),
    "contacts.manage": Permission("keep the addresses that alerts go to"),
    "evidence.hold": Permission("hold something back from removal by rule"),
    "people.manage": Permission("invite people, give roles, take them back", EVERYWHERE),
    "supplier.read": Permission("read the bulletins addressed to it, and what is said of its products", (SUPPLIER,)),
    "supplier.answer": Permission("answer for a product, and reply to what is said of it", (SUPPLIER,)),
}

_READS = frozenset(
    {
        "alert.read",
        "advisory.read",
        "roles.read",
        "centre.read",
        "organisation.read",
        "record.read",
        "record.export",
        "inside.read",
        "supplier.read",
    }
)
_ANSWERS = _READS | {
    "names.decide",
    "response.answer",
    "response.close",
    "hunt.run",
    "logs.upload",
    "detection.judge",
    "incident.manage",
    "estate.import",
    "override.propose",
    "clinical.decide",
    "evidence.hold",
}
_DUTY = _READS | {"glass.review", "alert.draft", "alert.issue", "alert.withdraw", "names.decide"}

# The keys are what the database holds. Who acted for an organisation in the first version was `organisation`: they lead it.
ROLES = {
    "national": Role("national", "runs the national centre", (CENTRE,), _DUTY | {"organisation.manage", "people.manage"}),
    "duty_officer": Role("duty officer", "writes and issues alerts at the national centre", (CENTRE,), _DUTY),
    "organisation": Role(
        "organisation lead",
        "answers for the organisation, and for who belongs to it",
        (HOSPITALS, SUPPLIER),
        _ANSWERS | {"case.share", "contacts.manage", "people.manage", "supplier.answer"},
    ),
    "responder": Role("responder", "answers alerts for the organisation", (HOSPITALS,), _ANSWERS),
    "siro": Role("SIRO", "the senior information risk owner", (HOSPITALS,), _READS | {"risk.accept"}),
    "clinical_safety_officer": Role(
        "clinical safety officer", "signs what touches patients", (HOSPITALS,), _READS | {"clinical.decide", "clinical.sign"}
    ),
    "executive": Role("executive", "the named executive: reads everything of the organisation", (HOSPITALS,), _READS),
    "supplier": Role("supplier", "answers for a supplier's products", (SUPPLIER,), _READS | {"supplier.answer"}),
    "read_only": Role("read-only", "reads", EVERYWHERE, _READS),
}
ACTING = ("organisation", "responder")
"""The roles beside which a duty (SIRO, clinical safety officer) may be held in one membership."""
READING = frozenset(one for one in PERMISSIONS if one.endswith((".read", ".export")))
"""What changes nothing."""
ALL_INSIDE = frozenset(key for key, one in PERMISSIONS.items() if HOSPITALS in one.at)
"""All that can be done at one organisation: the system's own reach into it."""
LEADING = frozenset(key for key, role in ROLES.items() if "people.manage" in role.permissions)
"""The roles whose holders answer for who belongs to their organisation."""


def place(kind: str) -> str:
    """What a kind of organisation is to the table."""
    return kind if kind in (CENTRE, SUPPLIER) else HOSPITALS


def fits(role: str, *, kind: str) -> bool:
    """Whether the table has the role at organisations of that kind."""
    return role in ROLES and place(kind) in ROLES[role].at


def granted(roles: Iterable[str], *, kind: str) -> frozenset[str]:
    """What these roles together permit at an organisation of a kind. A role that the table does not have permits nothing."""
    held = frozenset[str]().union(*(ROLES[role].permissions for role in roles if role in ROLES))
    return frozenset(one for one in held if place(kind) in PERMISSIONS[one].at)
