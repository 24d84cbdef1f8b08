"""Progress while a run works: in the job's row, and as observations of the asset, not more than one in two seconds."""

import threading
from itertools import pairwise

import psycopg
from dagster import DagsterEventType
from sqlalchemy import text

from segops_pipeline_tests.running_system import ACCEPT, System, until

ROWS = 21_000  # staged in three batches, each of which tells its progress

LONG_WAIT = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND now() - query_start > interval '2.1 seconds'
"""


def test_long_work_tells_how_far_it_is_but_not_at_every_step(system: System) -> None:
    job = system.open("sku,name\n" + "".join(f"P-{n},Product {n}\n" for n in range(ROWS)), "long")
    system.launch("intake", job.id)
    with psycopg.connect(system.stores.database.urls.plain) as holder:
        holder.execute("LOCK TABLE staging.rows IN ACCESS EXCLUSIVE MODE")  # planning waits for it

        def release() -> None:
            until(lambda: waits(system), "planning has waited for longer than two seconds")
            holder.rollback()

        helper = threading.Thread(target=release)
        helper.start()
        result = system.launch("import_job", job.id, ACCEPT)
        helper.join()
    observed = result.asset_observations_for_node("import_plan")
    steps = [entry.metadata["progress"].value for entry in observed]
    assert steps[0] == "10,000 of 21,000 (48%)"
    assert all(entry.partition == job.id for entry in observed)
    assert observed[0].metadata["per_second"].value
    told = system.instance.get_records_for_run(result.run_id, of_type=DagsterEventType.ASSET_OBSERVATION).records
    times = [record.timestamp for record in told]
    assert all(later - earlier > 1 for earlier, later in pairwise(times))


def test_the_job_s_row_says_where_its_run_is(system: System) -> None:
    job = system.import_file("sku,name\nP-1,Product\n", "row")
    assert (job.stage, job.stage_done, job.stage_total) == ("upserted_products", 0, 1)
    assert set(job.seconds) == {"parsed_upload", "inferred_schema", "staging", "import_plan", "upserted_products"}


def waits(system: System) -> bool:
    with system.stores.database.owner_session() as connection:
        return connection.execute(text(LONG_WAIT)).scalar_one() > 0
