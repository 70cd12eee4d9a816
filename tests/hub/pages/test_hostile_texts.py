"""Hostile text in every field that people or machines fill: no page runs it, none evaluates it, no download carries it on."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField
from django.test import Client
from django.urls import reverse

from wardround.core.record import verify
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Assessment, PutOffHunt, Word
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.audit.sealing import seal, signing_key
from wardround.hub.audit.services import record
from wardround.hub.hunts.models import Hunt, HuntCheck
from wardround.hub.organisations.access import Act, TenantModel, system_access
from wardround.hub.organisations.models import Agreement, Contact, Delegation, Invitation, NamedPerson, Organisation, Sharing
from wardround.hub.retention.models import Hold
from wardround.hub.signin.models import Device, SignIn
from wardround.hub.suppliers.models import Answer, Reply

from ..builders import a_person, a_row
from .demonstration import Demonstration
from .test_every_route import HOME, NAMES, arguments, asked_about, the_supplier
from .test_what_others_read import KEYS

pytestmark = pytest.mark.django_db

CANARY = "<script>x</script>\"onx='</textarea>{{7*7}}"
# Apps of libraries, whose rows no page of ours shows as text, and workers.
OTHERS = {"account", "auth", "contenttypes", "django_tasks_database", "mfa", "sessions", "socialaccount", "workers"}
# What the hub made itself, looks things up by, or chooses among: digests, keys, words of its tables. Nobody writes freely there.
FIXED = {
    *("digest", "sha256", "pack_hash", "indicators_hash", "public_key", "signature", "sealed", "key", "session_key", "password"),
    *("code", "reference", "severity", "marking", "product_class", "policy", "pack", "cve", "cves", "scope", "sees", "kind"),
    *("status", "engine", "format", "shape", "level", "phase", "about", "post", "decision", "counts", "role", "factor", "gaps"),
}
# Documents whose other values are words of the hub's own tables; and what is held to its digest, so that nobody can change it.
BY_KEY: set[type[Model]] = {Assessment, Hunt, Word}
SEALED = {("Entry", "document"), ("Entry", "canonical"), ("Hunt", "document")}
NONE_YET = (Agreement, Contact, Delegation, Invitation, NamedPerson, Sharing, Hold)


def planted(value: Any, key: str = "", *, keys: set[str] | None = None) -> Any:
    """A document with the canary behind every text in it, or behind those of some keys."""
    if isinstance(value, dict):
        return {k: planted(one, k, keys=keys) for k, one in value.items()}
    if isinstance(value, list):
        return [planted(one, key, keys=keys) for one in value]
    return f"{value} {CANARY}" if isinstance(value, str) and (keys is None or key in keys) else value


def texts(model: type[Model]) -> list[Any]:
    """The fields of a model that somebody or a machine fills with words."""
    return [
        field
        for field in model._meta.fields
        if isinstance(field, (CharField, TextField, JSONField))
        and not field.choices
        and field.name not in FIXED
        and (model.__name__, field.name) not in SEALED
    ]


def plant() -> set[str]:
    """The canary in every row's texts; which fields now hold it."""
    done = set()
    for model in apps.get_models():
        if model._meta.app_label in OTHERS:
            continue
        rows: Any = model.unscoped if issubclass(model, TenantModel) else model._default_manager
        for row in rows.all():
            changed = {}
            for field in texts(model):
                value = getattr(row, field.name)
                if isinstance(field, JSONField):
                    changed[field.name] = planted(value, keys=KEYS if model in BY_KEY else None)
                else:
                    changed[field.name] = f"{row.pk if field.unique else ''}{CANARY} {value}"[: getattr(field, "max_length", None)]
                done.add(f"{model.__name__}.{field.name}")
            if not (model in (Entry, Checkpoint) and connection.vendor == "postgresql"):  # it is only added to there
                rows.filter(pk=row.pk).update(**changed)
    return done


class Run(HTMLParser):
    """What a browser would run of a page: scripts that are not the hub's files, attributes that listen, addresses that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what of it would run."""
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append(f"<{tag}> {given}")
        self.found += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        self.found += [f"<{tag} {name}>" for name, value in given.items() if value.strip().lower().startswith("javascript:")]


def run_of(html: str) -> list[str]:
    """What of a page a browser would run, the canary as it was planted, and what it evaluates to."""
    page = Run()
    page.feed(html)
    return page.found + [bad for bad in ("<script>x", "</textarea>{{", "</textarea>49", "&lt;/textarea&gt;49") if bad in html]


@pytest.mark.parametrize("html", [CANARY, f'<p title="{CANARY}">', "<a href=' JavaScript:x'>", "<p>&lt;/textarea&gt;49"])
def test_what_would_run_is_found(html: str) -> None:
    assert run_of(html)


def browser(person: User) -> Client:
    """Somebody is signed in, and both the session and the browser are known."""
    client = Client()
    client.force_login(person)
    now = clock.now()
    SignIn.objects.filter(user=person).delete()
    usual = {"browser": "x", "started_at": now, "seen_at": now}
    SignIn.objects.create(user=person, session_key=client.session.session_key, by="password", **usual)
    Device.objects.create(user=person, digest=str(person.pk), browser="x", first_at=now, seen_at=now)
    return client


def test_no_page_runs_what_was_written_into_any_field(demo: Demonstration) -> None:
    """Every address, by whoever there is to read it. 400 places or more show the canary, or the pages were empty."""
    demo.a_third_draft()
    home, supplier, centre = demo.organisation(HOME), the_supplier(), Organisation.objects.get(kind="centre")
    for model in NONE_YET:
        a_row(model, home)
    for model in (Answer, Reply):
        a_row(model, supplier)
    now = clock.now()
    HuntCheck.unscoped.create(
        organisation=home, hunt=Hunt.unscoped.filter(organisation=home)[0], at=now, differences=["x"], notes=["x"]
    )
    PutOffHunt.unscoped.create(organisation=home, response=demo.response(HOME), why="x", until=now, seconds=1)
    addresses = [reverse(name, args=arguments(name, demo)) + asked_about(name, demo) for name in NAMES if name != "sign-out"]
    addresses += ["/outbox/?show=sent", "/outbox/?show=waiting", "/organisations/?show=open", "/estates/?q=%3Cscript%3Ex%22onx="]
    people = [(home, "organisation"), (home, "siro"), (centre, "national"), (supplier, "supplier")]
    signed_in = [(role, browser(a_person(organisation, role))) for organisation, role in people]
    planted_in = plant()
    every = {f"{m.__name__}.{f.name}" for m in apps.get_models() if m._meta.app_label not in OTHERS for f in texts(m)}
    assert every - planted_in == set()
    shown, wrong = 0, []
    for role, client in signed_in:
        for address in addresses:
            answer = client.get(address)
            if answer.status_code >= 500 and not address.startswith("/ready"):
                wrong.append((role, address, str(answer.status_code)))
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            html = answer.getvalue().decode()
            shown += html.count("&lt;script&gt;x")
            wrong += [(role, address, found) for found in run_of(html)]
    assert wrong == []
    assert shown > 400


def test_the_record_s_download_is_a_file_of_one_entry_a_line(demo: Demonstration) -> None:
    """Whatever stands in the record, line ends too: the file is the hub's by name, nothing a browser shows, and whole."""
    home, now = demo.organisation(HOME), clock.now()
    hostile = {"text": f"=1+1\r\n{CANARY}\u2028\n{{}}"}
    record(Act(system_access(CANARY), now), organisation=home, what="noted", subject=CANARY, document=hostile)
    seal(home, at=now)
    client = browser(a_person(home, "organisation"))
    answer = client.get(reverse("record-export", args=[HOME]))
    assert answer.headers["Content-Type"] == "application/jsonl"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="record-{HOME}.jsonl"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    content = answer.getvalue().splitlines(keepends=True)
    lines = [json.loads(line) for line in content]
    assert all(isinstance(line, dict) for line in lines)
    assert "=1+1" in json.dumps(lines)
    (found,) = verify(content, name="download", keys=[signing_key().public_key()])
    assert found.faults == ()
