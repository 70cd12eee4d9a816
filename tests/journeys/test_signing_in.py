"""People who come in: invited and by passkey, with a lost phone, in an emergency; and a link that is another's."""

import base64
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.hunts.models import LogBatch
from wardround.hub.membership.inviting import invite
from wardround.hub.outbox.models import Message
from wardround.hub.signin import emergency, factors
from wardround.lake.home import Home

from ..hub.builders import (
    KEV,
    PUBLISHED,
    a_clock,
    a_person,
    a_server,
    a_snapshot,
    an_alert,
    an_officer,
    an_organisation,
    at,
    by,
    feeds_with,
    logs,
    response_of,
    system,
    the_centre,
)
from ..hub.conftest import a_hub
from ..hub.signin.people import PASSWORD, code_of, with_password
from .test_journeys import Faults, Walker, carry


@pytest.fixture
def home(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Home]:
    """An empty hub on 20 May."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with a_hub(tmp_path / "home") as home:
        a_clock(at(20, 9))
        yield home


@pytest.fixture
def walker(browser_page: Page, live_server: LiveServer, home: Home, serious_faults: Faults) -> Walker:
    """Somebody at a desk, signed in nowhere, whose computer can keep passkeys."""
    devtools = browser_page.context.new_cdp_session(browser_page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = kind | {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Walker(browser_page, live_server.url.replace("127.0.0.1", "localhost"), serious_faults)


def shot(page: Page, name: str) -> None:
    """A picture, where somebody asks for them, at a desk and on a phone."""
    if folder := os.environ.get("WARDROUND_SHOTS"):
        size = page.viewport_size
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        if size:
            page.set_viewport_size(size)


def by_passkey(walker: Walker, button: str, then: str) -> None:
    """Press a button that asks the browser for a passkey, which answers by itself, and look at the page that comes then."""
    walker.page.get_by_role("button", name=button).click()
    walker.reads(then)
    walker.look()


def first_step(walker: Walker, person: User) -> None:
    walker.page.goto(f"{walker.url}/sign-in/")
    walker.page.get_by_label("E-mail address").fill(person.email)
    walker.page.get_by_label("Password").fill(PASSWORD)
    walker.page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_invitation_leads_to_a_passkey_and_the_passkey_leads_in(walker: Walker) -> None:
    page, trust = walker.page, an_organisation("EPM1")
    links: list[str] = []

    def link(token: str) -> str:
        links.append(f"{walker.url}/invitation/{token}/")
        return links[0]

    invite(by(a_person(trust), at(20)), organisation=trust, email="new@epm1.example", role="organisation", link=link)
    page.goto(links[0])
    walker.look()
    page.get_by_label("Your name").fill("N. Comer (fictitious)")
    for field in page.locator("input[type=password]").all():
        field.fill("four dull words here")
    page.get_by_role("button", name="Accept").click()
    walker.reads("Set up a second factor")
    walker.look()
    shot(page, "set-up")
    page.get_by_role("link", name="Set up a passkey").click()
    shot(page, "add-passkey")
    page.get_by_label("A name for it").fill("My laptop")
    by_passkey(walker, "Set up a passkey", "Your recovery codes")
    assert page.locator("main code").count() == 10
    shot(page, "codes")
    walker.follow("I have them: go on")
    page.goto(f"{walker.url}/account/")
    walker.reads("My laptop", "10 left", "this one")
    walker.look()
    shot(page, "account")
    page.get_by_role("button", name="Sign out").click()
    shot(page, "sign-in")
    by_passkey(walker, "Sign in with a passkey", "Your alerts")
    expect(page.get_by_role("link", name="N. Comer (fictitious)")).to_be_visible()
    assert page.url == f"{walker.url}/"


def test_who_stops_the_passkey_is_told_and_can_try_again(walker: Walker) -> None:
    walker.page.goto(f"{walker.url}/sign-in/")
    walker.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(walker.page.locator("form[data-passkey] [role=alert]")).to_contain_text("Try again, or choose another way")
    walker.look()


def test_a_lost_phone_and_a_recovery_code(walker: Walker) -> None:
    page, person = walker.page, with_password(a_person(an_organisation("EPM1")))
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    factors.add_app(person, secret=secret, code=code_of(secret, periods=-1))
    codes = factors.make_codes(person)
    first_step(walker, person)
    walker.reads("Second step")
    walker.page.get_by_text("I have lost my phone").click()
    walker.look()
    shot(page, "second-step")
    page.get_by_label("Code").fill("000000")
    walker.press("Go on")
    expect(page.get_by_role("alert").first).to_contain_text("Code is not right")
    page.get_by_label("Code").fill(codes[0])
    walker.press("Go on")
    walker.reads("You signed in with a recovery code", "9 are left", "9 left")
    page.get_by_role("link", name="Set up a passkey").click()
    by_passkey(walker, "Set up a passkey", "It is set up.")
    page.get_by_role("link", name="Remove the authenticator app").click()
    walker.press("Remove it")
    walker.reads("Removed the authenticator app")
    assert not factors.held(person).app
    assert Message.unscoped.filter(to=person.email, subject="Wardround: recovery code used").exists()


def test_an_app_is_scanned_on_a_page_that_asks_nobody_else(walker: Walker) -> None:
    page, person = walker.page, with_password(a_person(an_organisation("EPM1")))
    first_step(walker, person)
    page.get_by_role("link", name="Set up an app").click()
    picture = page.get_by_alt_text(re.compile("QR code"))
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_text("I cannot scan it").click()
    walker.look()
    shot(page, "add-app")
    secret = (page.locator("main code").text_content() or "").replace(" ", "")
    page.get_by_label("Code").fill(code_of(secret))
    walker.press("Set it up")
    walker.reads("Your recovery codes")


def test_the_glass_is_broken_and_reviewed(walker: Walker) -> None:
    page, officer = walker.page, an_officer()
    the_centre()
    code = emergency.make(system(at(20)), number=3)[0][1]
    page.goto(f"{walker.url}/sign-in/")
    page.get_by_text("I cannot sign in").click()
    walker.follow("use a sealed code")
    shot(page, "break-glass")
    page.get_by_label("Sealed code").fill(code)
    page.get_by_label("Your full name").fill("Sam Night (fictitious)")
    page.get_by_label("Why you cannot sign in otherwise").fill("The officer on call cannot be reached.")
    walker.press("Break the glass")
    expect(page.get_by_label("Break-glass", exact=True)).to_contain_text("you act as the duty officer by code 1 until")
    shot(page, "glass")
    walker.follow("Messages")
    expect(page.get_by_label("Break-glass", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    carry(page.context, officer, walker.url)
    page.goto(walker.url)
    expect(page.get_by_label("Break-glass", exact=True)).to_contain_text("Sam Night (fictitious)")
    page.get_by_role("link", name="Review it").click()
    walker.reads("The officer on call cannot be reached.", "break-glass used")
    shot(page, "review")
    page.get_by_label("What you found").fill("Rung up; it was right.")
    walker.press("I have reviewed it")
    expect(page.get_by_label("Break-glass", exact=True)).to_be_hidden()
    walker.reads("Rung up; it was right.")
    shot(page, "uses")
    assert Entry.unscoped.filter(what="break-glass reviewed").count() == 1


def test_another_organisations_link_is_refused(walker: Walker) -> None:
    feeds_with(PUBLISHED, KEV, now=at(19, 8))
    trust, other = an_organisation("EPM1"), an_organisation("EPM2")
    a_snapshot(trust, [a_server()], taken=at(12))
    an_alert(at(19, 9))
    logs(trust, until=at(20, 8))
    assert LogBatch.unscoped.count() == 1
    carry(walker.page.context, a_person(other), walker.url)
    links = [f"/responses/{response_of(trust).public_id}/", "/estate/EPM1/", "/record/EPM1/", "/organisations/EPM1/"]
    for link in [*links, links[0] + "acknowledge/", "/break-glass/uses/"]:
        answer = walker.page.goto(f"{walker.url}{link}")
        assert answer
        assert answer.status in (403, 404), link
        assert "mdm-01" not in answer.text()
        walker.look()
