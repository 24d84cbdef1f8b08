"""Which files are taken for Bizzkit files, as what, and how they are read."""

import io
from typing import Any

import pytest

from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.bizzkit import EntityNotCertain, WrongColumns
from segops_pipeline.imports.confirm import Confirmation, confirm, confirm_if_known
from segops_pipeline.imports.draft import draft_of, problems_of, save_draft
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.reread import reread
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline_tests.importing import counts
from segops_pipeline_tests.pim.bizzkit_files import Files, files

__all__ = ["files"]

PRODUCTS = "UniqueName;VariantOfMaster;WEIGHT\nDB-5;;5000\n"
OPEN = "UniqueName;Name\nX;Y\n"


def recognised(job: Job) -> dict[str, Any]:
    assert job.suggestion is not None
    return job.suggestion["bizzkit"]


def taken(files: Files, content: str | bytes, name: str = "file.csv", **upload: Any) -> Job:
    return files.imports.read(content, file_name=name, **upload)


@pytest.mark.parametrize(
    ("name", "content", "entity"),
    [
        ("export.csv", PRODUCTS, "product"),
        ("products.csv", "UniqueName;WEIGHT\nDB-5;5000\n", "product"),
        ("brands.csv", "UniqueName;Name\nX;Y\n", "brand"),
        ("x.csv", "UniqueName;ItemUniqueName;Note\nSET;DB-5;\n", "bundle_item"),
        ("x.csv", "UniqueName;Name;LinkedCategory_1\nX;Y;SPORT\n", "product_hierarchy"),
        ("x.csv", "UniqueName;Name;Type;Configuration\nX;Y;SingleValued;Plain\n", "attribute"),
        ("x.csv", "UniqueName;Predefined_Value_Field_1\nWEIGHT;5\n", "predefined_value"),
    ],
)
def test_a_file_that_leaves_no_doubt_is_recognised(files: Files, name: str, content: str, entity: str) -> None:
    job = taken(files, content, name)
    assert (job.format, recognised(job)["entity"]) == ("bizzkit", entity)
    assert job.suggestion is not None
    assert job.suggestion["mapping"]["columns"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("file.csv", OPEN),  # of three entities
        ("products.csv", "UniqueName;NOT_THERE\nDB-5;1\n"),  # an attribute that nobody has made
        ("products.csv", "UniqueName;WEIGHT[\nDB-5;1\n"),  # a column that cannot be read
        ("products.csv", "WEIGHT;UniqueName\n1;DB-5\n"),  # not the first column
        ("products.csv", "sku;name\nDB-5;x\n"),
        ("products.csv", "UniqueNames;WEIGHT\nDB-5;1\n"),
    ],
)
def test_any_other_file_is_a_table(files: Files, name: str, content: str) -> None:
    job = taken(files, content, name)
    assert job.format == "table"
    assert [column["column"] for column in (job.suggestion or {})["mapping"]["columns"]] == job.headers


def test_a_table_that_may_be_one_is_told(files: Files) -> None:
    (told,) = files.imports.issues(taken(files, OPEN), "may_be_bizzkit")
    assert (told.level, told.column) == ("warning", "UniqueName")
    assert not files.imports.issues(taken(files, OPEN, format="table"), "may_be_bizzkit")
    assert not files.imports.issues(taken(files, "UniqueNames;A\n1;2\n"), "may_be_bizzkit")


def test_a_file_that_could_be_one_is_a_table_where_somebody_says_so(files: Files) -> None:
    job = taken(files, PRODUCTS, format="table")
    assert (job.format, job.headers) == ("table", ["UniqueName", "VariantOfMaster", "WEIGHT"])
    again = files.imports.intake(reread(files.imports.stores, job.id, None, "bizzkit", {"mode": "overwrite"}))
    assert (again.format, recognised(again)["mode"]) == ("bizzkit", "overwrite")
    back = files.imports.intake(reread(files.imports.stores, job.id, None, "table"))
    assert back.format == "table"


def test_what_a_file_is_of_is_asked_for_where_it_is_open(files: Files) -> None:
    job = taken(files, OPEN, format="bizzkit")
    assert recognised(job)["entity"] is None
    assert recognised(job)["candidates"] == ["brand", "product_hierarchy", "attribute"]
    with pytest.raises(EntityNotCertain, match="brand or product_hierarchy or attribute"):
        files.imports.confirm_suggestion(job)
    confirmed = confirm(files.imports.stores, job.id, Confirmation({}, format_options={"entity": "brand"}))
    assert files.imports.run(confirmed).status == "done"
    assert files.records("brand")["X"]["names"] == {"default": "Y"}


def test_every_wrong_column_is_told_before_any_row(files: Files) -> None:
    job = taken(
        files, "UniqueName;WEIGHT[;NOPE;NAME:Txx\nDB-5;1;2;3\n", format="bizzkit", format_options={"entity": "product"}
    )
    with pytest.raises(WrongColumns) as wrong:
        files.imports.confirm_suggestion(job)
    assert [issue.column for issue in wrong.value.issues] == ["WEIGHT["]
    job = taken(files, "UniqueName;NOPE;NAME:Txx\nDB-5;2;3\n", format="bizzkit", format_options={"entity": "product"})
    assert {issue.column for issue in files.imports.issues(job) if issue.level == "error"} == {"NOPE", "NAME:Txx"}
    with pytest.raises(WrongColumns) as wrong:
        files.imports.confirm_suggestion(job)
    assert {issue.column for issue in wrong.value.issues} == {"NOPE", "NAME:Txx"}


def test_a_draft_says_what_is_open_and_tells_what_stands_in_the_way(files: Files) -> None:
    stores = files.imports.stores
    job = taken(files, OPEN, format="bizzkit")
    draft = draft_of(stores, job)
    assert draft["format_options"] == {"entity": None, "mode": "merge", "order": "file", "null_removes": False}
    draft["format_options"] |= {"entity": "brand", "mode": "overwrite"}
    save_draft(stores, files.workspace_id, job.id, draft, "ann")
    drafted = files.imports.job(job)
    confirmation = Confirmation({}, format_options=drafted.draft["format_options"])  # type: ignore[index]
    assert [issue.code for issue in problems_of(stores, drafted, confirmation)] == ["not_in_mode"]
    with pytest.raises(WrongUsage, match="There is no entity 'table'"):
        save_draft(stores, files.workspace_id, job.id, {**draft, "format_options": {"entity": "table"}}, "ann")


def test_a_plan_is_confirmed_as_it_was_shown(files: Files) -> None:
    stores = files.imports.stores
    job = taken(files, OPEN, format="bizzkit")
    given = Confirmation({}, format_options={"entity": "product_hierarchy"})
    plan = plan_draft(stores, job.id, given, files.imports.progress(job))
    assert plan.counts["created"] == 1
    assert "X" not in files.records("category")
    done = files.imports.run(confirm_plan(stores, plan.token, files.imports.progress(job)))
    assert done.status == "done", done.error
    assert (done.format_options or {})["entity"] == "product_hierarchy"
    assert "X" in files.records("category")


def test_options_of_a_source_are_those_of_its_files(files: Files) -> None:
    stores = files.imports.stores
    with stores.database.workspace_session(files.workspace_id) as connection:
        options = {"entity": "brand", "order": "any"}
        save_source(connection, files.workspace_id, "pim", format="bizzkit", format_options=options, automatic=True)
        kept = save_source(connection, files.workspace_id, "pim", format_options={"null_removes": True})
        assert kept.format_options == {**options, "null_removes": True}
        tables = save_source(connection, files.workspace_id, "tables", format_options={"mode": "merge"})
        assert tables.format == "bizzkit"
        tables = save_source(connection, files.workspace_id, "tables", format="table")
        assert (tables.format, tables.format_options) == ("table", None)
        with pytest.raises(WrongUsage, match="There is no format 'csv'"):
            save_source(connection, files.workspace_id, "pim", format="csv")
    job = open_job(stores, Upload("acme", str(files.imports.file(OPEN)), "pim", format_options={"order": "file"}))
    read = files.imports.intake(job)
    assert (recognised(read)["entity"], recognised(read)["order"]) == ("brand", "file")
    with pytest.raises(WrongUsage, match="There is no mode 'replace'"):
        open_job(stores, Upload("acme", "x.csv", format_options={"mode": "replace"}))


def test_another_encoding_delimiter_or_kind_of_file_is_taken_with_a_notice(files: Files) -> None:
    from openpyxl import Workbook

    text = taken(files, "UniqueName,Name\nX,Blåbær\n".encode("cp1252"), "brands.csv", format="bizzkit")
    (notice,) = files.imports.issues(text, "other_layout")
    assert "delimited by ','" in notice.message
    assert "encoded in" in notice.message
    book = Workbook()
    assert book.active is not None
    for row in (["UniqueName", "Name"], ["X", "Blåbær"]):
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    sheet = taken(files, saved.getvalue(), "brands.xlsx")
    assert (sheet.format, sheet.headers) == ("bizzkit", ["UniqueName", "Name"])
    assert files.imports.issues(sheet, "other_layout")


def test_each_line_below_the_header_is_a_row(files: Files) -> None:
    content = "UniqueName;Name:Default\nTotal;NULL\nUniqueName;Again\n\nNote: as ever;x\nX;Sum\nTotal;5\n"
    job = taken(files, content, "brands.csv", format="bizzkit")
    assert (job.total_rows, job.headers) == (5, ["UniqueName", "Name:Default"])
    assert job.sample_rows == [
        ["Total", "NULL"],
        ["UniqueName", "Again"],
        ["Note: as ever", "x"],
        ["X", "Sum"],
        ["Total", "5"],
    ]


def test_a_row_with_more_cells_than_the_header_is_rejected_and_one_with_fewer_keeps_what_it_lacks(files: Files) -> None:
    job = files.done("products.csv", "UniqueName;WEIGHT;UNIT\nDB-5;1;mm;cm\nPLAIN;2\n")
    assert counts(job) == {"rows": 2, "updated": 1, "rejected": 1}
    (issue,) = [one for one in files.imports.issues(job) if one.level == "error"]
    assert (issue.code, issue.line, issue.value) == ("cells_beyond_header", 2, "cm")
    assert files.products()["PLAIN"][0] == {"WEIGHT": 2, "tags": ["a", "b"]}


def test_a_job_that_runs_takes_no_other_format(files: Files) -> None:
    job = files.done("products.csv", PRODUCTS)
    with pytest.raises(WrongState):
        reread(files.imports.stores, job.id, None, "table")


def test_an_automatic_source_takes_such_files_by_itself_only_where_it_is_one_of_them(files: Files) -> None:
    stores = files.imports.stores
    with stores.database.workspace_session(files.workspace_id) as connection:
        save_source(connection, files.workspace_id, "tables", automatic=True)
        save_source(connection, files.workspace_id, "pim", automatic=True, format="bizzkit")
    waits = taken(files, PRODUCTS, source="tables")
    assert (waits.format, confirm_if_known(stores, waits.id)) == ("bizzkit", False)
    assert files.imports.issues(waits, "recognised_in_source_of_tables")
    assert confirm_if_known(stores, taken(files, PRODUCTS, source="pim").id)
    assert not confirm_if_known(stores, taken(files, OPEN, source="pim").id)
