"""Headers of shop systems and of many languages find their fields, one table for each."""

import pytest

from segops_pipeline.inference.matcher import MIN_FIELD_SCORE, rate_names
from segops_pipeline_tests.inference.language_headers import CONTACT_LANGUAGES, LANGUAGES
from segops_pipeline_tests.inference.shop_headers import (
    CONTACT_FIELDS,
    CONTACT_SYSTEMS,
    PRODUCT_FIELDS,
    SYSTEMS,
    field_names,
    links,
)


def misses(text: str, fields: str) -> dict[str, tuple[str | None, str | None]]:
    """The headers that do not find their field, or that surely find one though none is theirs: wanted and found."""
    wanted = links(text)
    rated = rate_names(list(wanted), field_names(fields))
    found = {
        header: match.target
        for header, match in rated.items()
        if wanted[header] is not None or (match.score or 0) >= MIN_FIELD_SCORE
    }
    return {
        header: (field, found.get(header)) for header, field in wanted.items() if field not in ("?", found.get(header))
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_headers_of_a_shop_system_find_their_fields(system: str) -> None:
    assert misses(SYSTEMS[system], PRODUCT_FIELDS) == {}


@pytest.mark.parametrize("system", CONTACT_SYSTEMS)
def test_the_headers_of_a_contact_list_find_their_fields(system: str) -> None:
    assert misses(CONTACT_SYSTEMS[system], CONTACT_FIELDS) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headers_of_a_price_list_in_a_language_find_their_fields(language: str) -> None:
    assert misses(LANGUAGES[language], PRODUCT_FIELDS) == {}


@pytest.mark.parametrize("language", CONTACT_LANGUAGES)
def test_the_headers_of_a_contact_list_in_a_language_find_their_fields(language: str) -> None:
    assert misses(CONTACT_LANGUAGES[language], CONTACT_FIELDS) == {}


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("company_name", ["Company", "Company Name", "Business", "Organization"]),
        ("job_title", ["Title", "Job Title", "Position", "Role"]),
        ("property.address", ["Address", "Street", "Location", "Address Line 1"]),
        ("phone", ["Cell", "Mobile", "Phone Number", "Tel"]),
    ],
)
def test_common_variations_of_a_contact_list_are_mapped(field: str, headers: list[str]) -> None:
    # 001_c1dc1bdbebbf3ced.txt, "Map common variations automatically"
    others = ["company_name", "job_title", "property.address", "phone"]
    for header in headers:
        rated = rate_names([header], others)
        assert rated[header].target == field


def test_of_all_right_matches_most_are_sure_and_the_sure_ones_are_right() -> None:
    right, sure, sure_and_right = 0, 0, 0
    groups = [(SYSTEMS, PRODUCT_FIELDS), (CONTACT_SYSTEMS, CONTACT_FIELDS)]
    groups += [(LANGUAGES, PRODUCT_FIELDS), (CONTACT_LANGUAGES, CONTACT_FIELDS)]
    for tables, fields in groups:
        for text in tables.values():
            wanted = links(text)
            rated = rate_names(list(wanted), field_names(fields))
            judged = [(match.confidence, match.target == wanted[h]) for h, match in rated.items() if wanted[h] != "?"]
            right += sum(is_right for _, is_right in judged)
            sure += sum(confidence >= 0.9 for confidence, _ in judged)
            sure_and_right += sum(confidence >= 0.9 and is_right for confidence, is_right in judged)
    assert sure_and_right >= 0.5 * right
    assert sure_and_right >= 0.95 * sure
