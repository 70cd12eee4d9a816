"""What an organisation runs: sources first, what nobody sees, products, assets, snapshots."""

import uuid
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wardround.core.alerts import response_policy
from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.vocab import WardroundError
from wardround.hub.estate.counting import Standing, standing
from wardround.hub.estate.devices import devices
from wardround.hub.estate.knowing import Affected
from wardround.hub.estate.models import Snapshot, Source
from wardround.hub.estate.services import confirm_shrunk
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.arrived import arrived
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.estate import holdings
from wardround.hub.pages.estate.forms import SmallerForm
from wardround.hub.pages.estate.saying import Saying, saying
from wardround.hub.pages.posting import form_page
from wardround.hub.pages.whose import organisation_of, own_organisations

PAGE = 50
WORST = 10
CRUMB = ("Estate", "/estate/")


@require_safe
def estates(request: Asking) -> HttpResponse:
    """The organisations whose estate the asker sees; the only one at once."""
    found = [o for o in own_organisations(request) if o.kind != o.Kind.CENTRE]
    if len(found) == 1:
        return redirect("estate-of", found[0].code)
    return render(request, "estate/estates.html", {"estates": found, "crumbs": [("Alerts", "/")]})


@require_safe
def estate(request: Asking, code: str) -> HttpResponse:
    """Sources with their age, what no source sees, and the products by installs."""
    organisation = organisation_of(request, code)
    rows = holdings.current(request.access, organisation, at=request.act.at)
    seen = {key for row in rows for key in row.sees}
    like = request.GET.get("q", "").strip()[:100]
    found = holdings.holdings(organisation, rows, like=like)
    sources = Source.objects.within(request.access).filter(organisation=organisation)
    counted = _counted(request, organisation)
    context = {
        "organisation": organisation,
        "rows": rows,
        "classes": {key: one.name for key, one in PRODUCT_CLASSES.items()},
        "unseen": [one for key, one in PRODUCT_CLASSES.items() if key not in seen],
        "linked": devices(request.access, organisation, at=request.act.at) if rows else None,
        "counted": counted,
        "told": counted.known.told if counted.known else None,
        "affected": [(one, _product(organisation.code, one)) for one in counted.known.affected[:WORST]] if counted.known else [],
        "waiting": [r for r in rows if not r.counts],
        "never": [s for s in sources if s.name not in {r.source.name for r in rows}],
        "listed": Paginator([(h, _product(organisation.code, h)) for h in found], PAGE).get_page(request.GET.get("page")),
        "query": f"{urlencode({'q': like})}&" if like else "",
        "like": like,
        "fresh_days": response_policy().fresh_days,
        "may_write": request.access.may("estate.import", organisation),
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "estate/estate.html", context)


def _counted(request: Asking, organisation: Organisation) -> Standing:
    """What is known of the estate; nothing where no feed was synced."""
    try:
        return standing(request.access, organisation, at=request.act.at)
    except WardroundError:
        return Standing(None, False)


def _product(code: str, one: holdings.Holding | Affected) -> str:
    asked = urlencode({"vendor": one.vendor, "product": one.product, "version": one.version})
    return f"{reverse('estate-product', args=[code])}?{asked}"


@require_safe
def product(request: Asking, code: str) -> HttpResponse:
    """What the records say of one product in one version, and the assets that run it."""
    organisation = organisation_of(request, code)
    asked = {name: request.GET.get(name, "")[:500] for name in ("vendor", "product", "version")}
    rows = holdings.current(request.access, organisation, at=request.act.at)
    said, problem = Saying(), ""
    try:
        said = saying(holdings.installs_with(organisation, rows, **asked), at=request.act.at)
    except WardroundError as error:
        problem = str(error)
    context = {
        "organisation": organisation,
        "said": said,
        "problem": problem,
        "records": Paginator(said.listed, PAGE).get_page(request.GET.get("records")),
        "asked": asked,
        "listed": Paginator(holdings.assets_with(organisation, rows, **asked), PAGE).get_page(request.GET.get("page")),
        "query": f"{urlencode(asked)}&",
        "crumbs": [("Alerts", "/"), ("Estate", reverse("estate-of", args=[code]))],
    }
    return render(request, "estate/product.html", context)


@require_safe
def snapshot(request: Asking, snapshot: uuid.UUID) -> HttpResponse:
    """One snapshot: where it came from, what was kept, what was rejected and why, and those before it."""
    rows = Snapshot.objects.within(request.access).select_related("source", "organisation")
    found: Snapshot = get_object_or_404(rows, public_id=snapshot)
    request.access.demand(request.asks, found.organisation)
    code = found.organisation.code
    context = {
        "snapshot": found,
        "organisation": found.organisation,
        "classes": [PRODUCT_CLASSES[key].name for key in found.sees if key in PRODUCT_CLASSES],
        "listed": Paginator(found.rejected, PAGE).get_page(request.GET.get("page")),
        "others": rows.filter(source=found.source).order_by("-taken_at", "-pk")[:20],
        "may_write": request.access.may("estate.import", found.organisation),
        "crumbs": [("Alerts", "/"), ("Estate", reverse("estate-of", args=[code]))],
    }
    return render(request, "estate/snapshot.html", context)


@require_http_methods(["GET", "POST"])
def smaller(request: Asking, snapshot: uuid.UUID) -> HttpResponse:
    """A person confirms that a much smaller snapshot is right."""
    found: Snapshot = get_object_or_404(
        Snapshot.objects.within(request.access).select_related("source", "organisation"), public_id=snapshot
    )
    organisation = organisation_of(request, found.organisation.code)
    page = reverse("estate-of", args=[organisation.code])

    def confirm(fields: dict[str, str]) -> None:
        confirm_shrunk(request.act, snapshot=found, reason=fields["reason"])
        arrived(request, organisation)

    return form_page(
        request,
        SmallerForm(request.POST if request.method == "POST" else None),
        do=confirm,
        then=page,
        said="The smaller snapshot counts now.",
        template="site/form.html",
        context={
            "heading": "Confirm a smaller snapshot",
            "caption": f"{organisation.name} · {found.source.name}",
            "lead": [
                f"This snapshot has {found.assets} assets, its predecessor had {found.shrunk_from or 'no fewer'}. Until a person "
                "says that this is right, it can show that something is open, never that it is fixed."
            ],
            "button": "It is right: let it count",
            "crumbs": [("Alerts", "/"), ("Estate", page)],
        },
    )
