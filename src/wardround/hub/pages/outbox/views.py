"""At the national centre: which messages were sent, wait, or failed."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wardround.hub.outbox.models import Message
from wardround.hub.pages.asking import Asking

PAGE = 50
SHOWN = {
    "failed": ("failed", Q(failed_at__isnull=False)),
    "waiting": ("waiting", Q(sent_at=None, failed_at=None)),
    "sent": ("sent", Q(sent_at__isnull=False)),
}


@require_safe
def outbox(request: Asking) -> HttpResponse:
    """Failed first; to whom and what about, never what an organisation's letter says inside."""
    rows = Message.objects.within(request.access)
    counts = rows.order_by().aggregate(**{name: Count("pk", filter=which) for name, (_, which) in SHOWN.items()})
    show = request.GET.get("show", "")
    if show not in SHOWN:
        show = next((name for name in ("failed", "waiting") if counts[name]), "sent")
    listed = rows.filter(SHOWN[show][1]).select_related("organisation").order_by("-created_at", "-pk")
    context = {
        "counts": [(name, words, counts[name]) for name, (words, _) in SHOWN.items()],
        "show": show,
        "listed": Paginator(listed.defer("body"), PAGE).get_page(request.GET.get("page")),
        "query": f"show={show}&",
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "outbox/outbox.html", context)
