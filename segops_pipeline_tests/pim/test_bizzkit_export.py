"""A workspace exported in the Bizzkit format: importing it again changes nothing, and makes the same of nothing."""

import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.catalogue.pim.export import BizzkitExport, export_bizzkit
from segops_pipeline.catalogue.pim.made import restored
from segops_pipeline.catalogue.pim.model import ENTITIES, AttributeDefinition
from segops_pipeline.catalogue.pim.restore import read_made, restore
from segops_pipeline.catalogue.pim.store import load_records
from segops_pipeline.errors import BadFile, WrongState, WrongUsage
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline_tests.bizzkit.memory import MemoryRecords
from segops_pipeline_tests.importing import counts
from segops_pipeline_tests.pim.bizzkit_files import Files, files
from segops_pipeline_tests.pim.catalogues import catalogues
from segops_pipeline_tests.pim.exporting import contents, copy_of, exchanged, folded, rebuilt, table, written
from segops_pipeline_tests.written_products import write_fields

__all__ = ["files"]  # a fixture

PROPERTY = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@PROPERTY
@given(catalogues())
def test_an_export_of_any_catalogue_changes_nothing_and_makes_the_same_of_nothing(records: MemoryRecords) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(records, Path(folder))
        again = copy_of(records)
        assert set(folded(files, again)) <= {"unchanged"}
        assert contents(again) == contents(records)
        assert files.notes == []
        assert contents(rebuilt(files)) == contents(records)


@PROPERTY
@given(catalogues())
def test_products_exported_for_overwrite_are_what_they_were_whatever_became_of_them(records: MemoryRecords) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(records, Path(folder), "overwrite")
        again = copy_of(records)
        assert set(folded(files, again, "overwrite")) <= {"unchanged"}
        assert contents(again) == contents(records)
        folded(files, exchanged(again), "overwrite")
        assert contents(again) == contents(records)


def exported(
    files: Files, name: str = "all.zip", entity: str | None = None, mode: str = "merge", **wanted: Any
) -> Path:
    path = files.imports.folder / name
    order = BizzkitExport.given(entity, mode, ListingFilter(**wanted))
    with files.imports.stores.database.workspace_session(files.workspace_id) as connection:
        files.told = export_bizzkit(connection, files.workspace_id, path, order)  # pyright: ignore[reportAttributeAccessIssue]
    return path


def import_all(files: Files, path: Path, workspace: str = "acme") -> list[dict[str, int]]:
    """Import every file of an archive in its order; the counts of each."""
    imports = files.imports
    first = imports.read(path, format="bizzkit", file_name=path.name, workspace=workspace)
    found: list[dict[str, int]] = []
    for job_id in (first.format_options or {})["archive"]["jobs"]:
        job = first if job_id == first.id else imports.intake(imports.job(replace(first, id=job_id)))
        done = imports.run(imports.confirm_suggestion(job))
        assert done.status == "done", (done.file_name, done.error, imports.issues(done))
        found.append(counts(done))
    return found


def everything(files: Files, workspace_id: int) -> dict[str, Any]:
    """All records and products of a workspace, without what an import leaves empty."""
    with files.imports.stores.database.workspace_session(workspace_id) as connection:
        found: dict[str, Any] = {}
        for entity in ENTITIES:
            for one in load_records(connection, workspace_id, entity):
                found[f"{entity} {one.key}"] = (one.name, slim(one.data), one.pim)
    return found


def as_imports_leave_them(files: Files) -> None:
    """Give the records of the small PIM the form that imports and pages give them."""
    with files.imports.stores.database.workspace_session(files.workspace_id) as connection:
        for entity in ("global_list", "category", "brand", "attribute"):
            for one in load_records(connection, files.workspace_id, entity):  # type: ignore[arg-type]
                data = {name: value for name, value in one.data.items() if value not in (None, [])}
                if entity == "global_list":
                    data["items"] = [{**item, "attributes": {}, "external": {}} for item in data["items"]]
                if entity == "attribute":
                    data = AttributeDefinition.from_dict(one.key, one.data).as_dict()
                bound = {"data": json.dumps(data), "entity": entity, "key": one.key}
                connection.execute(
                    text("UPDATE records SET data = CAST(:data AS jsonb) WHERE entity = :entity AND key = :key"), bound
                )


def slim(value: Any) -> Any:
    if isinstance(value, list):
        return [slim(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: slim(one) for name, one in value.items() if one not in (None, {}, [], False)}


def test_an_archive_imported_where_it_is_from_changes_nothing_and_elsewhere_makes_the_same(files: Files) -> None:
    as_imports_leave_them(files)
    before = everything(files, files.workspace_id)
    path = exported(files)
    for told in import_all(files, path):
        assert set(told) <= {"rows", "unchanged", "skipped"}, told
    assert everything(files, files.workspace_id) == before
    copy = ensure_workspace(files.imports.stores.database, "copy")
    with files.imports.stores.database.workspace_session(copy.id) as connection:
        told = restore(connection, copy.id, read_made(path), "anna")
    assert told.there == {}
    import_all(files, path, "copy")
    after = everything(files, copy.id)
    assert {key: after.get(key) for key in before} == before
    assert set(after) - set(before) == {"attribute tags"}  # a field of the wizard's there, an attribute here


def test_what_is_restored_again_is_there_already(files: Files) -> None:
    made = read_made(exported(files))
    with files.imports.stores.database.workspace_session(files.workspace_id) as connection:
        before = files.imports.number_of("revisions")
        told = restore(connection, files.workspace_id, made, "anna")
    assert (told.made, told.there["product"]) == ({}, 5)
    assert files.imports.number_of("revisions") == before


def test_one_kind_of_records_is_one_file_with_full_headers(files: Files) -> None:
    headers, *rows = table(exported(files, "brands.csv", "brand"))
    assert headers == ["UniqueName", "Name", "Name:Tda", "SubbrandOf"]
    assert rows == [
        ["STEELCO", "Steel & Co", "Stålhuset", "NULL"],
        ["STEELCO-KIDS", "Steel Kids", "NULL", "STEELCO"],
    ]
    headers, *rows = table(exported(files, "products.csv", "product", "overwrite", q="dumbbell"))
    assert headers[:4] == ["UniqueName", "PrimaryPlacementCategory", "AdditionalCategoryPlacement_1",
                           "AttributeAssignmentHandling"]  # fmt: skip
    assert {"NAME/Value:Tda:MDENMARK", "$COLOUR/Value", "$SHADES[1]/Value", "Ext_WEIGHT/Value",
            "EXERCISES[0]/Item:Ten"} <= set(headers)  # fmt: skip
    assert [row[:4] for row in rows] == [["DB-5", "WEIGHTS", "OFFERS", "Advanced"]]


def test_products_are_chosen_by_structured_values_too(files: Files) -> None:
    chosen = {"NAME:Tda": ["Tung vægt"], "COLOUR": ["Red"]}
    _, *rows = table(exported(files, "products.csv", "product", fields=chosen, is_active=None))
    assert [row[0] for row in rows] == ["DB-5"]


def test_variants_stand_behind_their_master_in_its_order(files: Files) -> None:
    headers, *rows = table(exported(files, "products.csv", "product"))
    master = headers.index("VariantOfMaster")
    assert [(row[0], row[master]) for row in rows if row[0].startswith("DB")] == [
        ("DB-5", "NULL"), ("DB-5-B", "DB-5"), ("DB-5-A", "DB-5")
    ]  # fmt: skip


def test_what_the_format_cannot_say_is_told(files: Files) -> None:
    database = files.imports.stores.database
    write_fields(database, files.workspace_id, price="price")
    with database.workspace_session(files.workspace_id) as connection:
        connection.execute(
            text("UPDATE products SET data = data || CAST(:more AS jsonb) WHERE sku = 'PLAIN'"),
            {"more": json.dumps({"price": {"amount": "1.00"}, "NAME": {"default": "NULL"}, "SIZE": {}})},
        )
        connection.execute(text("UPDATE products SET is_active = false WHERE sku = 'SET'"))
    exported(files, is_active=None)
    notes = {(note.code, note.column): note.value for note in files.told.notes}  # pyright: ignore
    assert notes == {
        ("attribute_left_out", "price"): "attribute price",
        ("inactive_not_said", None): "product SET",
        ("keyword_left_out", "NAME"): "product PLAIN",
        ("empty_value_left_out", "SIZE"): "product PLAIN",
    }


def test_what_cannot_be_exported_in_the_format_is_refused(files: Files) -> None:
    for entity, mode, said in (
        ("lamp", "merge", "no kind"),
        (None, "append", "no mode"),
        ("brand", "overwrite", "only"),
    ):
        with pytest.raises(WrongUsage, match=said):
            BizzkitExport.given(entity, mode, ListingFilter())
    files.imports.execute("DELETE FROM records WHERE entity = 'brand'")
    with pytest.raises(WrongState, match="no brands"):
        exported(files, "brands.csv", "brand")
    with pytest.raises(BadFile, match=r"no \.segops"):
        read_made(packed(files, {"a.csv": "x"}))
    with pytest.raises(BadFile, match="version None"):
        restored({})


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"segments": {"culture:da": {"code": "da", "label": "Dansk"}}}, "segments → culture:da → dimension"),
        ({"global_lists": {"L": {"pim_type": "PFoo", "is_unique": True, "next_item": 1}}}, "no such PIM type"),
        ({"attributes": {"A/B": {"names": {}}}}, "has a meaning in headers"),
        ({"product_names": {"": "Chair"}}, "product_names"),
        ({"product_names": {"A\ud800": "Chair"}}, "product_names"),
        ({"brands": []}, "brands"),
    ],
)
def test_what_people_make_is_looked_at_before_any_of_it_is_written(part: dict[str, Any], where: str) -> None:
    with pytest.raises(BadFile, match=where):
        restored({"version": 1, **part})


def packed(files: Files, members: dict[str, str]) -> Path:
    path = files.imports.folder / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
