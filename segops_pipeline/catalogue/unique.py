"""Values that no two products may have: rows of a file that share one, or that give one of another product's.

What belongs here: the rule `unique`, set-based over what is staged and the catalogue. What doesn't: rules that a value
breaks by itself (`validation`).
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.formats.table import TableMapping
from segops_pipeline.inference.rules import UNIQUE

# A product whose own row in the file gives the field, or clears it, will not have the value that it has now.
SHARED = """
WITH given AS (
    SELECT key, line, {row_value} AS value FROM staging.rows WHERE job_id = :job_id AND {row_value} IS NOT NULL
), shared AS (
    SELECT value FROM given GROUP BY value HAVING count(DISTINCT key) > 1
), bad AS MATERIALIZED (
    SELECT g.key, g.line, g.value, coalesce(
        (SELECT 'line ' || min(o.line) FROM given o WHERE s.value IS NOT NULL AND o.value = g.value AND o.key <> g.key),
        'product ' || min(p.sku)) AS other
    FROM given g
    LEFT JOIN shared s ON s.value = g.value
    LEFT JOIN products p ON p.workspace_id = :workspace_id AND {product_value} = g.value AND p.sku <> g.key
        AND NOT EXISTS (SELECT FROM staging.rows r WHERE r.job_id = :job_id AND r.key = p.sku
            AND ({row_value} IS NOT NULL OR :field = ANY(r.cleared)))
    WHERE s.value IS NOT NULL OR p.sku IS NOT NULL
    GROUP BY g.key, g.line, g.value, s.value
), told AS (
    INSERT INTO staging.issues (workspace_id, job_id, entity, key, line, column_name, value, code, level, message,
        suggestion, raw)
    SELECT r.workspace_id, r.job_id, r.entity, r.key, r.line, :header, left(b.value #>> '{{}}', 200), 'not_unique',
        :level, :told || b.other || ' has it too.' || :outcome,
        'Correct one of the two, or change the rule of the field.',
        CASE WHEN :level = 'error' THEN r.raw::jsonb END
    FROM bad b JOIN staging.rows r ON r.job_id = :job_id AND r.line = b.line
), written AS (
    {write}
)
SELECT count(*) FROM bad
"""
REJECT = "DELETE FROM staging.rows r USING bad b WHERE r.job_id = :job_id AND r.line = b.line"
LEAVE_OUT = """UPDATE staging.rows r SET data = r.data - CAST(:field AS text) FROM bad b
    WHERE r.job_id = :job_id AND r.line = b.line"""
LEAVE_OUT_NAME = "UPDATE staging.rows r SET name = NULL FROM bad b WHERE r.job_id = :job_id AND r.line = b.line"


def refuse_shared(
    connection: Connection, workspace_id: int, job_id: str, mapping: TableMapping, validation: str
) -> int:
    """Reject the staged rows whose value of a unique field another product has, or another row of another key.

    Under the validation `none` the value is left out instead, with a warning.

    Returns:
        How many rows were rejected.
    """
    rejected = 0
    for column in mapping.columns:
        if UNIQUE not in column.rules or column.target == "sku":
            continue
        is_name, is_kept = column.target == "name", validation == "none"
        statement = SHARED.format(
            row_value="to_jsonb(nullif(name, ''))" if is_name else "data->CAST(:field AS text)",
            product_value="to_jsonb(nullif(p.name, ''))" if is_name else "p.data->CAST(:field AS text)",
            write=REJECT if not is_kept else LEAVE_OUT_NAME if is_name else LEAVE_OUT,
        )
        found = connection.execute(
            text(statement),
            {
                "workspace_id": workspace_id,
                "job_id": job_id,
                "field": column.target,
                "header": column.header,
                "level": "warning" if is_kept else "error",
                "told": f"'{column.target}' must be of one product only, and ",
                "outcome": " The value was left out." if is_kept else "",
            },
        ).scalar_one()
        rejected += 0 if is_kept else found
    return rejected
