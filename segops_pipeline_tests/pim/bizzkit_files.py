"""Bizzkit files through all acts of an import, into the workspace acme with the small PIM of `catalogue`."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.catalogue.pim.store import load_records
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.undo import open_undo
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.catalogue import RECORD, attribute, fill

# A list whose items are found by their value: those of the small PIM's list differ by culture.
UNITS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "global_list", "UNITS",
        {
            "is_unique": True, "pim_type": "PString", "next_item": 2,
            "items": [{"id": "1", "system_name": "MM", "value": "mm"}],
        },
    ),
    ("attribute", "UNIT", attribute(("Value", None, "UNITS"), names={"default": "Unit"})),
)  # fmt: skip


@dataclass
class Files:
    """Takes texts as Bizzkit files."""

    imports: Importer
    workspace_id: int

    def read(self, name: str, content: str | bytes, **upload: Any) -> Job:
        """A job whose file has been read."""
        options = {key: upload.pop(key) for key in ("entity", "mode", "order", "null_removes") if key in upload}
        given = {"file_name": name, "format": "bizzkit", "format_options": options, **upload}
        return self.imports.read(content, **given)

    def load(self, name: str, content: str | bytes, **upload: Any) -> Job:
        """A job after all acts of its import."""
        return self.imports.run(self.imports.confirm_suggestion(self.read(name, content, **upload)))

    def done(self, name: str, content: str | bytes, **upload: Any) -> Job:
        """A job that is done."""
        job = self.load(name, content, **upload)
        assert job.status == "done", (job.error, self.imports.issues(job))
        return job

    def undo(self, job: Job) -> Job:
        """The job that has taken back another."""
        return self.imports.run(open_undo(self.imports.stores, job.id, created_by="ann"))

    def records(self, entity: Entity) -> dict[str, dict[str, Any]]:
        """The data of all records of an entity."""
        with self.imports.stores.database.workspace_session(self.workspace_id) as connection:
            return {one.key: one.data for one in load_records(connection, self.workspace_id, entity)}

    def products(self) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        """The data and the PIM's part of all products."""
        with self.imports.stores.database.workspace_session(self.workspace_id) as connection:
            return {one.key: (one.data, one.pim) for one in load_records(connection, self.workspace_id, "product")}


@pytest.fixture
def files(imports: Importer, workspace_id: int) -> Files:
    """Takes texts as Bizzkit files into a workspace that has a PIM."""
    fill(imports.stores.database, workspace_id)
    with imports.stores.database.workspace_session(workspace_id) as connection:
        for entity, key, data in UNITS:
            bound = {"workspace_id": workspace_id, "entity": entity, "key": key, "data": json.dumps(data)}
            connection.execute(text(RECORD), bound)
    return Files(imports, workspace_id)
