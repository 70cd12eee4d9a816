"""The record of an organisation: every change of state, who, when, from what, on which evidence."""

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from wardround.hub.audit.exporting import exported
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.whose import organisation_of, own_organisations

PAGE = 50


@require_safe
def records(request: Asking) -> HttpResponse:
    """The records that the asker sees; the only one at once."""
    found = own_organisations(request)
    if len(found) == 1:
        return redirect("record", found[0].code)
    return render(request, "audit/records.html", {"records": found, "crumbs": [("Alerts", "/")]})


@require_safe
def record(request: Asking, code: str) -> HttpResponse:
    """One organisation's record, newest first."""
    organisation = organisation_of(request, code)
    entries = Entry.objects.within(request.access).filter(organisation=organisation).order_by("-sequence")
    context = {
        "organisation": organisation,
        "listed": Paginator(entries, PAGE).get_page(request.GET.get("page")),
        "signed": Checkpoint.objects.within(request.access).filter(organisation=organisation).last(),
        "query": "",
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "audit/record.html", context)


@require_safe
def export(request: Asking, code: str) -> StreamingHttpResponse:
    """The record as far as it is signed, as a file that anybody can check."""
    organisation = organisation_of(request, code)
    headers = {"Content-Disposition": f'attachment; filename="record-{organisation.code}.jsonl"'}
    return StreamingHttpResponse(exported(organisation), content_type="application/jsonl", headers=headers)
