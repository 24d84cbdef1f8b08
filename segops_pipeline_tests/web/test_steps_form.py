"""Steps as forms: each step goes into a form and comes out as it was."""

import pytest

from segops_pipeline.errors import BadMapping
from segops_pipeline.inference.transformations import STEP_FORMS, parse_steps
from segops_pipeline.web.pages.wizard.steps_form import KINDS, as_form, as_text

MORE = (
    'trim "*"',
    "unit to kg",
    'map "Y"="yes"',
    "phone",
    "address",
    'replace "a ""b""" with ""',
    'join "A", "B" with ""',
)


@pytest.mark.parametrize("text", [*STEP_FORMS, *MORE])
def test_a_step_comes_out_of_its_form_as_it_was(text: str) -> None:
    (step,) = parse_steps([text])
    assert as_text(as_form(text)) == str(step)


def test_every_kind_of_form_is_one_of_a_step() -> None:
    assert {as_form(text)["kind"] for text in STEP_FORMS} == set(KINDS)


def test_what_is_no_step_becomes_no_text_of_one() -> None:
    assert as_text({"kind": "explode", "values": {}}) == ""
    with pytest.raises(BadMapping):
        as_form("explode")
