"""A page of somebody that has said nothing bad, and what every page must be: open to all, and within its screen."""

from collections.abc import Generator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

from segops_pipeline_tests.web.conftest import People, context_of

LOOKS = ((1300, "light"), (400, "dark"))


@contextmanager
def looking(chromium: Browser, people: People, role: str = "editor", **options: object) -> Generator[Page]:
    """A page of somebody, wide, light and English; no error of a script and no attack may happen on it."""
    given = {"viewport": {"width": 1300, "height": 900}, "color_scheme": "light", "locale": "en-GB", **options}
    context = context_of(chromium, people, role, **given)
    page = context.new_page()
    failed: list[str] = []

    def attacked(dialog: Dialog) -> None:
        failed.append(dialog.message)
        dialog.dismiss()

    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("dialog", attacked)
    try:
        yield page
        assert failed == []
        assert page.evaluate("window.hacked === undefined")
    finally:
        context.close()


def assert_sound(page: Page) -> None:
    """Nothing that keeps somebody out, and nothing beside the screen: wide and light, narrow and dark."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] - one of its words
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1300, "height": 900})
    page.emulate_media(color_scheme="light")
