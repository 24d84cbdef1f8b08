"""What a mapping makes of a job's cells, shown before anything is confirmed."""

import pytest

from segops_pipeline.errors import BadMapping, UnknownColumn, WrongState, WrongUsage
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.preview import PreviewedColumn, preview
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.importing import Importer

ROWS = "".join(f"K{number},Lamp {number},{500 + number} g\n" for number in range(30))
FILE = f"sku,name,weight\nA,Chair,2 kg\nB,Table,heavy\nC,Stool,\n{ROWS}Z,Shelf,7 kg\nY,Board,7 kg\n"


@pytest.fixture
def job(imports: Importer) -> Job:
    return imports.read(FILE)


def weight(found: list[PreviewedColumn]) -> dict[str, tuple[str, object]]:
    (column,) = found
    assert column.column == "weight"
    return {
        cell.before: (cell.after, (cell.refusal and cell.refusal["message"]) or cell.value) for cell in column.cells
    }


def number(*steps: str) -> Confirmation:
    fields = [SchemaField("weight", "Weight", "number")]
    return Confirmation({"sku": "sku", "weight": "weight"}, fields, transformations={"weight": steps} if steps else {})


def test_each_sample_is_shown_before_and_after_its_steps_and_as_a_value(imports: Importer, job: Job) -> None:
    found = weight(preview(imports.stores, job.id, confirmation=number("unit g to kg")))
    assert found["2 kg"] == ("2", 2)
    assert found[""] == ("", None)
    assert found["heavy"] == ("", "“heavy” is no number with a unit.")


def test_the_most_frequent_values_are_shown_though_they_are_in_no_sample_row(imports: Importer, job: Job) -> None:
    assert "7 kg" not in {row[2] for row in job.sample_rows or []}
    assert weight(preview(imports.stores, job.id, confirmation=number("unit g to kg")))["7 kg"] == ("7", 7)


def test_steps_can_be_tried_on_one_column(imports: Importer, job: Job) -> None:
    tried = preview(imports.stores, job.id, column="weight", steps=["upper"], confirmation=number("unit g to kg"))
    assert tried[0].steps == ["upper"]
    assert weight(tried)["2 kg"][0] == "2 KG"


def test_without_steps_all_mapped_columns_are_shown(imports: Importer, job: Job) -> None:
    assert [(one.column, one.target) for one in preview(imports.stores, job.id)] == [
        ("sku", "sku"),
        ("name", "name"),
        ("weight", "weight"),
    ]


def test_a_skipped_column_is_read_as_what_it_is(imports: Importer, job: Job) -> None:
    (column,) = preview(imports.stores, job.id, column="name", steps=["upper"], confirmation=number())
    assert (column.target, column.type, column.cells[0].value) == (None, "text", "CHAIR")


def test_joined_columns_are_those_of_the_sample_rows(imports: Importer, job: Job) -> None:
    (column,) = preview(imports.stores, job.id, column="name", steps=['join "sku" with "/"'])
    assert [cell.after for cell in column.cells][:2] == ["Chair/A", "Table/B"]


def test_the_confirmed_mapping_is_what_is_shown_once_there_is_one(imports: Importer) -> None:
    steps = {"weight": ["unit g to kg"]}
    job = imports.queue(FILE, {"weight": "number"}, transformations=steps)
    assert weight(preview(imports.stores, job.id))["7 kg"] == ("7", 7)


def test_a_preview_writes_nothing(imports: Importer, job: Job) -> None:
    before = imports.catalogue()
    preview(imports.stores, job.id, column="weight", steps=["unit g to kg"])
    assert imports.catalogue() == before
    assert imports.job(job) == job


def test_what_cannot_be_previewed_is_refused(imports: Importer, job: Job) -> None:
    with pytest.raises(WrongUsage, match="one column"):
        preview(imports.stores, job.id, steps=["upper"])
    with pytest.raises(UnknownColumn, match="no column 'height'"):
        preview(imports.stores, job.id, column="height")
    with pytest.raises(UnknownColumn, match="no field"):
        preview(imports.stores, job.id, confirmation=Confirmation({"weight": "mass"}))
    with pytest.raises(BadMapping, match="cannot be understood"):
        preview(imports.stores, job.id, column="weight", steps=["halve"])
    for other in (imports.open(FILE), imports.load(FILE)):
        with pytest.raises(WrongState, match="nothing to preview"):
            preview(imports.stores, other.id)
