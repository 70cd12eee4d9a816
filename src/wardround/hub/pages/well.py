"""Whether the hub is well, for machines that look after it: alive, ready, and in figures. Nothing here is any organisation's."""

import hmac
from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

from wardround import __version__
from wardround.hub.alerts.models import Alert
from wardround.hub.outbox.services import not_sent
from wardround.hub.workers.services import alive
from wardround.lake.settings import value_of

OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
Samples = list[tuple[str, float]]


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the hub is up and its database answers: 200 or 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "database": "does not answer"}, status=503)
    return JsonResponse({"ok": True, "database": "answers"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: the database answers, has the tables of this version, and a worker lives. 200 or 503."""
    try:
        executor = MigrationExecutor(connection)
        missing = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        workers = 0 if missing else alive(at=timezone.now())
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "does not answer"}, status=503)
    found = {"database": "has not this version's tables" if missing else "answers", "workers": workers}
    well = not missing and workers > 0
    return JsonResponse({"ready": well} | found, status=200 if well else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in the form of OpenMetrics 1.0, for whoever has the token of WARDROUND_METRICS_TOKEN; without one there are none."""
    token = value_of("WARDROUND_METRICS_TOKEN")
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in _lines()), content_type=OPEN_METRICS)


def _lines() -> Iterator[str]:
    yield from _gauge("wardround_version", "The version that serves.", [(f'{{version="{__version__}"}}', 1)])
    yield from _gauge("wardround_workers_alive", "Workers that said lately that they live.", [("", alive(at=timezone.now()))])
    jobs = dict(DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")))
    states = [(f'{{status="{name.lower()}"}}', jobs.get(name, 0)) for name in ("READY", "RUNNING", "FAILED")]
    yield from _gauge("wardround_jobs", "Jobs by what they are at.", states)
    waiting, failed = not_sent()
    yield from _gauge("wardround_messages", "Messages not sent.", [('{status="waiting"}', waiting), ('{status="failed"}', failed)])
    yield from _gauge("wardround_alerts", "Alerts there are.", [("", Alert.objects.count())])
    yield "# EOF"


def _gauge(name: str, what: str, samples: Samples) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {what}"
    for labels, value in samples:
        yield f"{name}{labels} {value:g}"
