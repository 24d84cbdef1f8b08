"""Records of the store as they are after what has been done so far."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.locks import lock
from segops_pipeline.catalogue.pim.field_attributes import attribute_of_field
from segops_pipeline.catalogue.pim.model import Record, copied
from segops_pipeline.catalogue.pim.stage_records import RecordStager
from segops_pipeline.catalogue.pim.store import (
    StoredRecords,
    every_product,
    load_products_pim,
    load_record,
    load_records,
)
from segops_pipeline_tests.pim.folded import Folded, Given, SmallFold

FAMILY: list[Given] = [
    ("M", {"pim.variants": ["V2", "V1"]}), ("V1", {"pim.master": "M"}), ("V2", {"pim.master": "M"}),
    ("V3", {"pim.master": "M"}), ("N", {}),
]  # fmt: skip
ATTRIBUTE = {"fields": [{"system_name": "Value", "pim_type": "PString"}], "configuration": "Plain",
             "value_type": "SingleValued", "names": {"default": "Title"}}  # fmt: skip


@pytest.fixture
def connection(folded: Folded) -> Iterator[Connection]:
    """A session of the system role, as planning has it."""
    with folded.imports.stores.database.system_session() as opened:
        yield opened


def changed(records: StoredRecords, key: str, **pim: object) -> None:
    """A product with another master."""
    found = records.get("product", key)
    assert found is not None
    record = copied(found)
    record.pim.update(pim)
    records.put(record)


def test_variants_are_told_as_they_are_after_what_was_done(folded: Folded, connection: Connection) -> None:
    folded.load(FAMILY)
    job = folded.job()
    records = StoredRecords(connection, folded.workspace_id, job.id)
    assert records.variants_of("M") == ["V2", "V1", "V3"]
    changed(records, "V2", master="N")
    records.put(Record("product", "V0", pim={"master": "M"}))
    assert records.variants_of("M") == ["V1", "V0", "V3"]
    assert records.variants_of("N") == ["V2"]
    RecordStager(records).stage_changes(everything=True)
    records.forget()
    assert records.variants_of("M") == ["V1", "V0", "V3"]
    records.remove("product", "V1")
    changed(records, "V2", master="M")
    assert records.variants_of("M") == ["V2", "V0", "V3"]
    assert records.variants_of("N") == []


def test_what_was_staged_is_read_back_with_the_version_of_the_store(folded: Folded, connection: Connection) -> None:
    folded.load(FAMILY)
    stored = load_record(connection, folded.workspace_id, "product", "N")
    assert stored is not None
    records = StoredRecords(connection, folded.workspace_id, folded.job().id)
    changed(records, "N", primary="X")
    RecordStager(records).stage_changes(everything=True)
    records.forget()
    found = records.get("product", "N")
    assert found is not None
    assert (found.pim, found.version) == ({"primary": "X"}, stored.version)
    assert records.get("product", "NONE") is None


def test_attributes_are_records_or_fields_of_the_schema(folded: Folded, connection: Connection) -> None:
    folded.load([("TITLE", ATTRIBUTE)], fold=SmallFold("attribute"))
    folded.imports.execute(
        "INSERT INTO product_schema_fields (workspace_id, key, label, type) VALUES"
        " (:id, 'tags', 'Tags', 'list'), (:id, 'cost', 'Cost', 'price')",
        id=folded.workspace_id,
    )
    records = StoredRecords(connection, folded.workspace_id)
    title, tags = records.attribute("TITLE"), records.attribute("tags")
    assert title is not None
    assert title.names == {"default": "Title"}
    assert tags is not None
    assert tags == attribute_of_field("tags", "Tags", "list")
    assert (tags.is_multi, tags.fields[0].pim_type) == (True, "PString")
    assert attribute_of_field("cost", "Cost", "price").fields[0].pim_type == "price"
    assert records.attribute("NONE") is None
    record = records.get("attribute", "TITLE")
    assert record is not None
    renamed = copied(record)
    renamed.data["names"] = {"default": "Name"}
    records.put(renamed)
    title = records.attribute("TITLE")
    assert title is not None
    assert title.names == {"default": "Name"}


def test_all_records_are_those_of_the_store_with_what_was_done(folded: Folded, connection: Connection) -> None:
    folded.load([("B1", {}), ("B2", {})], fold=SmallFold("brand"))
    records = StoredRecords(connection, folded.workspace_id, folded.job().id)
    records.put(Record("brand", "A0", {"names": {}}))
    RecordStager(records).stage_changes(everything=True)
    records.forget()
    records.remove("brand", "B1")
    records.put(Record("brand", "C3", {"names": {}}))
    assert [one.key for one in records.all_of("brand")] == ["A0", "B2", "C3"]


def test_nothing_of_another_workspace_is_seen(folded: Folded, other_workspace_id: int, connection: Connection) -> None:
    folded.load(FAMILY)
    folded.load([("B1", {})], fold=SmallFold("brand"))
    records = StoredRecords(connection, other_workspace_id)
    assert records.get("product", "M") is None
    assert records.variants_of("M") == []
    assert list(records.all_of("brand")) == []
    assert list(every_product(connection, other_workspace_id)) == []


def test_products_are_found_by_key_and_all(
    folded: Folded, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segops_pipeline.catalogue.pim.store.READ_AT_ONCE", 2)
    folded.load([(key, {"COLOR": key}) for key in "ABCDEF"])
    workspace_id = folded.workspace_id
    assert [one.key for one in every_product(connection, workspace_id)] == list("ABCDEF")
    assert list(load_products_pim(connection, workspace_id, ["B", "NONE"])) == ["B"]
    assert [one.data for one in load_records(connection, workspace_id, "product", ["C"])] == [{"COLOR": "C"}]


def test_an_attribute_of_the_pim_can_be_locked(folded: Folded) -> None:
    of_parts = {**ATTRIBUTE, "fields": [{"system_name": "Value", "pim_type": "PTranslatedStringD"}]}
    folded.load([("TEXT", of_parts)], fold=SmallFold("attribute"))
    with folded.imports.stores.database.workspace_session(folded.workspace_id) as connection:
        assert lock(connection, folded.workspace_id, "TEXT", "ann")
