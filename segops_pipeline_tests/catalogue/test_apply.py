"""A plan is applied exactly as planned, in one transaction, or refused; applying again changes nothing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.errors import StalePlan
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\n"
TYPES = {"weight": "number"}
EDIT = "UPDATE products SET name = 'By hand', version = nextval('version_sequence') WHERE sku = :sku"


def apply(imports: Importer, job: Job, *, replan: bool = True) -> Job:
    return apply_job(imports.stores, job.id, imports.progress(job), replan=replan)


def test_planning_writes_nothing_to_the_catalogue(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.queue("sku,name,weight\nA,Armchair,2\nC,Lamp,9\n", TYPES)
    before = imports.catalogue()
    imports.planned(job)
    assert imports.catalogue() == before


def test_the_plan_counts_what_applying_then_does(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.planned(imports.queue("sku,name,weight\nA,Armchair,2\nC,Lamp,9\nB,Table,3\n,No key,1\n", TYPES))
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
    assert plan is not None
    done = apply(imports, job)
    assert (done.status, done.counts) == ("done", plan.counts)
    assert counts(done) == {"rows": 4, "created": 1, "updated": 1, "unchanged": 1, "rejected": 1}


def test_the_same_plan_made_twice_has_the_same_token_and_another_one_another(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    first, again = (plan_job(imports.stores, job.id, imports.progress(job)).token for _ in range(2))
    imports.load("sku,name\nA,Stool\n", source="other")
    assert first == again != plan_job(imports.stores, job.id, imports.progress(job)).token


def test_importing_again_leaves_every_product_its_version_and_sends_nothing(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    products = imports.rows("SELECT * FROM products ORDER BY sku")
    imports.execute("DELETE FROM outbox")
    job = imports.load(FILE, TYPES)
    assert (job.status, counts(job), job.imported_count) == ("done", {"rows": 2, "unchanged": 2}, 2)
    assert imports.rows("SELECT * FROM products ORDER BY sku") == products
    assert imports.number_of("outbox") == 0
    assert imports.rows("SELECT * FROM revisions WHERE job_id = :id", id=job.id) == []


def test_importing_again_from_another_source_leaves_every_product_its_version(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    products = imports.rows("SELECT * FROM products ORDER BY sku")
    imports.execute("DELETE FROM outbox")
    job = imports.load(FILE, TYPES, source="other")
    assert counts(job) == {"rows": 2, "unchanged": 2}
    assert imports.rows("SELECT * FROM products ORDER BY sku") == products
    assert imports.number_of("outbox") == 0


def test_each_changed_product_has_one_row_in_the_outbox_with_its_version(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute("DELETE FROM outbox")
    job = imports.load("sku,name,weight\nA,Armchair,2\nB,Table,3\nC,Lamp,9\n", TYPES)
    sent = imports.rows(
        "SELECT key, o.version = p.version AS same, operation, job_id, to_clickhouse, to_embeddings"
        " FROM outbox o JOIN products p ON p.sku = o.key ORDER BY key"
    )
    assert [tuple(row.values()) for row in sent] == [
        ("A", True, "upsert", job.id, True, True),
        ("C", True, "upsert", job.id, True, True),
    ]


def test_each_changed_product_has_a_revision_with_what_it_was_before(imports: Importer) -> None:
    imports.load("sku,name,weight\nA,Chair,2\n", TYPES)
    job = imports.load("sku,name,weight\nA,Armchair,5\nB,Table,3\n", TYPES)
    revisions = imports.rows(
        "SELECT key, action, before, version_before, version_after FROM revisions WHERE job_id = :id ORDER BY key",
        id=job.id,
    )
    assert [row["action"] for row in revisions] == ["updated", "created"]
    assert revisions[0]["before"] == {
        "name": "Chair",
        "data": {"weight": 2},
        "raw_data": {"sku": "A", "name": "Chair", "weight": "2"},
        "source": "csv",
        "is_active": True,
        "pim": {},
    }
    assert revisions[0]["version_before"] < revisions[0]["version_after"]
    assert (revisions[1]["before"], revisions[1]["version_before"]) == (None, None)


def test_data_that_differs_in_a_column_that_is_skipped_is_unchanged(imports: Importer) -> None:
    imports.load("sku,name,note\nA,Chair,x\n", mapping={"note": None})
    job = imports.load("sku,name,note\nA,Chair,y\n", mapping={"note": None})
    assert counts(job) == {"rows": 1, "unchanged": 1}


@pytest.mark.parametrize(
    "meanwhile",
    [
        (EDIT, {"sku": "A"}),
        ("DELETE FROM products WHERE sku = 'A'", {}),
        (
            "INSERT INTO products (workspace_id, sku, version)"
            " SELECT workspace_id, 'C', nextval('version_sequence') FROM products WHERE sku = 'A'",
            {},
        ),
    ],
    ids=["edited", "deleted", "inserted"],
)
def test_a_plan_on_a_product_that_changed_since_is_refused(
    meanwhile: tuple[str, dict[str, str]], imports: Importer
) -> None:
    imports.load(FILE, TYPES)
    job = imports.planned(imports.queue("sku,name,weight\nA,Armchair,2\nC,Lamp,9\n", TYPES))
    imports.execute(meanwhile[0], **meanwhile[1])
    before = imports.catalogue()
    with pytest.raises(StalePlan, match=r"among them [AC]\."):
        apply(imports, job, replan=False)
    assert imports.catalogue() == before
    assert imports.job(job).state == "mapping (stale plan)"


def test_a_stale_plan_is_made_again_when_nobody_has_seen_it(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.planned(imports.queue("sku,name,weight\nA,Armchair,2\nC,Lamp,9\n", TYPES))
    imports.execute("DELETE FROM products WHERE sku = 'A'")
    imports.execute(EDIT, sku="B")
    done = apply(imports, job)
    assert (done.status, counts(done)) == ("done", {"rows": 2, "created": 2})


def test_a_change_of_products_that_the_plan_does_not_touch_leaves_it_fresh(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.planned(imports.queue("sku,name,weight\nA,Armchair,2\n", TYPES))
    imports.execute(EDIT, sku="B")
    assert counts(apply(imports, job, replan=False)) == {"rows": 1, "updated": 1}


def test_a_plan_of_another_mapping_is_refused(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    imports.execute("UPDATE import_jobs SET status = 'pending' WHERE id = :id", id=job.id)
    begin_import(imports.stores, imports.confirm(job, {"weight": "text"}).id)
    with pytest.raises(StalePlan, match="mapping has changed"):
        apply(imports, job, replan=False)


def test_a_plan_of_another_mapping_is_made_again_when_nobody_has_seen_it(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    imports.execute("UPDATE import_jobs SET status = 'pending' WHERE id = :id", id=job.id)
    begin_import(imports.stores, imports.confirm(job, {"weight": "text"}).id)
    apply(imports, job)
    assert imports.data("A") == {"weight": "2"}


LOST = "sku,name,weight\nA,Chair,2\nB,Table,heavy\nC,Lamp,1\nC,Light,1\n"


@pytest.mark.parametrize("bad_rows_only", [False, True])
def test_staging_that_a_crash_of_postgresql_emptied_is_rebuilt(bad_rows_only: bool, imports: Importer) -> None:
    file = "sku,name,weight\nB,Table,heavy\nC,Lamp,light\n" if bad_rows_only else LOST
    imports.load(file, TYPES, source="elsewhere")
    expected = counts(imports.load(file, TYPES, source="undisturbed"))
    job = imports.planned(imports.queue(file, TYPES))
    imports.execute("TRUNCATE staging.rows, staging.issues, staging.plan_rows")
    done = apply(imports, job)
    assert (done.status, counts(done)) == ("done", expected)
    assert ("not_a_number", 3 if not bad_rows_only else 2) in imports.codes(done)


@pytest.mark.parametrize("table", ["rows", "issues", "plan_rows"])
def test_staging_that_is_lost_in_part_is_rebuilt(table: str, imports: Importer) -> None:
    job = imports.planned(imports.queue(LOST, TYPES))
    imports.execute(f"TRUNCATE staging.{table}")
    done = apply(imports, job)
    assert counts(done) == {"rows": 4, "created": 2, "rejected": 1, "skipped": 1}
    assert imports.products() == {"A": ("Chair", {"weight": 2}), "C": ("Light", {"weight": 1})}
    assert imports.codes(done) == [("not_a_number", 3), ("repeated_key", 4)]


def test_lost_staging_is_refused_where_the_plan_was_seen(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    imports.execute("TRUNCATE staging.rows, staging.issues, staging.plan_rows")
    with pytest.raises(StalePlan, match="gone"):
        apply(imports, job, replan=False)
    assert imports.products() == {}


def test_applying_a_job_that_is_done_changes_nothing(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    before = imports.catalogue()
    assert apply(imports, job) == job
    assert imports.catalogue() == before


def test_a_row_is_remembered_with_its_version_and_values_only_where_the_product_did_not_become_them(
    imports: Importer,
) -> None:
    job = imports.load(FILE, TYPES, source="nordic")
    rows = imports.rows(
        "SELECT key, line, r.name, r.data, r.version = p.version AS same, job_id, r.source_id"
        " FROM source_rows r JOIN products p ON p.sku = r.key ORDER BY key"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("A", 2, None, None, True, job.id, job.source_id),
        ("B", 3, None, None, True, job.id, job.source_id),
    ]


def test_done_and_its_counts_are_committed_with_the_rows_or_not_at_all(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    imports.execute("UPDATE plans SET summary = jsonb_set(summary, '{counts,created}', '3')")
    before = imports.catalogue()
    with pytest.raises(IntegrityError, match="counts_reconcile"):
        apply(imports, job)
    assert imports.catalogue() == before
    assert imports.job(job).status == "importing"


@pytest.mark.parametrize(
    "lie",
    [
        "created = created + 1",
        "rows = rows - 1",
        "rejected = NULL",
        "rows = NULL",
        "finished_at = NULL",
    ],
)
def test_the_database_refuses_counts_of_a_done_job_that_do_not_add_up(lie: str, imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    with (
        pytest.raises(IntegrityError, match=r"counts_reconcile|done_has_counts"),
        imports.stores.database.system_session() as connection,
    ):
        connection.execute(text(f"UPDATE import_jobs SET {lie} WHERE id = :id"), {"id": job.id})


def test_issues_of_an_earlier_attempt_are_replaced(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,heavy\n", TYPES, validation="strict")
    assert imports.codes(job) == [("not_a_number", 2)]
    job = imports.run(imports.confirm(job, {"weight": "text"}))
    assert (job.status, imports.codes(job)) == ("done", [])


def test_values_that_the_product_did_not_become_are_remembered(imports: Importer) -> None:
    imports.load("sku,name,weight\nA,Chair,2\n", TYPES, source="nordic")
    imports.load("sku,name,weight\nA,Stool,5\n", TYPES, source="other", policy="fill")
    (row,) = imports.rows("SELECT name, data FROM source_rows WHERE name IS NOT NULL")
    assert (row["name"], row["data"]) == ("Stool", {"weight": 5})
