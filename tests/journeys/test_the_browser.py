"""The browser that the journeys use sees, hears and refuses what it should."""

import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page

GOOD = """<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="nhsuk-frontend/nhsuk-frontend.min.css"></head>
<body><main><h1 class="nhsuk-heading-xl">Alerts</h1><p id="late"></p></main>
<script type="module">import {initAll} from "./nhsuk-frontend/nhsuk-frontend.min.js"; initAll();
document.getElementById("late").textContent = "ready"</script></body></html>"""
NO_LABEL = '<!doctype html><html lang="en"><head><title>A page</title></head><body><main><h1>Form</h1><input></main></body></html>'


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path, root: Path) -> Iterator[str]:
    """A static site on loopback with the built front-end files."""
    (tmp_path / "nhsuk-frontend").symlink_to(root / "src/wardround/hub/static_built/nhsuk-frontend")
    (tmp_path / "good.html").write_text(GOOD)
    (tmp_path / "no_label.html").write_text(NO_LABEL)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_styles_and_scripts_work_without_the_outside(
    browser_page: Page, site: str, serious_faults: Callable[[Page], list[str]]
) -> None:
    browser_page.goto(f"{site}/good.html")
    browser_page.get_by_text("ready").wait_for()
    assert "arial" in browser_page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily")
    assert serious_faults(browser_page) == []


def test_an_input_without_a_label_is_found(phone_page: Page, site: str, serious_faults: Callable[[Page], list[str]]) -> None:
    phone_page.goto(f"{site}/no_label.html")
    assert any(fault.startswith("label:") for fault in serious_faults(phone_page))


def test_what_asks_the_outside_or_breaks_is_seen(browser_page: Page, site: str, tmp_path: Path, wrong: list[str]) -> None:
    (tmp_path / "bad.html").write_text('<img src="https://pictures.example/a.png"><script>noSuchName()</script>')
    browser_page.goto(f"{site}/bad.html", wait_until="networkidle")
    assert sorted(wrong) == ["asked the outside: https://pictures.example/a.png", "script: noSuchName is not defined"]
    wrong.clear()
