"""A real browser: Debian's chromium, driven by Playwright, with axe-core looking at what it shows."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright's loop runs in the test's own thread, and Django takes that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

QUIET = [
    "--no-sandbox",  # root in a container has no other way
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all journeys; skipped where there is none, which CI does not allow."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A fresh page on a desktop, signed in nowhere. A request to another host or an error in a script fails the test."""
    yield from _page(browser, viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """The same on a phone of 390 by 844 pixels."""
    yield from _page(browser, viewport=PHONE)


def _page(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London", **options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))

    def only_loopback(route: Any) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:")):
            route.continue_()
        else:
            wrong.append(f"asked the outside: {route.request.url}")
            route.abort()

    context.route("**/*", only_loopback)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def serious_faults(root: Path) -> Callable[[Page], list[str]]:
    """A function: what axe-core finds on a page that is serious or critical, one line each (rule, help, first element)."""
    axe = (root / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(axe)
        found = page.evaluate("() => axe.run(document)")["violations"]
        grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
        return [f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:120]}" for fault in grave]

    return look
