"""What a supplier's people see: bulletins addressed to them, their answers, what is said of their products. Nobody's customers."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wardround.core.claims._answered import ANSWER
from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import Form, form_page
from wardround.hub.pages.suppliers.forms import AnswerForm, ReplyForm, UploadForm
from wardround.hub.suppliers.models import Addressed, Answer, Reply
from wardround.hub.suppliers.said import Published, answers_in, published
from wardround.hub.suppliers.services import answer, answer_all, reply
from wardround.lake.files import FileStore

CRUMB = ("Bulletins", "/supplier/")


def _found(request: Asking, bulletin: uuid.UUID) -> Addressed:
    """A bulletin that was addressed to a supplier of the asker's."""
    rows = Addressed.objects.within(request.access).filter(organisation__in=request.access.where(request.asks))
    found: Addressed = get_object_or_404(rows.select_related("organisation", "revision__alert"), public_id=bulletin)
    return found


@require_safe
def board(request: Asking) -> HttpResponse:
    """The bulletins addressed to the asker's supplier, those without an answer first."""
    rows = Addressed.objects.within(request.access).filter(organisation__in=request.access.where("supplier.read"))
    answered = {
        (cve, vendor, product, addressed)
        for cve, vendor, product, addressed in Answer.objects.within(request.access).values_list(
            "cve", "vendor", "product", "addressed"
        )
    }
    listed = []
    for one in rows.select_related("revision__alert", "organisation")[:200]:
        asked = [(cve, *pair) for cve in one.revision.cves for pair in one.products]
        listed.append((one, sum((*key, one.pk) not in answered for key in asked), len(asked)))
    listed.sort(key=lambda row: (bool(row[0].revision.alert.withdrawn_at), row[1] == 0))
    return render(request, "suppliers/board.html", {"listed": listed})


def _published(request: Asking, found: Addressed) -> list[Published] | None:
    """None where what was published cannot be read: that is not the same as nothing."""
    own = f"{found.organisation.name}, {ANSWER}"
    try:
        return published(found.revision.cves, found.products, at=request.act.at, own=own)
    except WardroundError:
        return None


@require_safe
def bulletin(request: Asking, bulletin: uuid.UUID) -> HttpResponse:
    """The text, the answers so far, and what others say of the products."""
    found = _found(request, bulletin)
    answers = Answer.objects.within(request.access).filter(organisation=found.organisation, cve__in=found.revision.cves)
    said = _published(request, found)
    replies: dict[str, list[Reply]] = {}
    for one in Reply.objects.filter(supplier=found.organisation, cve__in=found.revision.cves):
        replies.setdefault(one.about, []).append(one)
    context = {
        "bulletin": found,
        "revision": found.revision,
        "answers": answers.order_by("-at", "-pk"),
        "published": [(one, replies.get(one.key, [])) for one in said or ()],
        "unread": said is None,
        "may_answer": request.access.may("supplier.answer", found.organisation) and not found.revision.alert.withdrawn_at,
        "crumbs": [CRUMB],
    }
    return render(request, "suppliers/bulletin.html", context)


def _page(request: Asking, found: Addressed, form: Form, **more: Any) -> HttpResponse:
    page = reverse("supplier-bulletin", args=[found.public_id])
    reference = found.revision.alert.reference
    around = {"caption": f"{found.organisation.name} · {reference}", "crumbs": [CRUMB, (reference, page)]}
    context = around | {key: more.pop(key) for key in ("heading", "button", "lead") if key in more}
    return form_page(request, form, then=page, template="site/form.html", context=context, **more)


@require_http_methods(["GET", "POST"])
def answered(request: Asking, bulletin: uuid.UUID) -> HttpResponse:
    """Answer for versions of one product."""
    found = _found(request, bulletin)
    sent = request.POST if request.method == "POST" else None
    form = AnswerForm(sent, cves=found.revision.cves, products=found.products)

    def do(fields: dict[str, Any]) -> None:
        vendor, product = form.products[fields.pop("product")]
        answer(request.act, addressed=found, vendor=vendor, product=product, **fields)

    lead = [
        "Every customer in scope reads it as your claim, with its date, beside their own findings. A later answer supersedes it."
    ]
    said = "Your answer is recorded, and goes to every customer in scope."
    return _page(request, found, form, do=do, said=said, heading="Answer for a product", button="Answer", lead=lead)


@require_http_methods(["GET", "POST"])
def uploaded(request: Asking, bulletin: uuid.UUID) -> HttpResponse:
    """Answer by a document of one's own."""
    found = _found(request, bulletin)
    made: list[Answer] = []

    def do(fields: dict[str, Any]) -> None:
        data = fields["file"].read()
        kind, said = answers_in(data, name=fields["file"].name, products=found.products, cves=found.revision.cves)
        sha = FileStore(settings.HOME.files).put(data)
        made.extend(answer_all(request.act, addressed=found, said=said, how=kind, document=sha))

    form = UploadForm(request.POST if request.method == "POST" else None, request.FILES or None)
    lead = ["What it states is taken over as your answers, all of it or nothing."]
    return _page(
        request,
        found,
        form,
        do=do,
        said=lambda: f"{len(made)} answers are recorded, and go to every customer in scope.",
        heading="Answer by your own document",
        button="Upload it",
        lead=lead,
    )


@require_http_methods(["GET", "POST"])
def replied(request: Asking, bulletin: uuid.UUID) -> HttpResponse:
    """Reply to one thing that was published."""
    found = _found(request, bulletin)
    about = request.GET.get("about", "")
    one = next((p for p in _published(request, found) or () if p.key == about), None)

    def do(fields: dict[str, Any]) -> None:
        if one is None:
            raise BadInput("is no longer said", where="text", do="open the bulletin again")
        reply(request.act, addressed=found, cve=one.cve, about=one.key, said=f"{one.who}: {one.what}", text=fields["text"])

    lead = [f"{one.who}: {one.what}"] if one else ["Nobody says that any more."]
    form = ReplyForm(request.POST if request.method == "POST" else None)
    return _page(request, found, form, do=do, said="Your reply stands beside it.", heading="Reply", button="Reply", lead=lead)
