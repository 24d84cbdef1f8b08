"""The page of the API: drawn from the description, without anything from elsewhere, and searchable."""

import httpx
from playwright.sync_api import Page, expect

from segops_pipeline_tests.web.conftest import People


def test_the_page_lists_finds_and_explains_every_operation(page: Page, people: People) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    expect(page.locator("#found")).to_contain_text("operations")
    page.get_by_label("Search").fill("post }/confirm/")
    found = page.locator("details:visible")
    expect(found).to_have_count(1)
    found.locator("summary").click()
    expect(found).to_contain_text("stale_plan")
    expect(found.locator("pre").first).to_contain_text("accept_guards")
    assert all(url.startswith(people.serving.url) for url in asked)


def test_the_description_says_how_one_signs_in_and_what_errors_look_like(people: People) -> None:
    told = httpx.get(f"{people.serving.url}/api/openapi.json", timeout=60).json()
    assert set(told["components"]["securitySchemes"]) == {"apiKey", "bearer", "session"}
    confirm = told["paths"]["/api/pim/import/{job_id}/confirm/"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in confirm["parameters"]]
    for status in ("401", "404", "409", "422"):
        shape = confirm["responses"][status]["content"]["application/json"]["schema"]["$ref"]
        assert shape.endswith("ErrorAnswer")
