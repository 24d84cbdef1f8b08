"""The wizard in a browser: upload, mapping, its draft, and who else works on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from segops_pipeline.catalogue.schema import save_fields
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.web.conftest import People, context_of, write

PRICES = """Artikelnummer;Bezeichnung;Preis EUR;Gewicht;Farben;Bemerkung
A-1;Bürostuhl;129,00;7,5;rot, blau;  zwei Leerzeichen
A-2;Schreibtisch;249,50;31;weiß;
A-3;Regal;89,90;k. A.;rot, grün;neu
A-4;Lampe;19,90;1,2;schwarz, weiß;
A-5;Stuhl;59,90;5;rot;
"""
DROP = """async ([name, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type: "text/csv" }));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
        document.querySelector("h1").dispatchEvent(event);
    }
}"""


def waiting_job(people: People, file: Path) -> Job:
    """A job whose file has been read, and that waits for its mapping."""
    stores = people.serving.web.stores
    job = open_job(stores, Upload(people.workspace.name, str(file), created_by="somebody@example.com"))
    progress = Progress(stores.database, job.id)
    read_upload(stores, job.id, progress)
    return infer_schema(stores, job.id, progress)[0]


@pytest.fixture
def job(people: People, tmp_path: Path) -> Job:
    """A price list that waits."""
    return waiting_job(people, write(tmp_path, "preise.csv", PRICES))


@pytest.fixture
def mapping(page: Page, job: Job) -> Page:
    """The price list's mapping, open in a browser."""
    return opened(page, job)


@pytest.fixture
def other(chromium: Browser, people: People) -> Iterator[Page]:
    """A page of another person."""
    context = context_of(chromium, people, "admin", viewport={"width": 1300, "height": 900})
    yield context.new_page()
    context.close()


def opened(page: Page, job: Job) -> Page:
    page.goto(f"/pim/import?job={job.id}")
    expect(page.locator(".map-column").first).to_be_visible()
    return page


def target(page: Page, column: str) -> Locator:
    return page.get_by_label(f"Where column {column} goes", exact=True)


def row(page: Page, column: str) -> Locator:
    return page.locator(".map-column").filter(has=target(page, column))


def choose(page: Page, column: str, value: str) -> None:
    select = target(page, column)
    select.focus()  # its choices are drawn when somebody looks
    select.select_option(value)


def saved(page: Page) -> None:
    expect(page.locator(".state")).to_contain_text("Saved")


def draft(people: People, job: Job) -> dict[str, str | None]:
    """The mapping that the server has."""
    with people.serving.web.database.workspace_session(people.workspace.id) as connection:
        found = load_job(connection, job.id).draft
    return {} if found is None else found["mapping"]


def violations(page: Page) -> list[str]:
    """What axe finds wrong, in short."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_a_dropped_file_becomes_a_mapping_that_a_refresh_keeps(page: Page) -> None:
    page.goto("/pim/import")
    expect(page.locator(".drop")).to_be_visible()
    page.evaluate(DROP, ["<img src=x onerror=hacked=1>.csv", PRICES])
    page.wait_for_url("**/pim/import?job=*", timeout=60_000)
    expect(page.locator("[aria-current=step]")).to_contain_text("Map columns")
    expect(page.locator(".bar-of-file")).to_contain_text("5 rows · 6 columns")
    expect(target(page, "Artikelnummer")).to_have_value("sku")
    expect(page.locator(".cells")).to_contain_text("129,00")
    choose(page, "Bemerkung", "")
    saved(page)
    page.reload()
    expect(target(page, "Bemerkung")).to_have_value("")
    page.get_by_label("Show blanks").check()
    expect(page.locator(".cells")).to_contain_text("··zwei·Leerzeichen")
    page.get_by_role("button", name="Next").click()
    step = page.locator("[aria-current=step]")
    expect(step).to_contain_text("Confirm and import")
    page.reload()
    expect(step).to_contain_text("Confirm and import")
    page.get_by_role("button", name="Map columns").click()
    expect(target(page, "Bemerkung")).to_have_value("")
    assert page.evaluate("window.hacked") is None


def test_a_file_that_cannot_be_read_says_why_and_can_be_read_otherwise(page: Page, tmp_path: Path) -> None:
    page.goto("/pim/import")
    (tmp_path / "noise.csv").write_bytes("sku,name\nA,Stühle\n".encode("utf-16-le") + b"\x00" * 3)
    page.set_input_files(".drop input", tmp_path / "noise.csv")
    page.get_by_role("link", name="Read it otherwise").click()
    expect(page.get_by_role("alert")).to_contain_text("The file")
    page.get_by_label("Encoding").select_option("utf-16")
    expect(page.locator(".map-column, .unreadable").first).to_be_visible()


def test_removing_a_field_skips_its_columns_and_undo_brings_both_back(mapping: Page, people: People, job: Job) -> None:
    field = target(mapping, "Farben").input_value()
    mapping.get_by_role("button", name="Remove field Farben").click()
    expect(target(mapping, "Farben")).to_have_value("")
    saved(mapping)
    assert draft(people, job)["Farben"] is None
    mapping.locator("h1").click()
    mapping.keyboard.press("Control+z")
    expect(target(mapping, "Farben")).to_have_value(field)
    expect(mapping.get_by_role("button", name="Remove field Farben")).to_be_visible()
    mapping.keyboard.press("Control+Shift+z")
    expect(target(mapping, "Farben")).to_have_value("")


def test_a_column_that_goes_to_name_takes_its_field_out_of_the_schema_and_a_second_one_is_told(mapping: Page) -> None:
    choose(mapping, "Bemerkung", "name")
    expect(mapping.get_by_role("button", name="Remove field Bemerkung")).to_have_count(0)
    told = row(mapping, "Bezeichnung").locator(".problems")
    expect(told).to_contain_text("name also gets “Bemerkung”")
    choose(mapping, "Artikelnummer", "")
    missing = mapping.locator(".missing")
    expect(missing).to_contain_text("No column is mapped to sku.")
    mapping.get_by_role("button", name="Next").click(force=True)
    expect(target(mapping, "Bezeichnung")).to_be_focused()
    missing.get_by_role("button", name="Artikelnummer").click()
    expect(target(mapping, "Artikelnummer")).to_have_value("sku")


def test_a_field_is_dragged_onto_a_column_and_a_type_that_does_not_fit_is_told(mapping: Page) -> None:
    mapping.get_by_label("New field").fill("Shipping weight")
    mapping.locator(".add-field select").select_option("number")
    mapping.get_by_role("button", name="Add", exact=True).click()
    mapping.locator(".field").last.drag_to(row(mapping, "Gewicht"))
    expect(target(mapping, "Gewicht")).to_have_value("shipping_weight")
    expect(row(mapping, "Gewicht")).to_contain_text("values are no Number")


def test_what_the_server_knows_is_told_too(page: Page, people: People, job: Job) -> None:
    with people.serving.web.database.workspace_session(people.workspace.id) as connection:
        save_fields(connection, people.workspace.id, [SchemaField("farbe", "Farbe", "number", required=True)])
    opened(page, job)
    expect(page.locator(".missing")).to_contain_text("farbe")  # required, and no column gives it
    page.get_by_text("More fields in your schema").click()
    page.locator(".chip", has_text="Farbe").drag_to(row(page, "Farben"))
    page.get_by_label("Type of field Farbe", exact=True).select_option("list")
    expect(page.locator(".missing")).to_contain_text("'farbe' is number in the schema and would become list")


def test_of_two_people_the_later_one_is_asked_and_either_mapping_can_be_kept(
    mapping: Page, other: Page, job: Job, people: People
) -> None:
    opened(other, job)
    choose(other, "Bemerkung", "")
    saved(other)
    choose(mapping, "Gewicht", "")
    conflict = mapping.locator(".conflict")
    expect(conflict).to_contain_text("admin-")
    mapping.reload()  # what was not saved is there still
    expect(conflict).to_be_visible()
    conflict.get_by_role("button", name="Keep mine").click()
    saved(mapping)
    assert draft(people, job)["Gewicht"] is None
    assert draft(people, job)["Bemerkung"] is not None
    choose(other, "Farben", "")
    other.locator(".conflict").get_by_role("button", name="Take that").click()
    expect(target(other, "Gewicht")).to_have_value("")
    expect(target(other, "Farben")).not_to_have_value("")


def test_a_draft_whose_answer_came_too_late_is_no_conflict(mapping: Page) -> None:
    choose(mapping, "Bemerkung", "")
    left = mapping.evaluate("({ ...localStorage })")
    assert left
    saved(mapping)
    mapping.evaluate("left => Object.assign(localStorage, left)", left)
    mapping.reload()
    expect(target(mapping, "Bemerkung")).to_have_value("")
    saved(mapping)
    expect(mapping.locator(".conflict")).to_have_count(0)
    assert mapping.evaluate("localStorage.length") == 0


def test_a_field_is_renamed_by_keyboard(mapping: Page) -> None:
    mapping.get_by_label("Name of field Farben").fill("Colours")
    mapping.keyboard.press("Tab")
    expect(mapping.get_by_label("Type of field Colours", exact=True)).to_be_focused()


def test_any_name_can_be_a_column_s_and_numbers_are_written_as_the_page_speaks(
    page: Page, people: People, tmp_path: Path
) -> None:
    rows = "".join(f"S-{number},{number},x\n" for number in range(1200))
    job = waiting_job(people, write(tmp_path, "cars.csv", f"sku,Constructor,toString\n{rows}"))
    page.context.add_cookies([{"name": "segops_language", "value": "de", "url": people.serving.url}])
    opened(page, job)
    column = page.locator(".map-column").filter(has_text="Constructor")
    expect(column.locator("select")).to_have_value("constructor")
    expect(column).to_contain_text("1.200")
    expect(page.locator(".field")).to_have_count(2)
    expect(page.locator(".review[aria-pressed=false]")).to_have_count(3)


def test_a_file_that_is_read_anew_keeps_what_was_decided(mapping: Page) -> None:
    choose(mapping, "Bemerkung", "")
    mapping.get_by_label("Encoding").select_option("windows-1252")
    expect(mapping.locator(".cells")).to_contain_text("BÃ¼rostuhl", timeout=60_000)
    expect(target(mapping, "Bemerkung")).to_have_value("")


def test_300_columns_are_searched_filtered_and_accepted_at_once(page: Page, people: People, tmp_path: Path) -> None:
    headers = ["sku", "name", *(f"Attribute {number} <script>hacked=1</script>" for number in range(298))]
    rows = [",".join([f"S{row}", f"Product {row}", *(["<b>x</b>"] * 298)]) for row in range(9)]
    job = waiting_job(people, write(tmp_path, "wide.csv", "\n".join([",".join(headers), *rows])))
    opened(page, job)
    expect(page.locator(".map-column")).to_have_count(300)
    page.get_by_label("Search columns").fill("attribute 123 ")
    expect(page.locator(".map-column")).to_have_count(1)
    page.get_by_label("Search columns").fill("")
    page.get_by_label("Accept suggestions with a score of at least").select_option("50")
    page.get_by_role("button", name="Accept 300").click()
    page.get_by_role("button", name="Needs a look").click()
    expect(page.locator(".map-column")).to_have_count(0)
    saved(page)
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(("theme", "width"), [("light", 1300), ("dark", 400)])
def test_upload_and_mapping_can_be_used_by_everybody(
    chromium: Browser, people: People, job: Job, theme: str, width: int
) -> None:
    context = context_of(chromium, people, "editor", viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "segops_theme", "value": theme, "url": people.serving.url}])
    page = context.new_page()
    page.goto("/pim/import")
    expect(page.locator(".drop")).to_be_visible()
    assert violations(page) == []
    opened(page, job)
    choose(page, "Artikelnummer", "name")  # with errors and warnings to be seen
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
