"""The pages on devices, on what is not known and on a recognised export, on a phone and on a desktop."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from wardround.hub.estate.services import import_inventory
from wardround.lake.home import Home

from ..hub.builders import PUBLISHED, a_clock, a_person, a_server, a_snapshot, an_organisation, at, feeds_with, filler, system
from ..hub.conftest import a_hub

HEAD = b"asset_id,product,version,serial number\n"
EXPORT = Path(__file__).parents[1] / "core/estate/exports/defender-hunting.csv"


@pytest.fixture
def home(transactional_db: None, tmp_path: Path) -> Iterator[Home]:
    with a_hub(tmp_path / "home") as home:
        a_clock(at(20, 9))
        yield home


@pytest.fixture
def trust(home: Home) -> Any:
    feeds_with(PUBLISHED, now=at(14))
    made = an_organisation()
    a_snapshot(made, [a_server(), a_server("mdm-02", ""), *filler(5)], taken=at(18))
    for source, rows in (("register", b"EQ-1,W,1,SERIAL-77\nEQ-2,W,1,SERIAL-78\n"), ("agent", b"5f7a-1,W,1,SERIAL-77\n")):
        import_inventory(system(at(20)), organisation=made, data=HEAD + rows, filename="x.csv", source=source, taken_at=at(18))
    twice = HEAD + b"a,p,1,SERIAL-99\nb,p,1,SERIAL-99\n"
    import_inventory(system(at(20)), organisation=made, data=twice, filename="x.csv", source="old list", taken_at=at(18))
    return made


def looked_at(page: Page, name: str, faults: Callable[[Page], list[str]]) -> None:
    """No grave fault, and nothing wider than the screen."""
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if folder := os.environ.get("WARDROUND_SHOTS"):
        size = page.viewport_size
        page.screenshot(path=f"{folder}/{name}-{size['width'] if size else 0}.png", full_page=True)


@pytest.mark.parametrize("screen", ["browser_page", "phone_page"])
def test_they_fit_and_have_no_grave_fault(
    screen: str, request: pytest.FixtureRequest, live_server: LiveServer, trust: Any, serious_faults: Callable[[Page], list[str]]
) -> None:
    page: Page = request.getfixturevalue(screen)
    client = Client()
    client.force_login(a_person(trust))
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    for name in ("estate-of", "estate-devices", "estate-coverage"):
        page.goto(live_server.url + reverse(name, args=[trust.code]))
        looked_at(page, name, serious_faults)
    page.goto(live_server.url + reverse("estate-import", args=[trust.code]))
    page.get_by_label("Source").fill("defender")
    page.get_by_label("Inventory file").set_input_files(EXPORT)
    page.get_by_role("button", name="Read it and show me").click()
    page.get_by_text("This is: Microsoft Defender for Endpoint").wait_for()
    looked_at(page, "estate-recognised", serious_faults)
