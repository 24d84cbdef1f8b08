"""The history: every import by filter and page, each with what it was, did and said; its original file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.history import HistoryFilter, HistoryPage, read_entry, read_history, write_original
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight\nA,Chair,2\nB,Table,x\n"
TYPES = {"weight": "number"}


def history(imports: Importer, limit: int = 20, after: str | None = None, **chosen: Any) -> HistoryPage:
    with imports.stores.database.system_session() as connection:
        return read_history(connection, HistoryFilter(**chosen), limit=limit, after=after)


def ids(page: HistoryPage) -> list[str]:
    return [entry["job_id"] for entry in page.entries]


def entry(imports: Importer, job: Job) -> dict[str, Any]:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        return read_entry(connection, job)


def fill(imports: Importer, number: int) -> None:
    """Many jobs of one source, a minute apart and some at the same moment."""
    job = imports.open(FILE)
    imports.execute(
        "INSERT INTO import_jobs (workspace_id, id, source_id, file_name, status, created_by, created_at)"
        " SELECT :workspace_id, 'many-' || n, :source_id, 'many.csv', 'mapping', 'crowd',"
        " '2020-01-01'::timestamptz + n / 3 * interval '1 minute' FROM generate_series(1, CAST(:number AS int)) n",
        workspace_id=job.workspace_id,
        source_id=job.source_id,
        number=number,
    )


def test_an_import_is_told_with_all_that_it_was_and_did(imports: Importer) -> None:
    job = imports.load(FILE, TYPES, source="shop", policy="merge")
    told = entry(imports, job)
    assert (told["file"], told["workspace"], told["source"], told["kind"]) == (job.file_name, "acme", "shop", "import")
    assert (told["user"], told["policy"], told["validation"], told["status"]) == ("system", "merge", "lenient", "done")
    assert told["mapping"] == {"sku": "sku", "name": "name", "weight": "weight"}
    assert told["counts"] == job.counts
    assert told["issues"] == {"error": 1}
    assert set(told["seconds"]) >= {"import_plan", "upserted_products"}
    assert told["has_original"]
    assert datetime.fromisoformat(told["finished_at"]) >= datetime.fromisoformat(told["created_at"])


def test_pages_follow_each_other_without_a_gap_or_a_double(imports: Importer) -> None:
    fill(imports, 25)
    seen: list[str] = []
    after = None
    while True:
        page = history(imports, 4, after)
        seen += ids(page)
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 26
    assert seen == ids(history(imports, 100))


def test_a_page_of_many_jobs_is_read_by_an_index(imports: Importer) -> None:
    fill(imports, 3000)
    imports.execute("ANALYZE import_jobs")
    with imports.stores.database.system_session() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN SELECT id FROM import_jobs j WHERE (j.created_at, j.id) < (now(), 'x')"
                " ORDER BY j.created_at DESC, j.id DESC LIMIT 20"
            )
        )
        assert "import_jobs_recent_of_all" in "".join(plan.scalars())


def test_the_history_is_filtered(imports: Importer) -> None:
    first = imports.load(FILE, TYPES, source="shop")
    second = imports.load("sku,name\nA,Stool\n", source="other")
    strict = imports.load(FILE, TYPES, validation="strict")
    everything = {first.id, second.id, strict.id}
    yesterday, tomorrow = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({}, everything),
        ({"source": "shop"}, {first.id}),
        ({"statuses": ["failed"]}, {strict.id}),
        ({"statuses": ["failed", "done"]}, everything),
        ({"kinds": ("undo",)}, set()),
        ({"user": "system"}, everything),
        ({"user": "nobody"}, set()),
        ({"file": Path(second.file_name).stem}, {second.id}),
        ({"file": "%"}, set()),
        ({"since": yesterday, "until": tomorrow}, everything),
        ({"until": yesterday}, set()),
        ({"workspace_id": first.workspace_id, "sku": "A"}, {first.id, second.id}),
        ({"workspace_id": first.workspace_id, "sku": "B"}, set()),
    ]
    for chosen, found in expected:
        assert set(ids(history(imports, **chosen))) == found, chosen


def test_a_session_of_a_workspace_sees_its_own_imports_only(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    imports.workspace = "other"
    imports.load(FILE, TYPES)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        assert ids(read_history(connection, HistoryFilter())) == [job.id]


@pytest.mark.parametrize("given", [{"after": "nonsense"}, {"after": "WzFd"}, {"sku": "A"}])
def test_what_cannot_be_asked_is_told(given: dict[str, Any], imports: Importer) -> None:
    with pytest.raises(WrongUsage):
        history(imports, **given)


def test_the_original_file_is_got_back(imports: Importer, tmp_path: Path) -> None:
    job = imports.load(FILE, TYPES)
    write_original(imports.stores, job.id, tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_text() == FILE
    assert job.original_uri is not None
    imports.stores.files.delete(job.original_uri)
    with pytest.raises(WrongState, match="not kept"):
        write_original(imports.stores, job.id, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()
