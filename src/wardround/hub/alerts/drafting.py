"""At the national centre: propose, draft, preview, issue, amend, withdraw."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from wardround.core.alerts import MARKINGS, SEVERITIES
from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.triage import policy
from wardround.core.vocab import BadInput
from wardround.hub.advisories.reading import statements
from wardround.hub.alerts.models import SCOPE_ALL, Alert, Response, Revision, in_scope
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.lookup import told
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.services import announce
from wardround.hub.reach import reaching

FIRST_CVES = date(1999, 1, 1)

EDITABLE = (
    "title",
    "severity",
    "marking",
    "summary",
    "actions",
    "cves",
    "product_class",
    "products",
    "policy",
    "pack",
    "exploited_since",
    "scope",
    "material",
    "change",
)


def centre() -> Organisation:
    """The national centre of this installation: its own acts are recorded under it."""
    found = Organisation.objects.filter(kind=Organisation.Kind.CENTRE).first()
    if found is None:
        raise BadInput("this installation has no national centre", do="run `wardround up` once")
    return found


@transaction.atomic
def draft_alert(act: Act, *, fields: Mapping[str, Any]) -> Revision:
    """Start an alert with a first draft. Raises BadInput naming the field that cannot be used."""
    act.access.demand("alert.draft")
    _check(act, fields)
    Organisation.objects.select_for_update().get(pk=centre().pk)  # one number at a time
    year = act.at.year
    number = Alert.objects.filter(created_at__year=year).count() + 1
    alert = Alert.objects.create(reference=f"HSA-{year}-{number:03d}", created_at=act.at, created_by=act.who)
    revision = _draft(act, alert, 1, {**fields, "material": True})
    record(act, organisation=centre(), what="alert drafted", subject=alert.reference, document={"cves": revision.cves})
    return revision


@transaction.atomic
def amend(act: Act, *, alert: Alert, fields: Mapping[str, Any]) -> Revision:
    """A new draft that starts from the last revision. A material one will ask for acknowledgement again."""
    act.access.demand("alert.draft")
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if alert.withdrawn_at:
        raise BadInput(f"{alert} was withdrawn", where="alert", do="draft a new one")
    last = alert.revisions.order_by("number").last()
    if last is None or last.issued_at is None:
        raise BadInput(f"{alert} has a draft already", where="revision", do="edit or issue that one")
    whole = {name: getattr(last, name) for name in EDITABLE} | {"change": "", "material": True} | dict(fields)
    _check(act, whole)
    revision = _draft(act, alert, last.number + 1, whole)
    record(act, organisation=centre(), what="revision drafted", subject=alert.reference, document={"revision": revision.number})
    return revision


@transaction.atomic
def edit(act: Act, *, revision: Revision, fields: Mapping[str, Any]) -> Revision:
    """Change a draft. An issued revision never changes. `seen` among the fields: when the draft was written that was read."""
    act.access.demand("alert.draft")
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.issued_at:
        raise BadInput(f"revision {revision.number} was issued and cannot change", where="revision", do="amend the alert")
    _still(revision, str(fields.get("seen", "")))
    whole = {name: getattr(revision, name) for name in EDITABLE} | dict(fields)
    _check(act, whole)
    for name in EDITABLE:
        setattr(revision, name, whole[name])
    revision.written_at, revision.written_by = act.at, act.who
    revision.save()
    return revision


def _still(revision: Revision, seen: str) -> None:
    """Raise BadInput when somebody has changed the draft since the one that was `seen` (empty: not said)."""
    if seen and seen != revision.written_at.isoformat():
        what = f"{revision.written_by} has changed this draft meanwhile"
        raise BadInput(what, where="revision", do="read it as it is now, then press again")


def _draft(act: Act, alert: Alert, number: int, fields: Mapping[str, Any]) -> Revision:
    chosen = {name: fields[name] for name in EDITABLE if name in fields}
    return Revision.objects.create(alert=alert, number=number, written_at=act.at, written_by=act.who, **chosen)


def _check(act: Act, fields: Mapping[str, Any]) -> None:
    for name in ("title", "summary", "actions"):
        if not str(fields.get(name, "")).strip():
            raise BadInput("is empty", where=name, do="write it")
    if fields.get("severity", "High") not in SEVERITIES:
        raise BadInput(f"{fields['severity']!r} is no severity", where="severity", do="use " + ", ".join(SEVERITIES))
    labels = [m.label for m in MARKINGS]
    if fields.get("marking") not in labels:
        raise BadInput(f"{fields.get('marking')!r} is no TLP 2.0 marking", where="marking", do="use " + ", ".join(labels))
    if fields.get("product_class") not in PRODUCT_CLASSES:
        raise BadInput(f"no product class {fields.get('product_class')!r}", where="product_class", do="choose one of the list")
    policy(str(fields.get("policy", "")))
    since = fields.get("exploited_since")
    if since and not FIRST_CVES <= since <= act.at.date():
        what = "is in the future" if since > act.at.date() else "is before there were CVE numbers"
        raise BadInput(what, where="exploited_since", do="check the year: every hunt starts from this day")
    with statements() as store:
        unknown = [cve for cve in fields.get("cves", ()) if store.advisory(cve, at=act.at) is None]
    if not fields.get("cves") or unknown:
        what = f"{unknown[0]} is not in the feeds" if unknown else "no CVE is named"
        raise BadInput(what, where="cves", do="check the number, or sync the feeds")
    _check_scope(fields.get("scope", ()))


def _check_scope(scope: Sequence[str]) -> None:
    if not scope:
        raise BadInput("nobody is in scope", where="scope", do=f"name organisation codes, or {SCOPE_ALL}")
    if list(scope) != [SCOPE_ALL]:
        known = set(
            Organisation.objects.filter(kind=Organisation.Kind.TRUST, closed_on=None, code__in=scope).values_list("code", flat=True)
        )
        if missing := [code for code in scope if code not in known]:
            raise BadInput(f"no organisation {missing[0]!r}", where="scope", do="use the codes of the list")


@reaching(system_access("counting addresses"))
def addresses(revision: Revision) -> tuple[int, list[Organisation]]:
    """How many addresses it goes to, the mailbox and the verified contacts of each organisation in scope, each once; and the
    organisations that have neither: there nobody is told."""
    organisations = list(in_scope(revision))
    contacts = told(system_access("counting addresses")).filter(organisation__in=organisations)
    found = {*((o.pk, o.mailbox) for o in organisations if o.mailbox), *contacts.values_list("organisation", "email")}
    reached = {organisation for organisation, _ in found}
    return len(found), [o for o in organisations if o.pk not in reached]


@transaction.atomic
@reaching(system_access("issuing an alert"))
def issue(act: Act, *, revision: Revision, address: str = "", seen: str = "") -> list[Response]:
    """Issue a draft: open a response for each organisation in scope that has none, and queue the messages.

    An organisation that an earlier revision reached stays in scope: nothing that was asked is silently dropped. `seen` says
    when the draft was written that was previewed: another one is not issued unread.
    """
    act.access.demand("alert.issue")
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.issued_at:
        raise BadInput(f"revision {revision.number} was issued already", where="revision")
    _still(revision, seen)
    alert = Alert.objects.select_for_update().get(pk=revision.alert_id)
    if alert.withdrawn_at:
        raise BadInput(f"{alert} was withdrawn", where="alert", do="draft a new one")
    revision.issued_at, revision.issued_by = act.at, act.who
    revision.save()
    for organisation in in_scope(revision):
        response, new = Response.unscoped.get_or_create(alert=alert, organisation=organisation, defaults={"opened_at": act.at})
        if new:
            document = {"alert": alert.reference, "from": None, "to": "issued"}
            record(act, organisation=organisation, what="response opened", subject=response.public_id, document=document)
    reached = list(Response.unscoped.filter(alert=alert).select_related("organisation"))
    for response in reached:
        announce(
            act,
            organisation=response.organisation,
            subject=f"[{revision.marking}] {alert.reference} revision {revision.number}: {revision.title}",
            body=bulletin_text(revision, link=f"{address}/responses/{response.public_id}/"),
            about=response.public_id,
        )
    issued = {"revision": revision.number, "material": revision.material, "organisations": len(reached)}
    record(act, organisation=centre(), what="revision issued", subject=alert.reference, document=issued)
    return reached


@transaction.atomic
@reaching(system_access("withdrawing an alert"))
def withdraw(act: Act, *, alert: Alert, reason: str) -> None:
    """Withdraw an alert, with a reason that everybody it reached is told."""
    act.access.demand("alert.withdraw")
    if not reason.strip():
        raise BadInput("is empty", where="reason", do="say why: everybody who got the alert will read it")
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if alert.withdrawn_at:
        raise BadInput(f"{alert} was withdrawn already", where="alert")
    alert.withdrawn_at, alert.withdrawn_by, alert.withdrawn_because = act.at, act.who, reason.strip()
    alert.save()
    for response in Response.unscoped.filter(alert=alert).select_related("organisation"):
        organisation = response.organisation
        announce(act, organisation=organisation, subject=f"{alert.reference} is withdrawn", body=reason, about=response.public_id)
        record(act, organisation=organisation, what="alert withdrawn", subject=response.public_id, document={"reason": reason})
    record(act, organisation=centre(), what="alert withdrawn", subject=alert.reference, document={"reason": reason})


def bulletin_text(revision: Revision, *, link: str) -> str:
    """The bulletin as a plain message: what it is, what to do, by which link to answer."""
    lines = [
        f"{revision.marking}   severity {revision.severity}   {revision.alert.reference} revision {revision.number}",
        "",
        " ".join(revision.title.split()),  # one line: a line of it reads like no line of the letter
        "",
        revision.summary,
        "",
        "What to do",
        revision.actions,
        "",
        "CVE: " + ", ".join(revision.cves),
        *(["", "What changed: " + revision.change] if revision.change else []),
        "",
        f"Acknowledge and answer: {link}",
    ]
    return "\n".join(lines)
