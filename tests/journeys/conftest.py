"""A real browser: Debian's chromium, driven by Playwright, with axe-core looking at what it shows."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

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
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)


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
def wrong() -> Iterator[list[str]]:
    """What went wrong under the pages of a test: requests to another host, errors in scripts. Must be empty when it ends."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
def browser_page(browser: Browser, wrong: list[str]) -> Iterator[Page]:
    """A fresh page on a desktop, signed in nowhere."""
    with browser.new_context(locale="en-GB", timezone_id="Europe/London", viewport=DESKTOP) as context:
        yield watched(context.new_page(), wrong)


@pytest.fixture
def phone_page(browser: Browser, wrong: list[str]) -> Iterator[Page]:
    """The same on a phone."""
    with browser.new_context(locale="en-GB", timezone_id="Europe/London", viewport=PHONE, has_touch=True) as context:
        yield watched(context.new_page(), wrong)


def watched(page: Page, wrong: list[str]) -> Page:
    """The page, reaching loopback alone."""

    def only_loopback(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:")):
            route.continue_()
        else:
            wrong.append(f"asked the outside: {route.request.url}")
            route.abort()

    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.set_default_timeout(10_000)
    page.context.route("**/*", only_loopback)
    return page


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
