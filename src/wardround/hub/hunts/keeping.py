"""The whole of a hunt as it is kept, and the check of it years later: are logs and rules still the same, and their result?"""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction

from wardround.core import hunts as core
from wardround.core.hunts._again import Again, Searched, fingerprints, hunt_again
from wardround.core.hunts._kept import differences, result_document
from wardround.core.hunts._packs import bundled_folder
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.sigma._model import RuleSet
from wardround.core.vocab import WardroundError
from wardround.engines.hunting import FastSearcher, engine
from wardround.hub.audit.services import record
from wardround.hub.hunts.models import Hunt, HuntCheck, KeptSearch, LogBatch
from wardround.hub.organisations.access import Act
from wardround.lake.files import FileStore
from wardround.lake.hunts import KeptHunts, digest, files_of_pack

FORM = "hunt-1"


def store() -> FileStore:
    """The files of this installation."""
    return FileStore(settings.HOME.files)


def opened(batch: LogBatch, *, host: str) -> core.Source:
    """A log as it is searched: named by its batch, checked against its hash. Raises WardroundError when it was changed."""
    stream: BinaryIO = store().open(batch.sha256, verify=True)
    return core.Source(str(batch.public_id), stream, host=host, could_have_been_altered=batch.from_host)


def kept_searches(batches: Sequence[LogBatch], *, hosts: Mapping[str, str], pack: str) -> dict[str, tuple[str, Searched]]:
    """What this pack's earlier hunts kept of these logs, by batch: the newest of this engine and this host, with its document."""
    newest: dict[str, str] = {}
    rows = KeptSearch.unscoped.filter(batch__in=batches, engine=engine(), pack=pack).select_related("batch")
    for row in rows.order_by("at", "pk"):
        if row.host == hosts[str(row.batch.public_id)]:
            newest[str(row.batch.public_id)] = row.sha256
    return {name: (newest[name], searched) for name, searched in KeptHunts(store()).searches(newest).items()}


def keep_searches(
    act: Act,
    again: Again,
    *,
    known: Mapping[str, tuple[str, Searched]],
    batches: Sequence[LogBatch],
    hosts: Mapping[str, str],
    pack: str,
) -> dict[str, str]:
    """Keep what the logs gave, where it is not what was known; returns the document of every log."""
    kept, documents = KeptHunts(store()), {}
    for name, searched in again.searched.items():
        document, before = known.get(name, ("", None))
        documents[name] = document if searched is before else kept.keep_search(searched)
    KeptSearch.unscoped.bulk_create(
        KeptSearch(
            organisation=batch.organisation,
            batch=batch,
            host=hosts[str(batch.public_id)],
            engine=engine(),
            pack=pack,
            at=act.at,
            sha256=documents[str(batch.public_id)],
        )
        for batch in batches
        if str(batch.public_id) in again.new
    )
    return documents


def keep_run(hunt: Hunt, again: Again, *, pack: core.Pack, batches: Sequence[LogBatch], documents: Mapping[str, str]) -> str:
    """Keep the whole run as one document; returns its hash."""
    kept = KeptHunts(store())
    return kept.keep(
        {
            "form": FORM,
            "at": hunt.at.isoformat(),
            "by": hunt.by,
            "version": version("wardround"),
            "engine": hunt.engine,
            "pack": {
                "name": pack.name,
                "version": pack.version,
                "sha256": pack.sha256,
                "files": kept.keep_rules(files_of_pack(bundled_folder(pack.name))),
                "rules": fingerprints(pack.rules),
                "indicators": hunt.indicators_hash,
            },
            "logs": [
                {
                    "batch": str(b.public_id),
                    "host": next(run.coverage.host for run in again.searched[str(b.public_id)].runs),
                    "filename": b.filename,
                    "sha256": b.sha256,
                    "from_host": b.from_host,
                    "search": documents[str(b.public_id)],
                }
                for b in batches
            ],
            "hosts": hunt.hosts,
            "statement": hunt.statement,
            "result": result_document(again.result),
        }
    )


def indicators_hash(pack: core.Pack) -> str:
    """One hash over a pack's indicator lists; empty for none."""
    return digest(pack.indicators)


def check(act: Act, *, hunt: Hunt) -> HuntCheck:
    """Hold a kept hunt against its files and run it again with the rules as they were. Every difference is said, none mended."""
    act.access.demand("hunt.run", hunt.organisation)
    found, notes = _checked(hunt)
    with transaction.atomic():
        made = HuntCheck.unscoped.create(
            organisation=hunt.organisation, hunt=hunt, at=act.at, by=act.who, differences=found, notes=notes
        )
        document = {"differences": found, "notes": notes, "document": hunt.document}
        record(act, organisation=hunt.organisation, what="hunt checked", subject=hunt.public_id, document=document)
    return cast(HuntCheck, made)


def _checked(hunt: Hunt) -> tuple[list[str], list[str]]:
    """What differs, and what is worth knowing beside it."""
    if gone := hunt.batches.exclude(removed_at=None).first():
        when = f"{gone.removed_at:%d %b %Y}"
        notes = [f"Logs were removed on {when} under the rules of retention: the statement and the hashes are left."]
        return _logs_changed(list(hunt.batches.filter(removed_at=None))), notes
    if not hunt.document:
        notes = ["This hunt was run before whole runs were kept: only its logs can be checked, not its result."]
        return _logs_changed(list(hunt.batches.all())), notes
    kept = KeptHunts(store())
    try:
        document = kept.read(hunt.document)
    except (WardroundError, OSError) as problem:
        return [f"the record of the run itself: {problem}"], []
    found = [] if document["statement"] == hunt.statement else ["the statement is not the one that was kept with the run"]
    by_id = {str(b.public_id): b for b in hunt.batches.all()}
    if sorted(log["batch"] for log in document["logs"]) != sorted(by_id):
        found.append("the logs that the hunt names are not those of the kept run")
    found += _logs_changed(list(by_id.values()))
    notes = _since_then(document)
    if found:
        return found, [*notes, "The hunt was not run again: what it would read is not what it read."]
    try:
        rules, indicators = kept.ready(document["pack"]["files"], pack=document["pack"]["name"])
    except (WardroundError, OSError) as problem:
        return [f"the rules as they were: {problem}"], notes
    if rules.sha256 != document["pack"]["sha256"]:
        found.append("the kept rule files are not the rules of that run")
    return [*found, *_run_again(document, by_id, rules, indicators)], notes


def _logs_changed(batches: Sequence[LogBatch]) -> list[str]:
    found = []
    for batch in batches:
        try:
            store().open(batch.sha256, verify=True).close()
        except (WardroundError, OSError) as problem:
            found.append(f"log {batch.filename} of {batch.host}: {problem}")
    return found


def _since_then(document: Mapping[str, Any]) -> list[str]:
    """What has changed since, and makes no difference to the evidence."""
    notes = []
    if document["engine"] != engine():
        notes.append(f"The run was made by another version (wardround {document['version']}): a difference may come from that.")
    try:
        today = core.load_pack(document["pack"]["name"])
    except WardroundError:
        return [
            *notes,
            f"The pack {document['pack']['name']} does not come with this version any more; the rules as they were are kept.",
        ]
    if today.sha256 != document["pack"]["sha256"]:
        then, now = document["pack"]["rules"], fingerprints(today.rules)
        changed = sorted(rule for rule in then.keys() | now.keys() if then.get(rule) != now.get(rule))
        notes.append(
            f"The pack has changed since: {len(changed)} rules are new, gone or ask something else. Hunt again to use them."
        )
    return notes


def _run_again(
    document: Mapping[str, Any], batches: Mapping[str, LogBatch], rules: RuleSet, indicators: IndicatorSet | None
) -> list[str]:
    """A second whole run, of which nothing is kept, against the kept result."""
    logs = {log["batch"]: partial(opened, batches[log["batch"]], host=log["host"]) for log in document["logs"]}
    now = result_document(hunt_again(logs, rules=rules, known={}, searching=FastSearcher, indicators=indicators).result)
    said = differences(document["result"], now)
    for log in document["logs"]:
        said = [one.replace(log["batch"], log["filename"]) for one in said]
    return said
