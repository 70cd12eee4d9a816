"""People at work in a real browser: what they click, what they read, and that axe-core finds nothing grave on the way."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Response
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.home import Home

from ..hub.builders import (
    EXPLOIT,
    KEV,
    PUBLISHED,
    WINDOW,
    a_clock,
    a_log,
    a_person,
    a_server,
    a_snapshot,
    a_table,
    an_alert,
    an_officer,
    an_organisation,
    at,
    feeds_with,
    filler,
    logs,
    response_of,
    the_centre,
)
from ..hub.conftest import a_hub

BETWEEN = (320, 700, 900, 1024)
Faults = Callable[[Page], list[str]]


@pytest.fixture
def home(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Home]:
    """An empty hub on 20 May that a live server shows. Passwords are hashed quickly: it is no secret here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with a_hub(tmp_path / "home") as home:
        a_clock(at(20, 9))
        yield home


@pytest.fixture
def walk(live_server: LiveServer, home: Home, serious_faults: Faults) -> Callable[[Page, User], "Walker"]:
    """Somebody who is signed in walks."""

    def start(page: Page, user: User) -> "Walker":
        carry(page.context, user, live_server.url)
        walker = Walker(page, live_server.url, serious_faults)
        page.goto(live_server.url)
        walker.look()
        return walker

    return start


def carry(context: BrowserContext, user: User, url: str) -> None:
    """A browser in which somebody is signed in: how they do that has journeys of its own."""
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key or "", "url": url}])


class Walker:
    """A person with a browser. No page may scroll sideways; axe-core looks at each kind once a width."""

    looked: ClassVar[set[tuple[str, str, int]]] = set()

    def __init__(self, page: Page, url: str, faults: Faults) -> None:
        self.page, self.url, self.faults = page, url, faults

    def look(self) -> None:
        self.page.wait_for_load_state()
        width: int = self.page.evaluate("innerWidth")
        seen = (kind_of(self.page.url.removeprefix(self.url)), self.page.title(), width)
        if seen not in self.looked:
            assert self.faults(self.page) == [], self.page.url
            self.looked.add(seen)
            for other in BETWEEN:
                self.page.set_viewport_size({"width": other, "height": 844})
                self.fits(other)
            self.page.set_viewport_size({"width": width, "height": 844})
        self.fits(width)

    def fits(self, width: int) -> None:
        sideways = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sideways <= 0, f"{self.page.url} at {width} pixels scrolls sideways by {sideways}"

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).click()
        self.look()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.locator("main, header, nav").get_by_role("link", name=name).first.click()
        self.look()

    def reads(self, *words: str) -> None:
        for text in words:
            expect(self.page.locator("main")).to_contain_text(text)


def a_trust(*, rows: int = 0) -> tuple[Organisation, User]:
    """An organisation with an EPMM server that stands open since before the alert of 19 May, and its person."""
    feeds_with(PUBLISHED, KEV, now=at(19, 8))
    trust = an_organisation("EPM1")
    a_snapshot(trust, [a_server(), *filler(rows)], taken=at(12))
    an_alert(at(19, 9))
    return trust, a_person(trust)


def upload_inventory(walker: Walker, folder: Path, version: str) -> None:
    """Bring a newer inventory of the same source, and look at how it is read."""
    file = folder / "inventory.csv"
    file.write_bytes(a_table([a_server(version=version)]))
    walker.page.get_by_label("Source").fill("perimeter")
    walker.page.get_by_label("Inventory file").set_input_files(file)
    walker.page.get_by_label(re.compile("^Edge appliance")).check()
    walker.press("Read it and show me")
    walker.reads("Nothing is imported yet", version)
    walker.press("Import it")


def upload_logs(walker: Walker, folder: Path, data: bytes) -> None:
    file = folder / "access.log"
    file.write_bytes(data)
    walker.page.get_by_label("Log file").set_input_files(file)
    walker.page.get_by_label("From a log server or forwarder").check()
    walker.press("Upload")


def test_the_centre_drafts_previews_and_issues(browser_page: Page, walk: Callable[[Page, User], Walker]) -> None:
    feeds_with(PUBLISHED, now=at(14, 8))
    trust = an_organisation("EPM1")
    a_snapshot(trust, [a_server()], taken=at(12))
    a_clock(at(14, 9))
    officer = walk(browser_page, an_officer())
    officer.follow("Candidates")
    officer.follow("Draft an alert on CVE-2025-4427")
    officer.page.get_by_label("What to do").fill("Patch: install the fix of your branch.")
    officer.page.get_by_label("Title").fill("")
    officer.press("Keep the draft and preview it")
    officer.reads("There is a problem", "Write a title")
    expect(officer.page.get_by_label("What to do")).to_have_value("Patch: install the fix of your branch.")
    officer.page.get_by_label("Title").fill("EPMM is exploited")
    officer.press("Keep the draft and preview it")
    officer.reads("It goes to 1 organisation at 1 address", "Patch: install the fix of your branch.")
    assert not Response.unscoped.exists()
    officer.press("Issue it to 1 organisation now")
    officer.reads("Revision 1 is issued to 1 organisation.", "not acknowledged")
    assert Response.unscoped.get().organisation == trust


def test_an_organisation_acknowledges_fixes_hunts_and_closes(
    browser_page: Page, walk: Callable[[Page, User], Walker], tmp_path: Path
) -> None:
    _, user = a_trust()
    person = walk(browser_page, user)
    person.reads("Do this next: ", "Revision 1")
    person.follow("Acknowledge")
    person.press("I have read it: acknowledge")
    person.reads("Acknowledged.", "Nobody has confirmed whether the alert applies")
    person.follow("Confirm whether it applies")
    person.reads("The inventory proposes: applies (1 affected")
    person.page.get_by_label("applies", exact=True).check()
    person.press("Confirm")
    person.follow("Import a newer inventory")
    person.follow("Import an inventory")
    upload_inventory(person, tmp_path, "12.4.0.2")
    person.reads("Imported: 1 install on 1 asset")
    person.follow("Alerts")
    person.reads("being verified")
    person.follow(re.compile("Open the response"))
    person.reads("shown fixed", "not hunted")
    person.follow("Upload logs")
    gap = (at(5, 3), at(5, 9))
    upload_logs(person, tmp_path, a_log(WINDOW, at(20, 9), silent=gap))
    person.reads("The log is kept.")
    person.follow("Run the hunt")
    person.press("Hunt now")
    person.reads("hours of mdm-01 with", "no trace found in what was searched")
    person.follow("Accept this coverage")
    person.press("Accept this coverage")
    person.reads("Everything that was asked for is here")
    person.follow("Close the response")
    person.reads("The evidence allows it to close as window partly visible")
    person.press("Close it")
    person.reads("The response is closed.", "closed: window partly visible")
    person.follow("Alerts")
    person.reads("Nothing left to do")


def test_an_impatient_second_press_sends_nothing_twice(browser_page: Page, walk: Callable[[Page, User], Walker]) -> None:
    _, user = a_trust()
    person = walk(browser_page, user)
    person.page.goto(f"{person.url}/responses/{Response.unscoped.get().public_id}/acknowledge/")
    person.page.evaluate("sent = 0; document.forms[1].addEventListener('submit', e => { e.preventDefault(); sent++ })")
    person.page.get_by_role("button", name="I have read it").dblclick()
    assert person.page.evaluate("sent") == 1


def test_closing_is_refused_with_everything_that_is_missing(browser_page: Page, walk: Callable[[Page, User], Walker]) -> None:
    _, user = a_trust()
    person = walk(browser_page, user)
    person.follow(re.compile("Open the response"))
    person.follow("Close the response")
    person.reads("It cannot close yet. What is missing:", "not acknowledged", "mdm-01", "hunted")
    expect(person.page.get_by_role("button", name="Close it")).to_have_count(0)


def test_a_detection_becomes_an_incident_and_keeps_the_response_open(
    browser_page: Page, walk: Callable[[Page, User], Walker]
) -> None:
    trust, user = a_trust()
    a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(19, 20))
    logs(trust, until=at(20, 8), traces={at(15, 3): EXPLOIT})
    person = walk(browser_page, user)
    person.follow(re.compile("Open the response"))
    person.follow("Run the hunt")
    person.press("Hunt now")
    person.reads("Detections (")
    person.follow("Judge the detections")
    person.follow(re.compile("Java expression"))
    person.reads("with ten lines around it", "not judged")
    person.page.get_by_label("real: open a new incident").check()
    person.press("Record the judgement")
    person.reads("There is a problem", "say what was seen")
    expect(person.page.get_by_label("real: open a new incident")).to_be_checked()
    person.page.get_by_label("Reason").fill("Somebody ran code before the patch.")
    person.press("Record the judgement")
    person.reads("part of an incident")
    person.follow("HSA-2025-001")
    person.reads("Incident EPM1-INC-001 has been open since")
    person.follow("Close the response")
    person.reads("It cannot close yet", "EPM1-INC-001")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_read_only_person_sees_everything_and_no_button(
    width: int, browser_page: Page, walk: Callable[[Page, User], Walker]
) -> None:
    trust, _ = a_trust()
    browser_page.set_viewport_size({"width": width, "height": 844})
    reader = walk(browser_page, a_person(trust, Membership.Role.READ_ONLY))
    reader.follow(re.compile("Open the response"))
    reader.reads("Why it cannot close yet", "mdm-01")
    buttons = reader.page.locator("main").get_by_role("button").or_(reader.page.locator("main .nhsuk-button"))
    expect(buttons).to_have_count(0)
    reader.page.goto(f"{reader.url}/responses/{response_of(trust).public_id}/acknowledge/")
    reader.reads("You may not do this")
    reader.look()


def test_an_alert_is_acknowledged_on_a_phone_with_the_keyboard_alone(
    phone_page: Page, walk: Callable[[Page, User], Walker]
) -> None:
    _, user = a_trust()
    person = walk(phone_page, user)
    person.page.keyboard.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to main content")).to_be_focused()
    person.page.keyboard.press("Enter")
    tab_to(person.page, "Acknowledge")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("/acknowledge/"))
    person.look()
    tab_to(person.page, "I have read it: acknowledge")
    person.page.keyboard.press("Enter")
    person.reads("Acknowledged.")
    person.look()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words, and can be seen to have it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"no way to {words!r} by the keyboard")


def test_a_page_works_without_script(browser: object, live_server: LiveServer, home: Home) -> None:
    """Everything is there before, and without, the script."""
    _, user = a_trust()
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    carry(context, user, live_server.url)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("link", name="Acknowledge").click()
    page.get_by_role("button", name="I have read it: acknowledge").click()
    expect(page.locator("main")).to_contain_text("Acknowledged.")
    context.close()


def test_a_closed_response_prints_its_exact_times(browser_page: Page, walk: Callable[[Page, User], Walker]) -> None:
    _, user = a_trust()
    person = walk(browser_page, user)
    person.follow(re.compile("Open the response"))
    person.page.emulate_media(media="print")
    stamp = person.page.locator("main time").first.evaluate("e => getComputedStyle(e, '::after').content")
    assert re.search(r"2025-05-\d\d", stamp)
    expect(person.page.get_by_role("navigation", name="Menu")).to_be_hidden()


def test_nobody_of_the_centre_reads_an_asset_on_any_page_they_can_reach(
    browser_page: Page, walk: Callable[[Page, User], Walker]
) -> None:
    a_trust(rows=3)
    walker = walk(browser_page, an_officer())
    for address in reachable(walker, limit=30):
        assert "mdm-01" not in walker.page.goto(f"{walker.url}{address}").text(), address  # type: ignore[union-attr]
    assert the_centre()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_that_a_person_can_reach_has_no_grave_fault(
    width: int, browser_page: Page, walk: Callable[[Page, User], Walker]
) -> None:
    trust, user = a_trust(rows=60)
    logs(trust, until=at(20, 8), traces={at(15, 3): EXPLOIT}, silent=(at(2), at(2) + timedelta(hours=5)))
    browser_page.set_viewport_size({"width": width, "height": 844})
    walker = walk(browser_page, user)
    walker.follow(re.compile("Open the response"))
    walker.follow("Run the hunt")
    walker.press("Hunt now")
    seen = reachable(walker, limit=60)
    assert len(seen) > 25


def kind_of(address: str) -> str:
    """An address without its ids and questions."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|CVE-[\d-]+", "_", address).partition("?")[0]


def reachable(walker: Walker, *, limit: int) -> list[str]:
    """Every kind of page that links lead to; each is looked at. Two addresses of one kind differ in ids and questions only."""
    kinds: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(kinds) < limit:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in kinds:
            continue
        kinds[kind] = address
        answer = walker.page.goto(f"{walker.url}{address}")
        assert answer is not None
        assert answer.status == 200, address
        walker.look()
        hrefs = walker.page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href'))")
        waiting += [href.partition("#")[0] for href in hrefs]
    return list(kinds.values())
