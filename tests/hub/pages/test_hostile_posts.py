"""What no form of ours sends: other types, other shapes, too much of it. Refused as the sender's fault, never an error of ours."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse

from wardround.hub.organisations.models import Organisation

from ..builders import a_person
from .demonstration import Demonstration
from .test_every_route import HOME, NAMES, arguments, asked_about, the_supplier

pytestmark = pytest.mark.django_db

URLENCODED, JSON = "application/x-www-form-urlencoded", "application/json"
TOKEN = "a" * 32
NUMBERS = ("-" + "9" * 60, "\0\u202e\u0663")
"""Where a number, an id or a choice is due."""


def fields_of(answer: Any) -> dict[str, bool]:
    """The fields of the form on a page, and which of them take a file."""
    form = answer.context and answer.context.get("form")
    return {name: field.widget.needs_multipart_form for name, field in form.fields.items()} if form is not None else {}


def bodies(fields: dict[str, bool]) -> list[tuple[str, Any, str, set[int]]]:
    """A name for each body, the body, its type, and what it may be answered (nothing stated: whatever is no error of ours)."""

    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile('=a\u202e"x.csv', b"\x00\xff\xfe=1", content_type="text/html")

    other_way = {name: "text where a file is due" if takes else file() for name, takes in fields.items()}
    odd = [{name: file() if takes else value for name, takes in fields.items()} for value in NUMBERS]
    return [
        ("other way round", other_way, MULTIPART_CONTENT, set()),
        *((f"all {one!r}", data, MULTIPART_CONTENT, set()) for one, data in zip(NUMBERS, odd, strict=True)),
        ("10,000 fields", "&".join(f"f{n}=1" for n in range(10_000)), URLENCODED, {400}),
        ("a body over the limit", b"reason=" + b"x" * 6_000_000, URLENCODED, {400, 413}),
        ("a document", b'{"reason":', JSON, set()),
        ("no UTF-8", b"reason=%ff%fe&name=\xff\x00", URLENCODED, set()),
        ("multipart without a boundary", b"--x\r\n", "multipart/form-data", {400}),
        (
            "multipart without an end",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a',
            "multipart/form-data; boundary=x",
            set(),
        ),
        ("deep names", {f"{name}[0][x]": "1" for name in fields} or {"a[b]": "1"}, MULTIPART_CONTENT, set()),
    ]


def test_no_body_makes_an_error_of_ours(demo: Demonstration) -> None:
    """Every address that takes a POST, by the first who may send it one, with a valid token against forged requests."""
    demo.a_third_draft()
    centre = Organisation.objects.get(kind="centre")
    people = [
        (demo.organisation(HOME), "organisation"),
        (demo.organisation(HOME), "siro"),
        (centre, "national"),
        (the_supplier(), "supplier"),
    ]
    wrong: list[tuple[str, str, int]] = []
    tried: set[str] = set()

    for organisation, role in people:
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        client.force_login(a_person(organisation, role))
        client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        for name in NAMES:
            if name in tried or name in ("sign-out", "ready"):
                continue
            address = reverse(name, args=arguments(name, demo)) + asked_about(name, demo)
            if sent(client, address, "", URLENCODED) in (403, 404, 405):
                continue
            tried.add(name)
            for what, body, kind, due in bodies(fields_of(client.get(address))):
                status = sent(client, address, body, kind)
                if status >= 500 or (due and status not in due):
                    wrong.append((name, what, status))
    assert wrong == []
    assert len(tried) > 50


def sent(client: Client, address: str, body: Any, kind: str) -> int:
    """The answer's status to one request, of which nothing stays, not even a session begun anew."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with transaction.atomic():
        answer = client.post(address, body, content_type=kind, headers={"X-CSRFToken": TOKEN})
        transaction.set_rollback(True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    return int(answer.status_code)
