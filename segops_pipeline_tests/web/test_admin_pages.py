"""The pages of an admin, an editor and a viewer, each as a journey; what is drawn is checked for access at its end."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files

import httpx
from nicegui import ui
from playwright.sync_api import Browser, Dialog, Locator, Page, Route, expect

from segops_pipeline.access.members import set_role
from segops_pipeline.access.sessions import open_session
from segops_pipeline.access.users import create_user
from segops_pipeline_tests.web.conftest import People, context_of

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LOOKS = ((1300, "light"), (400, "dark"))


@contextmanager
def looking(chromium: Browser, people: People, role: str) -> Generator[Page]:
    """A page of somebody, wide, light, in English."""
    options = {"viewport": {"width": 1300, "height": 900}, "color_scheme": "light", "locale": "en-GB"}
    if role == "nobody":
        context = chromium.new_context(base_url=people.serving.url, **options)  # type: ignore[arg-type]
    else:
        context = context_of(chromium, people, role, **options)
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    try:
        yield page
        assert failed == []
    finally:
        context.close()


def assert_sound(page: Page) -> None:
    """Nothing that keeps somebody out, and nothing beside the screen, wide and light, narrow and dark."""
    page.evaluate(AXE)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] - one of its words
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1300, "height": 900})
    page.emulate_media(color_scheme="light")


def row(page: Page, words: str) -> Locator:
    return page.get_by_role("row").filter(has_text=words)


def press(place: Page | Locator, name: str) -> None:
    place.get_by_role("button", name=name).first.click()


def test_a_source_is_made_fetched_and_guarded_and_what_is_wrong_is_told_where_it_is(
    chromium: Browser, people: People
) -> None:
    with looking(chromium, people, "admin") as page:
        page.goto("/pim/sources")
        press(page, "New source")
        form = page.get_by_role("dialog")
        press(form, "Save")
        expect(form.get_by_label("Name *")).to_have_attribute("aria-invalid", "true")
        form.get_by_label("Name *").fill("nordic")
        form.get_by_label("Location").fill("https://someone:secret@example.com/list.csv")
        form.get_by_label("Schedule").fill("every day")
        press(form, "Save")
        expect(form.get_by_role("alert")).to_contain_text("is no cron expression")
        form.get_by_label("Schedule").fill("0 6 * * *")
        press(form, "Save")
        expect(row(page, "nordic")).to_contain_text("https://example.com/list.csv")

        press(row(page, "nordic"), "Change")
        page.get_by_role("dialog").get_by_label("Import without asking").check()
        press(page.get_by_role("dialog"), "Save")
        expect(row(page, "nordic")).to_contain_text("yes")
        expect(row(page, "nordic").get_by_role("button", name="Change")).to_be_focused()

        press(row(page, "nordic"), "Fetch now")
        path = page.get_by_role("link", name="See the import").get_attribute("href") or ""
        assert people.viewer.get(f"/api/pim/import/{path.removeprefix('/pim/imports/')}/").is_success
        press(row(page, "nordic"), "Delete")
        press(page.get_by_role("dialog"), "Delete")
        expect(page.get_by_role("alert")).to_contain_text("their history is kept")

        limit = page.get_by_label("of the rows are rejected")
        limit.fill("12.5")
        press(page.locator(".guard").filter(has=limit), "Save")
        expect(page.get_by_text("set for the workspace")).to_be_visible()
        assert_sound(page)
        guards = {one["guard"]: one["most"] for one in people.viewer.get("/api/pim/guards/").json()}
        assert guards["rejected_share"] == 0.125
        press(page.locator(".guard").filter(has=limit), "Default")
        expect(page.get_by_text("set for the workspace")).to_have_count(0)
    assert not any(one["is_set"] for one in people.viewer.get("/api/pim/guards/").json())


def test_what_was_learned_is_taught_found_and_forgotten_and_a_template_is_renamed(
    chromium: Browser, people: People
) -> None:
    people.editor.post("/api/pim/sources/", json={"name": "nordic"})
    template = {"name": "Prices", "mapping": {"Artikel": "sku", "Notiz": None}}
    assert people.editor.post("/api/pim/mapping-templates/", json=template).is_success
    with looking(chromium, people, "editor") as page:
        page.goto("/pim/memory")
        press(page, "Teach a header")
        form = page.get_by_role("dialog")
        form.get_by_label("Header *").fill("Interner Vermerk")
        form.get_by_label("Source").select_option("nordic")
        press(form, "Save")
        expect(row(page, "interner vermerk")).to_contain_text("skipped")
        page.get_by_label("Search").fill("vermerk")
        press(row(page, "interner vermerk"), "Forget")
        press(page.get_by_role("dialog"), "Forget")
        expect(page.get_by_text("Nothing fits.")).to_be_visible()

        press(row(page, "Prices"), "Change")
        page.get_by_role("dialog").get_by_label("Name *").fill("Price lists")
        page.get_by_role("dialog").get_by_label("Default").check()
        press(page.get_by_role("dialog"), "Save")
        press(row(page, "Price lists"), "Mapping")
        expect(page.get_by_role("dialog").get_by_role("row").filter(has_text="Notiz")).to_contain_text("skipped")
        assert_sound(page)
    (found,) = people.editor.get("/api/pim/mapping-templates/").json()["results"]
    assert (found["name"], found["default"], found["mapping"]) == ("Price lists", True, template["mapping"])


def test_a_schema_is_changed_asks_before_values_go_and_does_not_undo_what_another_editor_did(
    chromium: Browser, people: People
) -> None:
    fields = [{"name": "size", "type": "string", "rules": ["length 1..80"]}]
    assert people.editor.put("/api/pim/schema/", json={"fields": fields}).is_success
    product = people.editor.post("/api/pim/products/", json={"sku": "A1", "name": "Chair", "data": {"size": "large"}})
    assert product.is_success, product.text
    with looking(chromium, people, "editor") as page:
        page.on("dialog", Dialog.accept)
        page.goto("/pim/schema")
        page.get_by_label("Type, size").select_option("number")
        page.get_by_label("Rules, size: 1").click()
        page.get_by_label("One rule per line").fill("")
        press(page.get_by_role("dialog"), "Take over")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("Products would lose values")
        press(page.get_by_role("dialog"), "Save and lose these values")
        expect(page.get_by_text("The schema is saved.")).to_be_visible()
        assert people.editor.get("/api/pim/products/").json()["results"][0]["data"] == {}

        assert people.admin.put("/api/pim/schema/", json={"fields": [{"name": "size", "type": "array"}]}).is_success
        page.get_by_label("Label, size").fill("Size")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed the schema")
        press(page, "Discard mine and load theirs")
        expect(page.get_by_label("Type, size")).to_have_value("array")

        held: list[Route] = []
        page.route("**/api/pim/schema/", lambda route: held.append(route))
        page.get_by_label("Label, size").fill("Size")
        page.get_by_role("button", name="Save", exact=True).dblclick()
        page.get_by_label("Description, size").fill("typed while it was saved")
        assert len(held) == 1
        held[0].continue_()
        page.unroute("**/api/pim/schema/")
        expect(page.get_by_text("The schema is saved.")).to_be_visible()
        expect(page.get_by_label("Description, size")).to_have_value("typed while it was saved")
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()

        press(page, "Lock a field")
        page.get_by_role("dialog").get_by_label("Field *").fill("size")
        press(page.get_by_role("dialog"), "Save")
        expect(row(page, "all products")).to_be_visible()
        assert_sound(page)


def test_people_are_invited_and_programs_get_keys_that_are_shown_once(chromium: Browser, people: People) -> None:
    address = f"new-{secrets.token_hex(3)}@example.com"
    with looking(chromium, people, "admin") as page:
        page.goto("/pim/members")
        press(page, "Add a person")
        page.get_by_role("dialog").get_by_label("E-mail *").fill(address)
        press(page.get_by_role("dialog"), "Save")
        link = page.get_by_label("Keep this now").input_value()
        assert "/login/link?token=" in link
        assert httpx.get(link).status_code < 400

        press(row(page, "admin-"), "Change")
        page.get_by_role("dialog").get_by_label("Role *").select_option("viewer")
        press(page.get_by_role("dialog"), "Save")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("admin")
        press(page.get_by_role("dialog"), "Cancel")
        assert_sound(page)

        page.goto("/pim/keys")
        press(page, "New key")
        page.get_by_role("dialog").get_by_label("Name *").fill("shop sync")
        press(page.get_by_role("dialog"), "Save")
        key = page.get_by_label("Keep this now").input_value()
        assert people.nobody.get("/api/pim/products/", headers={"X-API-Key": key}).is_success
        assert_sound(page)
        press(row(page, "shop sync"), "Revoke")
        press(page.get_by_role("dialog"), "Revoke")
        expect(row(page, "shop sync")).to_contain_text("revoked")
        assert people.nobody.get("/api/pim/products/", headers={"X-API-Key": key}).status_code == 401


def test_a_webhook_is_made_tested_and_sent_to_again_and_the_log_tells_of_it(chromium: Browser, people: People) -> None:
    with looking(chromium, people, "admin") as page:
        page.goto("/pim/settings")
        expect(page.get_by_text("SEGOPS_SMTP_URL is not set")).to_be_visible()
        press(page, "New webhook")
        page.get_by_role("dialog").get_by_label("Address *").fill("http://127.0.0.1:9/hook")
        press(page.get_by_role("dialog"), "Save")
        expect(page.get_by_label("Keep this now")).not_to_have_value("")
        press(row(page, "127.0.0.1:9"), "Send a test")
        expect(page.get_by_role("alert")).to_contain_text("did not take the test")
        press(row(page, "127.0.0.1:9"), "Deliveries")
        expect(page.get_by_role("dialog").get_by_role("row")).to_have_count(2)
        assert_sound(page)
        press(page.get_by_role("dialog"), "Close")
        page.reload()
        page.get_by_label("What").select_option("webhooks")
        expect(row(page, "webhook.test")).to_be_visible()
        assert_sound(page)


def test_an_owner_makes_a_workspace_and_goes_there(chromium: Browser, people: People) -> None:
    database, name = people.serving.web.database, f"new-{secrets.token_hex(3)}"
    owner = create_user(database, f"owner-{name}@example.com", is_owner=True)
    people.sessions["owner"] = open_session(database, owner.id, people.serving.settings)
    with looking(chromium, people, "owner") as page:
        page.goto("/pim/settings")
        page.get_by_label("Your name").fill("Owner")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.get_by_label("New workspace").fill(name)
        press(page, "Make it and go there")
        page.wait_for_url("**/pim")
        expect(page.get_by_label("Workspace")).to_have_value(name)


def test_a_viewer_sees_lists_without_buttons_and_no_pages_of_admins(chromium: Browser, people: People) -> None:
    people.editor.post("/api/pim/sources/", json={"name": "nordic"})
    with looking(chromium, people, "viewer") as page:
        page.goto("/pim/sources")
        expect(row(page, "nordic")).to_be_visible()
        expect(page.get_by_label("of the rows are rejected")).to_be_disabled()
        assert page.locator("#content").get_by_role("button").count() == 0
        assert page.get_by_role("navigation").get_by_text("Members").count() == 0
        page.goto("/pim/members")
        expect(page.locator("#content")).to_contain_text("does not allow this")
        assert_sound(page)


def test_all_is_reached_by_the_keyboard_and_language_and_colours_stay(chromium: Browser, people: People) -> None:
    with looking(chromium, people, "editor") as page:
        page.goto("/pim/schema")
        expect(page.get_by_role("button", name="Add a field")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        more = page.locator(".more summary")
        more.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Learned mappings")).to_be_focused()
        page.keyboard.press("Escape")
        expect(more).to_be_focused()
        expect(page.get_by_role("link", name="Learned mappings")).to_be_hidden()
        press(page, "Light or dark")
        press(page, "Deutsch")
        expect(page.get_by_role("button", name="Feld hinzufügen")).to_be_visible()
        page.goto("/pim/memory")
        expect(page.get_by_role("heading", name="Gelernte Zuordnungen")).to_be_visible()
        expect(page.locator("body.body--dark")).to_be_visible()
        page.set_viewport_size({"width": 400, "height": 900})
        menu = page.get_by_role("button", name="Menü")
        menu.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Katalog")).to_be_focused()
        page.keyboard.press("Escape")
        expect(menu).to_be_focused()
        expect(menu).to_have_attribute("aria-expanded", "false")


def test_a_page_stays_in_its_workspace_while_another_tab_goes_elsewhere(chromium: Browser, people: People) -> None:
    for person in people.admin.get("/api/pim/members/").json()["results"]:
        if person["role"] == "admin":
            set_role(people.serving.web.database, people.other.id, person["user_id"], "admin")
    with looking(chromium, people, "admin") as page:
        page.goto("/pim/sources")
        limit = page.get_by_label("of the rows are rejected")
        limit.fill("12.5")
        assert people.admin.post("/api/pim/me/workspace/", json={"workspace": people.other.name}).is_success
        press(page.locator(".guard").filter(has=limit), "Save")
        expect(page.get_by_text("set for the workspace")).to_be_visible()
        page.route("**/me/workspace/", lambda route: route.abort())
        places = page.locator("header select")
        places.select_option(people.other.name)
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        expect(places).to_have_value(people.workspace.name)
        page.unroute("**/me/workspace/")
        people.admin.post("/api/pim/me/workspace/", json={"workspace": people.workspace.name})
        page.goto("/pim/settings")
        expect(row(page, "guard.")).to_contain_text("0.125")
    assert not any(one["is_set"] for one in people.outsider.get("/api/pim/guards/").json())


def test_a_page_whose_server_does_not_answer_says_so(chromium: Browser, people: People) -> None:
    with looking(chromium, people, "admin") as page:
        page.route("**/api/pim/**", lambda route: route.abort())
        for path, part in (("settings", ".account"), ("sources", ".guards"), ("schema", ".schema")):
            page.goto(f"/pim/{path}")
            expect(page.locator(part).get_by_role("alert")).to_contain_text("The server does not answer.")


def test_a_page_that_is_not_there_and_one_that_breaks_say_so_in_words(chromium: Browser, people: People) -> None:
    ui.page("/pim/breaks")(_break)
    answer = people.editor.get("/pim/breaks", headers={"Accept-Language": "de"})
    assert answer.status_code == 500
    assert "ließ sich nicht anzeigen" in answer.text
    assert "a secret of the server" not in answer.text
    with looking(chromium, people, "nobody") as page:
        for path, title in (("/pim/nowhere", "There is no such page"), ("/login", "Sign in"), ("/api/docs", "API")):
            page.goto(path)
            expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
            assert_sound(page)


def _break() -> None:
    raise RuntimeError("a secret of the server")
