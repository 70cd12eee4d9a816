"""Signing in and out, the headers of every answer, and the pages that say what went wrong."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from wardround.hub.accounts.models import User
from wardround.lake.home import Home

from ..builders import a_clock, a_person, an_organisation, at

pytestmark = pytest.mark.django_db
TEMPLATES = sorted(Path(__file__).parents[3].glob("src/wardround/hub/**/templates/**/*.html"))
PASSWORD = "four dull words here"


@pytest.fixture
def person(hub: Home, settings: object) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    a_clock(at(20))
    user = a_person(an_organisation())
    user.password = make_password(PASSWORD)
    user.save()
    return user


def test_the_right_password_leads_to_the_page_that_was_asked_for(client: Client, person: User) -> None:
    sent = {"username": person.email.upper(), "password": PASSWORD, "next": "/record/"}
    answer = client.post("/sign-in/?next=/record/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/record/")


def test_a_wrong_password_says_so_and_keeps_the_address(client: Client, person: User) -> None:
    answer = client.post("/sign-in/", {"username": person.email, "password": "no"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "There is a problem" in text
    assert "The e-mail address or the password is not right" in text
    assert f'value="{person.email}"' in text


def test_nobody_is_sent_to_another_site_after_signing_in(client: Client, person: User) -> None:
    sent = {"username": person.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/sign-in/", sent)["Location"] == "/"


def test_signing_out_takes_a_post_and_ends_it(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get("/sign-out/").status_code == 405
    out = client.post("/sign-out/")
    assert (out["Location"], out["Clear-Site-Data"]) == ("/sign-in/", '"cache", "storage"')
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_an_empty_hub_says_how_to_begin(client: Client, hub: Home) -> None:
    text = client.get("/sign-in/").content.decode()
    assert "wardround up --demo" in text


def test_a_hub_with_people_does_not(client: Client, person: User) -> None:
    assert "wardround up --demo" not in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize("page", ["/", "/record/", "/sign-in/", "/nowhere/", "/health/"])
def test_every_answer_lets_nothing_in_from_outside_and_is_kept_nowhere(page: str, client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.get(page)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.name)
def test_no_template_holds_inline_script_or_style_or_names_the_outside(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.name)
def test_no_template_promises_what_nobody_can_know(template: Path) -> None:
    words = re.sub(r"{[%#{].*?[%#}]}|<[^>]+>", " ", template.read_text("utf-8"))
    assert re.findall(r"\b(?:safe|clean|secure|compliant|critical)\b", words, re.IGNORECASE) == []


def test_a_form_without_its_token_is_refused_on_a_page_that_says_why(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = client.post("/sign-out/")
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_what_is_not_there_is_said_plainly(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_a_fault_of_the_hub_has_a_page(client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("wardround.hub.pages.alerts.board.national", broken)
    monkeypatch.setattr("wardround.hub.pages.alerts.board.own", broken)
    client.force_login(person)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


def test_a_database_that_does_not_answer_is_unwell(client: Client, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    def no_cursor() -> None:
        raise DatabaseError

    monkeypatch.setattr("wardround.hub.pages.well.connection.cursor", no_cursor)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
