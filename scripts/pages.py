"""Pictures of the pages, for scripts/screenshots.py: the wizard, its plan, the history, on sample catalogues.

What belongs here: what is done on the pages before each picture. What doesn't: starting the system.
"""

from pathlib import Path

from playwright.sync_api import Browser, Page

WIDTH = 1300
CALM_MILLISECONDS = 1200


def pictures(browser: Browser, way_in: str, mapped: Path, planned: Path, output: Path) -> None:
    """Take all of them.

    Args:
        browser: that is open.
        way_in: the link that signs the owner in.
        mapped: the catalogue whose mapping is shown.
        planned: the next issue of a catalogue that is imported, whose plan is shown.
        output: the folder of the pictures.
    """
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 900}, locale="en-GB", timezone_id="UTC", color_scheme="light"
    )
    page = context.new_page()
    page.goto(way_in)
    page.wait_for_url("**/pim")
    address = page.url.removesuffix("/pim")
    _upload(page, address, mapped)
    _take(page, output / "wizard.png", 1180)
    _upload(page, address, planned)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Import ").wait_for()
    _take(page, output / "plan-page.png", 900)
    page.get_by_role("button", name="Import ").click()
    page.get_by_test_id("imported").filter(has_text="Imported").wait_for()
    page.goto(f"{address}/pim/imports")
    page.locator(".job").first.wait_for()
    _take(page, output / "history.png", 500)
    context.close()


def _upload(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}/pim/import")
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_url("**job=*")
    page.get_by_role("button", name="Next").wait_for()


def _take(page: Page, target: Path, height: int) -> None:
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(CALM_MILLISECONDS)  # what slides in has slid in
    page.screenshot(path=target)
