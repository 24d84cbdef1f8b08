"""What became of the rows of an import that are still staged: of a table's rows, of a file's of records.

What belongs here: the columns of results, and asking staging for them. What doesn't: the file of results (`results`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import io
from collections.abc import Generator
from itertools import islice

import pyarrow as pa
import pyarrow.csv as arrow_csv
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job
from segops_pipeline.stores.database import driver, use_memory

SCHEMA = pa.schema(
    [
        pa.field("line", pa.int64()),  # null: of an undo, which has no file
        pa.field("key", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("version", pa.int64()),  # that it gave its product; null where it wrote nothing
        pa.field("reason", pa.string()),
    ]
)
BATCH_ROWS = 50_000

STAGED = """
COPY (
    SELECT t.line, t.key, t.outcome, v.version_after, t.reason FROM staging.plan_rows t
    LEFT JOIN (SELECT key, version_after FROM revisions
        WHERE workspace_id = %(workspace_id)s AND job_id = %(job_id)s AND cause = 'import') v ON v.key = t.key
    WHERE t.job_id = %(job_id)s AND t.line IS NOT NULL
    UNION ALL
    SELECT r.line, r.key, 'skipped', NULL, 'repeated_key: folded into line ' || t.line FROM staging.rows r
    JOIN staging.plan_rows t ON t.job_id = r.job_id AND t.key = r.key AND t.line <> r.line
    WHERE r.job_id = %(job_id)s AND r.repeated
    UNION ALL
    SELECT i.line, max(i.key), 'rejected', NULL, string_agg(DISTINCT i.code, ', ') FROM staging.issues i
    WHERE i.job_id = %(job_id)s AND i.level = 'error' AND NOT EXISTS (
        SELECT FROM staging.rows r WHERE r.job_id = i.job_id AND r.line = i.line)
    GROUP BY i.line
    UNION ALL
    SELECT i.line, NULL, 'skipped', NULL, 'dropped_row: ' || i.message FROM staging.issues i
    WHERE i.job_id = %(job_id)s AND i.code = 'dropped_row'
    ORDER BY 1
) TO STDOUT (FORMAT csv)
"""
# Files of records have every row there; items of lists are of no version, what they change is their list.
STAGED_RECORDS = """
COPY (
    SELECT r.line, nullif(r.key, ''), r.outcome, v.version_after, r.reason FROM staging.row_outcomes r
    LEFT JOIN (SELECT entity, key, max(version_after) AS version_after FROM revisions
        WHERE workspace_id = %(workspace_id)s AND job_id = %(job_id)s AND cause = 'import' GROUP BY 1, 2) v
        ON v.key = r.key AND v.entity = CASE r.entity WHEN 'product_hierarchy' THEN 'category' ELSE r.entity END
        AND r.outcome IN ('created', 'updated')
    WHERE r.job_id = %(job_id)s ORDER BY 1
) TO STDOUT (FORMAT csv)
"""


def staged_results(connection: Connection, job: Job) -> Generator[pa.Table]:
    """The results of the rows that are staged and of those that were rejected, in the order of the file.

    Args:
        connection: a session of the system role.
        job: one whose rows are still staged.
    """
    use_memory(connection)
    # what has just been written has no statistics: joined in loops, 100,000 rows would take hours
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    bound = {"workspace_id": job.workspace_id, "job_id": job.id}
    options = arrow_csv.ConvertOptions(
        column_types=SCHEMA, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    statement = STAGED_RECORDS if job.format == BIZZKIT else STAGED
    with driver(connection).cursor().copy(statement, bound) as copy:
        rows = iter(copy)  # one row at a time
        while part := b"".join(islice(rows, BATCH_ROWS)):
            yield arrow_csv.read_csv(
                io.BytesIO(part),
                read_options=arrow_csv.ReadOptions(column_names=SCHEMA.names),
                parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
                convert_options=options,
            )
