"""Bringing an inventory in two steps: upload and say what its source sees, then look at how it was read and import it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.core import estate as core
from wardround.core.estate._classes import ProductClass
from wardround.core.vocab import WardroundError
from wardround.hub.estate.models import Source
from wardround.hub.estate.services import Imported, import_inventory
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.arrived import arrived
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.estate.forms import IDENTIFIES, NAMES, MappingForm, UploadForm
from wardround.hub.pages.posting import UNPROCESSABLE, refuse
from wardround.hub.pages.whose import organisation_of
from wardround.hub.pages.wording import counted
from wardround.lake.files import FileStore

SALT = "wardround.estate.upload"
HOLDS_SECONDS = 24 * 3600
SHOWN = 5


@require_http_methods(["GET", "POST"])
def bring(request: Asking, code: str) -> HttpResponse:
    """Step one, or step two where a file was uploaded already."""
    organisation = organisation_of(request, code)
    if request.method == "POST" and "upload" in request.POST:
        return _second(request, organisation)
    return _first(request, organisation)


def _around(organisation: Organisation) -> dict[str, Any]:
    page = reverse("estate-of", args=[organisation.code])
    return {"organisation": organisation, "crumbs": [("Alerts", "/"), ("Estate", page)]}


def _first(request: Asking, organisation: Organisation) -> HttpResponse:
    """The upload. The file is kept as it came; the second step names it by a signed note, never by its hash alone."""
    name = request.GET.get("source", "").replace("\0", "")  # PostgreSQL takes no NUL
    known = Source.objects.within(request.access).filter(organisation=organisation, name=name).first()
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"source": name, "sees": known.sees if known else []},
    )
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            upload = form.cleaned_data["file"]
            data = upload.read()
            try:
                found = core.preview(data, name=upload.name, n=SHOWN)
            except WardroundError as refused:
                refuse(form, refused)
                found = None
            source = form.cleaned_data["source"] or _named_by(found)
            if found and not source:
                form.add_error("source", "Name the source: this file does not say which export it is")
            elif found:
                note = {
                    "sha": FileStore(settings.HOME.files).put(data),
                    "name": upload.name[:300],
                    "code": organisation.code,
                    "who": request.user.pk,
                    "source": source,
                    "sees": form.cleaned_data["sees"] or _declared(request, organisation, source),
                    "taken": form.cleaned_data["taken"].isoformat() if form.cleaned_data["taken"] else "",
                }
                return _show(request, organisation, note, data)
    sources = Source.objects.within(request.access).filter(organisation=organisation)
    context = _around(organisation) | {"form": form, "sources": sources}
    return render(request, "estate/upload.html", context, status=status)


def _named_by(found: core.Inventory | None) -> str:
    """What an export that is recognised calls its source; empty for any other file."""
    kind = found.mapping.kind if found and found.mapping else None
    return (kind.id if kind else found.format if found and found.source else "")[:100]


def _declared(request: Asking, organisation: Organisation, name: str) -> list[str]:
    """What a source said before that it sees: it goes on to see it where nothing new is said."""
    known = Source.objects.within(request.access).filter(organisation=organisation, name=name).first()
    return list(known.sees) if known else []


def _second(request: Asking, organisation: Organisation) -> HttpResponse:
    """The preview again with another mapping, or the import itself."""
    try:
        note = signing.loads(request.POST["upload"], salt=SALT, max_age=HOLDS_SECONDS)
        data = FileStore(settings.HOME.files).read(note["sha"])
    except (signing.BadSignature, WardroundError):
        note = {}
    if not note or note["code"] != organisation.code or note["who"] != request.user.pk:
        messages.warning(request, "The upload is no longer here: choose the file again. Nothing was imported.")
        return redirect("estate-import", organisation.code)
    return _show(request, organisation, note, data)


def _show(request: Asking, organisation: Organisation, note: dict[str, Any], data: bytes) -> HttpResponse:
    """What the file is and how its first rows are read; with `import` pressed and a mapping that works, the import."""
    found = core.preview(data, name=note["name"], n=SHOWN)
    saved = _saved(request, organisation, note)
    known = bool(found.source) and (not saved or bool(saved.get("source")))
    second, columns = "upload" in request.POST, found.columns
    otherwise = second and "asset_id" in request.POST
    proposed = dict(found.mapping.columns) if found.mapping else {}
    initial = {target: c for target, c in {**proposed, **saved.get("columns", {})}.items() if c in columns}
    form = MappingForm(request.POST if otherwise else None, columns=columns, initial=initial)
    mapping = (saved or {}) if known and not otherwise else _mapping(form, columns, second)
    status, read, problem = 200, None, ""
    if mapping is not None:
        try:
            if second and request.POST.get("do") == "import":
                also = [key for key in request.POST.getlist("sees") if key in core.PRODUCT_CLASSES]
                return _import(request, organisation, note | {"sees": sorted({*note["sees"], *also})}, data, mapping)
            read = core.preview(data, name=note["name"], mapping=mapping or None, n=SHOWN)
        except WardroundError as refused:
            problem = str(refused)
    if second and (problem or form.errors):
        status = UNPROCESSABLE
    context = _around(organisation) | {
        "form": form if columns else None,
        "note": note,
        "upload": signing.dumps(note, salt=SALT),
        "read": read,
        "recognised": found.source if known and not otherwise else "",
        "as_columns": _as_columns(read) if known and not otherwise else [],
        "usually_sees": [] if note["sees"] else _usually_sees(found),
        "problem": problem,
        "classes": [core.PRODUCT_CLASSES[key].name for key in note["sees"]],
        "shown": list(read.installs)[:SHOWN] if read else [],
    }
    return render(request, "estate/mapping.html", context, status=status)


def _saved(request: Asking, organisation: Organisation, note: dict[str, Any]) -> dict[str, Any]:
    """The mapping that was saved for this source; empty where none was."""
    known = Source.objects.within(request.access).filter(organisation=organisation, name=note["source"]).first()
    return dict(known.mapping or {}) if known else {}


def _as_columns(read: core.Inventory | None) -> list[tuple[str, str]]:
    """(what, from which column) of a known export; () for a scan report, which has none."""
    if read is None or read.mapping is None:
        return []
    said = [(NAMES[target], column) for target, column in read.mapping.columns.items()]
    return [*said, *((IDENTIFIES[kind], column) for column, kind in read.mapping.identifiers.items())]


def _usually_sees(found: core.Inventory) -> list[ProductClass]:
    """The product classes that exports of this kind usually see: offered to be ticked, never a declaration."""
    kind = found.mapping.kind if found.mapping else None
    return [core.PRODUCT_CLASSES[key] for key in kind.usually_sees] if kind else []


def _mapping(form: MappingForm, columns: tuple[str, ...], second: bool) -> dict[str, Any] | None:
    if not columns:
        return {}
    if second:
        return form.mapping() if form.is_valid() else None
    return {"columns": dict(form.initial)} if all(form.initial.get(t) for t in ("asset_id", "product", "version")) else None


def _import(
    request: Asking, organisation: Organisation, note: dict[str, Any], data: bytes, mapping: dict[str, Any]
) -> HttpResponse:
    done: Imported = import_inventory(
        request.act,
        organisation=organisation,
        data=data,
        filename=note["name"],
        source=note["source"],
        sees=note["sees"],
        taken_at=datetime.fromisoformat(note["taken"]) if note["taken"] else None,
        mapping=mapping or None,
    )
    arrived(request, organisation)
    snapshot = done.snapshot
    if not done.new:
        messages.info(request, "This very snapshot was here already: nothing was changed.")
    else:
        left = len(snapshot.rejected)
        aside = f", {counted(left, 'row')} rejected" if left else ""
        brought = f"{counted(snapshot.installs, 'install')} on {counted(snapshot.assets, 'asset')}"
        messages.success(request, f"Imported: {brought}{aside}.")
    if snapshot.rejected or not snapshot.counts:
        return redirect("snapshot", snapshot.public_id)
    return redirect("estate-of", organisation.code)
