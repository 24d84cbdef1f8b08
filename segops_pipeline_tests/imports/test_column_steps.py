"""Transformations of a mapping, from their confirmation to the products."""

from typing import Any

import pytest

from segops_pipeline.errors import BadMapping, UnknownColumn
from segops_pipeline.imports.column_steps import check_transformations, earlier_steps
from segops_pipeline.imports.confirm import Confirmation, confirm, confirm_if_known, suggested_confirmation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.mapping_file import confirmation_from, mapping_path, read_mapping, write_suggestion
from segops_pipeline.orchestration.launchpad import MappingConfig, confirmation_of
from segops_pipeline.orchestration.progress import Running
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,weight\nA,Chair,500\nB,Table,2 kg\n"
TYPES = {"weight": "number"}
STEPS = {"weight": ["unit g to kg"]}


def weights(imports: Importer) -> dict[str, Any]:
    return {sku: data.get("weight") for sku, (_, data) in imports.products().items()}


def test_products_have_what_the_steps_made_of_their_cells(imports: Importer) -> None:
    job = imports.load(FILE, TYPES, transformations=STEPS)
    assert counts(job) == {"rows": 2, "created": 2}
    assert weights(imports) == {"A": 0.5, "B": 2}


def test_the_row_is_kept_as_it_is_in_the_file(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations={**STEPS, "sku": ['prefix "X-"']})
    (row,) = imports.rows("SELECT raw_data FROM products WHERE sku = 'X-A'")
    assert row["raw_data"] == {"sku": "A", "name": "Chair", "weight": "500"}


def test_every_part_of_a_product_can_be_transformed(imports: Importer) -> None:
    file = 'id,title,brand,size,colours,added,price\n 7 ,DESK LAMP,Acme,12 cm,red/blue,01/02/2024,"1.234"\n'
    types = {"size": "number", "colours": "list", "added": "datetime", "price": "price"}
    steps = {
        "id": ['prefix "L-"'],
        "title": ["sentence", 'join "brand" with " by "'],
        "brand": ['map "Acme"="ACME Ltd"'],
        "size": ['extract "([0-9]+) cm"'],
        "colours": ['split "/" as list'],
        "added": ["date month-first"],
        "price": ["number 1.234,56", 'suffix " EUR"'],
    }
    imports.load(file, types, mapping={"id": "sku", "title": "name"}, transformations=steps)
    assert imports.products() == {
        "L-7": (
            "Desk lamp by Acme",
            {
                "brand": "ACME Ltd",
                "size": 12,
                "colours": ["red", "blue"],
                "added": "2024-01-02",
                "price": {"amount": "1234.00", "currency": "EUR"},
            },
        )
    }


def test_all_rows_decide_how_transformed_values_are_read(imports: Importer) -> None:
    file = 'sku,size\nA,size 1.234\nB,"size 2.345,5"\n'
    imports.load(file, {"size": "number"}, transformations={"size": ['replace "size " with ""']})
    assert imports.data("A") == {"size": 1234}


def test_a_refused_cell_is_told_with_its_text_in_the_file_and_what_became_of_it(imports: Importer) -> None:
    file = "sku,size,weight\nA,about wide,3 bags\nB,about 3,3 kg\n"
    steps = {"size": ['replace "about " with ""'], "weight": ["unit to kg"]}
    job = imports.load(file, {"size": "number", "weight": "number"}, transformations=steps)
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    size, weight = (next(one for one in imports.issues(job) if one.column == name) for name in ("size", "weight"))
    assert (size.code, size.line, size.value) == ("not_a_number", 2, "about wide")
    assert "made “wide” of “about wide”" in size.message
    assert (weight.code, weight.line, weight.value) == ("not_a_measure", 2, "3 bags")


def test_a_key_that_a_step_refuses_rejects_its_row_whatever_the_validation(imports: Importer) -> None:
    file = "mail,name\nann@example.com,Ann\nbob at home,Bob\n"
    job = imports.load(
        file, mapping={"mail": "sku", "name": "name"}, transformations={"mail": ["email"]}, validation="none"
    )
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert imports.codes(job) == [("not_an_email", 3)]


def test_keys_that_are_the_same_after_their_steps_fold(imports: Importer) -> None:
    job = imports.load("sku,name\na-1,Chair\nA-1,Armchair\n", transformations={"sku": ["upper"]})
    assert counts(job) == {"rows": 2, "created": 1, "skipped": 1}
    assert imports.products() == {"A-1": ("Armchair", {})}


def test_a_key_that_its_steps_make_unique_is_not_said_to_repeat(imports: Importer) -> None:
    file = "handle,name,size\n" + "".join(f"shirt-{row},Shirt,{size}\n" for row in range(8) for size in "SML")
    job = imports.read(file)
    (doubt,) = imports.issues(job, "key_repeats")
    step = 'join "size" with "-"'
    assert f"`{step}`" in doubt.message
    job = imports.run(imports.confirm(job, mapping={"handle": "sku"}, transformations={"handle": [step]}))
    assert counts(job) == {"rows": 24, "created": 24}
    assert imports.issues(job, "key_repeats") == []
    assert imports.issues(imports.read(file), "key_repeats") == []  # the source's steps are done again


def test_a_changed_step_casts_known_rows_again(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations=STEPS)
    assert counts(imports.load(FILE, TYPES, transformations=STEPS)) == {"rows": 2, "unchanged": 2}
    job = imports.load(FILE, TYPES, transformations={"weight": ["unit g to g"]})
    assert counts(job) == {"rows": 2, "updated": 2}
    assert weights(imports) == {"A": 500, "B": 2000}


def test_the_job_keeps_its_steps_as_they_are_written(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES, transformations={"weight": ["UNIT  gram to kg"], "name": []})
    assert job.transformations == STEPS
    assert imports.confirm(job, TYPES).transformations is None


@pytest.mark.parametrize(
    ("steps", "error", "column"),
    [
        ({"weight": ["halve"]}, BadMapping, "weight"),
        ({"height": ["trim"]}, UnknownColumn, "height"),
        ({"name": ['join "height" with " "']}, UnknownColumn, "height"),
    ],
)
def test_steps_that_do_not_fit_are_refused_and_nothing_is_written(
    steps: dict[str, list[str]], error: type[BadMapping], column: str, imports: Importer
) -> None:
    job = imports.read(FILE)
    before = imports.catalogue()
    with pytest.raises(error) as told:
        imports.confirm(job, TYPES, transformations=steps)
    assert told.value.column == column
    assert told.value.remedy
    assert imports.catalogue() == before
    assert imports.job(job) == job


def test_steps_of_a_skipped_column_are_left_out() -> None:
    mapping = {"a": "sku", "b": None}
    assert check_transformations(["a", "b"], mapping, {"a": ["trim"], "b": ["upper"]}) == {"a": ["trim"]}


def read_again(imports: Importer) -> Job:
    """The next file of the same source."""
    return imports.read("sku,name,weight\nA,Chair,800\n")


def test_the_next_file_of_the_source_is_suggested_with_the_steps_of_the_last(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations={**STEPS, "name": ["trim"]})
    job = read_again(imports)
    earlier = earlier_steps(imports.stores.database, job)
    assert suggested_confirmation(job, earlier).transformations == {**STEPS, "name": ["trim"]}
    imports.run(confirm(imports.stores, job.id, suggested_confirmation(job, earlier)))
    assert weights(imports)["A"] == 0.8
    assert earlier_steps(imports.stores.database, imports.read(FILE, source="other")) == {}


def test_steps_are_not_kept_for_a_column_that_goes_elsewhere(imports: Importer) -> None:
    imports.load(FILE, {"mass": "number"}, mapping={"weight": "mass"}, transformations=STEPS)
    imports.load(FILE, TYPES)
    assert earlier_steps(imports.stores.database, read_again(imports)) == {}


def test_an_automatic_source_does_its_steps_again(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations=STEPS)
    imports.execute("UPDATE sources SET automatic = true")
    job = read_again(imports)
    assert confirm_if_known(imports.stores, job.id)
    imports.run(imports.job(job))
    assert weights(imports)["A"] == 0.8


def test_an_automatic_source_waits_for_a_person_when_a_joined_column_is_gone(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations={"name": ['join "weight" with " "']})
    imports.execute("UPDATE sources SET automatic = true")
    job = imports.read("sku,name\nA,Chair\n")
    assert not confirm_if_known(imports.stores, job.id)
    assert imports.job(job).status == "mapping"


def test_the_mapping_file_has_the_steps_and_teaches_them(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations=STEPS)
    job = read_again(imports)
    path = write_suggestion(imports.stores, job)
    assert path == mapping_path(imports.stores.settings, job.id)
    assert path is not None
    assert read_mapping(path).transformations == STEPS
    assert 'replace \\"old\\" with \\"new\\"' in path.read_text(encoding="utf-8")


def test_one_step_may_stand_without_its_list() -> None:
    given = {"mapping": {"a": "sku"}, "transformations": {"a": "trim"}}
    assert confirmation_from(given) == Confirmation({"a": "sku"}, [], transformations={"a": ["trim"]})


@pytest.mark.parametrize("wrong", [["trim"], "trim", {"a": 1}, {"a": None}, {"a": [1]}, {"a": {"trim": 1}}])
def test_a_mapping_file_whose_steps_have_another_shape_is_refused(wrong: Any) -> None:
    with pytest.raises(BadMapping, match="transformation") as told:
        confirmation_from({"mapping": {"a": "sku"}, "transformations": wrong})
    assert told.value.remedy


def test_the_launchpad_adds_steps_to_those_of_the_suggestion(imports: Importer) -> None:
    imports.load(FILE, TYPES, transformations=STEPS)
    job = read_again(imports)
    config = MappingConfig(accept_suggestion=True, transformations={"name": ["upper"]})
    given = confirmation_of(config, Running(imports.stores, job.id, imports.progress(job)))
    assert given.transformations == {**STEPS, "name": ["upper"]}
