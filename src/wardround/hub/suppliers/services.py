"""Addressing a bulletin to a supplier, its answers, which become a dated claim for every customer, and its replies."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max

from wardround.core.claims import Document, read_document
from wardround.core.claims._answered import STATUSES, Answered, answer_document
from wardround.core.vocab import BadInput
from wardround.hub.alerts.drafting import bulletin_text, centre
from wardround.hub.alerts.models import Alert, Revision
from wardround.hub.alerts.tasks import reconsider_all
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act, access_to
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.services import announce
from wardround.hub.reach import reaching
from wardround.hub.suppliers.models import Addressed, Answer, Reply
from wardround.hub.suppliers.said import Said
from wardround.lake.statements import Statements, Writer

MOST_VERSIONS, LONGEST = 200, 200
Subject = tuple[str, str, str]
"""A CVE, a vendor and a product: what one document is of."""


@transaction.atomic
def address(
    act: Act, *, revision: Revision, supplier: Organisation, products: Sequence[tuple[str, str]], link: str = ""
) -> Addressed:
    """Address an issued revision to a supplier for some products, and tell its mailbox. Raises BadInput where that cannot be."""
    act.access.demand("alert.issue")
    if revision.issued_at is None or revision.alert.withdrawn_at:
        raise BadInput("is not issued, or withdrawn", where="revision", do="issue it first")
    if supplier.kind != Organisation.Kind.SUPPLIER:
        raise BadInput(f"{supplier} is no supplier", where="supplier", do="choose one of the list")
    named = [list(pair) for pair in dict.fromkeys((v.strip(), p.strip()) for v, p in products) if all(pair)]
    if not named:
        raise BadInput("names no product", where="products", do="write one a line: vendor: product")
    with reaching(access_to("addressing a bulletin", [supplier.pk])):
        if Addressed.unscoped.filter(organisation=supplier, revision=revision).exists():
            raise BadInput(f"{supplier} has this revision already", where="supplier", do="amend the alert to say more")
        made = Addressed.unscoped.create(organisation=supplier, revision=revision, products=named, at=act.at, by=act.who)
    subject = f"[{revision.marking}] {revision.alert.reference} revision {revision.number}: {revision.title}"
    text = bulletin_text(revision, link=f"{link}/supplier/bulletins/{made.public_id}/")
    announce(act, organisation=supplier, subject=subject, body=text, about=made.public_id)
    document = {"alert": revision.alert.reference, "revision": revision.number, "supplier": supplier.code, "products": named}
    for whose in (supplier, centre()):
        record(act, organisation=whose, what="bulletin addressed to a supplier", subject=made.public_id, document=document)
    return made


def answer(
    act: Act,
    *,
    addressed: Addressed,
    cve: str,
    vendor: str,
    product: str,
    versions: Sequence[str],
    status: str,
    why: str = "",
    action: str = "",
    fix_on: date | None = None,
) -> Answer:
    """One answer on one product, for these versions (none: every one). It is a claim for every customer at once."""
    said = Said(cve, vendor, product, tuple(versions), status, why, action, fix_on)
    return answer_all(act, addressed=addressed, said=[said])[0]


def answer_all(act: Act, *, addressed: Addressed, said: Sequence[Said], how: str = "form", document: str = "") -> list[Answer]:
    """Several answers, all or none of them. Raises BadInput for one on what was not addressed to the supplier.

    The store takes the claims once the answers are kept, and no sooner: a claim without its answer would be nobody's. What
    stops in between the worker publishes.
    """
    act.access.demand("supplier.answer", addressed.organisation)
    with _writing(at=act.at) as writer, transaction.atomic():
        made = _keep(act, addressed, said, how=how, document=document)
        _publish(writer, addressed.organisation, {(one.cve, one.vendor, one.product) for one in said})
    transaction.on_commit(reconsider_all.enqueue)
    return made


def _keep(act: Act, addressed: Addressed, said: Sequence[Said], **how: str) -> list[Answer]:
    supplier = addressed.organisation
    Organisation.objects.select_for_update().get(pk=supplier.pk)
    if Alert.objects.filter(pk=addressed.revision.alert_id, withdrawn_at__isnull=False).exists():
        raise BadInput("the alert was withdrawn", where="answer", do="nothing more is asked of you")
    last: datetime | None = Answer.unscoped.filter(organisation=supplier).aggregate(last=Max("at"))["last"]
    at = max(act.at, last or act.at)  # a clock that was set back makes no later answer an earlier one
    made = []
    for one in said:
        _check(act, addressed, one)
        kept = Answer.unscoped.create(organisation=supplier, addressed=addressed, at=at, by=act.who, **how, **_columns(one))
        entry = {"cve": one.cve, "product": one.product, "versions": list(one.versions), "status": one.status, "how": how["how"]}
        record(act, organisation=supplier, what="supplier answered", subject=kept.public_id, document=entry)
        made.append(kept)
    return made


def _columns(one: Said) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("cve", "vendor", "product", "status", "why", "action", "fix_on")} | {
        "versions": list(one.versions)
    }


def _check(act: Act, addressed: Addressed, one: Said) -> None:
    if one.cve not in addressed.revision.cves:
        raise BadInput(f"{one.cve} is not in this bulletin", where="cve", do="answer on its CVEs alone")
    if [one.vendor, one.product] not in addressed.products:
        raise BadInput(f"{one.vendor} {one.product} was not asked of you", where="product", do="choose one of the list")
    if one.status not in STATUSES:
        raise BadInput(f"{one.status!r} is no answer", where="status", do="use " + ", ".join(STATUSES))
    if one.status == "not_affected" and not one.why.strip():
        raise BadInput("is empty", where="why", do="say why these versions are not affected")
    if len(one.versions) > MOST_VERSIONS or any(not v.strip() or len(v) > LONGEST for v in one.versions):
        raise BadInput("too many or too long", where="versions", do=f"name at most {MOST_VERSIONS}, or a range (vers:...)")
    if one.fix_on and (one.status != "affected" or one.fix_on < act.at.date()):
        raise BadInput("is past, or no version is affected", where="fix_on", do="give the day on which a fix is due")


@contextmanager
def _writing(*, at: datetime) -> Iterator[Writer]:
    """The store of statements, which nobody else writes to meanwhile."""
    store = Statements.open(settings.HOME.feeds, write=True)
    try:
        writer = Writer(store, seen_at=at)
        with writer.transaction():
            yield writer
    finally:
        store.close()


def _publish(writer: Writer, supplier: Organisation, subjects: Iterable[Subject]) -> None:
    """All that the supplier answered on each product and CVE becomes the newest version of one document. Again changes nothing."""
    for subject in sorted(subjects):
        writer.document(_document(supplier, subject), source=f"the answer of {supplier.code}")


def _document(supplier: Organisation, subject: Subject) -> Document:
    """All that the supplier answered on one product and CVE. Raises BadInput where that makes no valid document."""
    cve, vendor, product = subject
    rows = Answer.unscoped.filter(organisation=supplier, cve=cve, vendor=vendor, product=product)
    answers = [Answered(tuple(r.versions), r.status, r.at, r.why, r.action, r.fix_on) for r in rows]
    whole = answer_document(answers, cve=cve, vendor=vendor, product=product, supplier=supplier.name, namespace=namespace(supplier))
    document = read_document(whole, feed="csaf", where=f"the answer of {supplier.code}")
    if document.marks:
        raise BadInput(document.marks, where="answer", do="write the versions plainly, or as a vers: range")
    return document


def publish_what_is_kept(known: object = None, *, at: datetime) -> object:
    """Publish every answer that a process died with, unless nothing has come since what was `known`; returns what is known now."""
    now = tuple(Answer.unscoped.aggregate(Count("pk"), Max("pk")).values())
    if now != known and now[0]:
        rows = Answer.unscoped.order_by().values_list("organisation", "cve", "vendor", "product").distinct()
        found: dict[int, list[Subject]] = {}
        for key, *subject in rows:
            found.setdefault(key, []).append((subject[0], subject[1], subject[2]))
        with _writing(at=at) as writer:
            for supplier in Organisation.objects.filter(pk__in=found):
                _publish(writer, supplier, found[supplier.pk])
    return now


def namespace(supplier: Organisation) -> str:
    """Under which its answers are filed: nobody else's document can take their place, and theirs takes nobody's."""
    return f"urn:wardround:supplier:{supplier.public_id}"


@transaction.atomic
def reply(act: Act, *, addressed: Addressed, cve: str, about: str, said: str, text: str) -> Reply:
    """A dated reply beside what was published on one of its products. Raises BadInput without words."""
    act.access.demand("supplier.answer", addressed.organisation)
    if not text.strip():
        raise BadInput("is empty", where="text", do="write what you reply")
    made = Reply.objects.create(
        supplier=addressed.organisation, cve=cve, about=about, said=said, text=text.strip(), at=act.at, by=act.who
    )
    document = {"cve": cve, "about": said, "reply": made.text}
    record(act, organisation=addressed.organisation, what="supplier replied", subject=made.public_id, document=document)
    return made
