"""The wizard with many columns: how soon it can be worked with, and how soon a changed mapping is drawn.

Measured in Chromium, on the running system: from the address to all columns, in a browser that has never been there and
in one that has; and from a choice to the next frame that shows it.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.figures import Figure
from benchmarks.installation import installation
from benchmarks.running import CHROMIUM_OPTIONS, running
from segops_pipeline.access.owner import ensure_owner
from segops_pipeline.access.sessions import open_session
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.secret import secret_of
from segops_pipeline.web.security.who import session_cookie

COLUMNS = 300
MOST_SECONDS = 2.0
MOST_MILLISECONDS = 150.0
CHANGES = 9
ALL_DRAWN = f"document.querySelectorAll('.map-column').length === {COLUMNS}"
# Chooses another target for a column, and waits for the frame after which its row shows it.
CHANGE = """
async (place) => {
    const row = document.querySelectorAll('.map-column')[place];
    const select = row.querySelector('select');
    select.focus();
    await new Promise(requestAnimationFrame);
    const before = row.outerHTML;
    const started = performance.now();
    select.value = select.value === '' ? 'name' : '';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    while (row.outerHTML === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
}
"""


def measure(repetitions: int) -> list[Figure]:
    """Open a file of many columns again and again, and change its mapping."""
    with (
        tempfile.TemporaryDirectory(prefix="segops-bench-") as folder,
        installation() as settings,
        running(settings),
        open_stores(settings) as stores,
        sync_playwright() as playwright,
    ):
        program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        visit = _Visit(stores, Path(folder), browser)
        fresh, again, changed = [], [], []
        for _ in range(repetitions):
            context = visit.context()
            page = context.new_page()
            fresh.append(visit.ready(page))
            again.append(visit.ready(page))
            changed += [page.evaluate(CHANGE, place) for place in range(2, 2 + CHANGES)]
            context.close()
        browser.close()
    part = f"wizard: {COLUMNS} columns"
    return [
        Figure(part, "ready, in a browser that has never been there", fresh, bar=MOST_SECONDS),
        Figure(part, "ready, in one that has", again, bar=MOST_SECONDS),
        Figure(part, "a changed mapping is drawn", changed, "ms", MOST_MILLISECONDS),
    ]


class _Visit:
    """The owner at the wizard of a job with many columns."""

    def __init__(self, stores: Stores, folder: Path, browser: Browser) -> None:
        self._browser = browser
        address = UpState.read(stores.settings).pages
        assert address is not None
        self._address = address
        secret = secret_of(stores.settings)
        session = open_session(stores.database, ensure_owner(stores.database).id, stores.settings)
        self._cookie = session_cookie(secret, session)
        headers = {"X-CSRF-Token": csrf_token(secret, session), "Cookie": "=".join(self._cookie)}
        file = _wide_file(folder)
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client, file.open("rb") as content:
            answer = client.post("/api/pim/import/csv/", files={"file": (file.name, content, "text/csv")})
        answer.raise_for_status()
        self._url = f"{address}/pim/import?job={answer.json()['job_id']}"

    def context(self) -> BrowserContext:
        """A browser that has never been there, signed in."""
        context = self._browser.new_context(viewport={"width": 1300, "height": 900})
        name, value = self._cookie
        context.add_cookies([{"name": name, "value": value, "url": self._address, "httpOnly": True}])
        return context

    def ready(self, page: Page) -> float:
        """Seconds from the address to all columns."""
        page.goto("about:blank")
        started = time.monotonic()
        page.goto(self._url, wait_until="commit")
        page.wait_for_function(ALL_DRAWN, polling="raf")
        return time.monotonic() - started


def _wide_file(folder: Path) -> Path:
    file = folder / "wide.csv"
    headers = ["sku", "name", *(f"Attribute {number}" for number in range(COLUMNS - 2))]
    rows = [",".join([f"S{row}", f"Product {row}", *(f"{row * number % 97}" for number in range(COLUMNS - 2))])
            for row in range(50)]  # fmt: skip
    file.write_text("\n".join([",".join(headers), *rows]), encoding="utf-8")
    return file
