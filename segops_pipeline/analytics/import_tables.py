"""The table of imports in ClickHouse, and the view of why their rows were rejected.

`segmentation.imports` has one row for each job that has ended, the newest version of it; `tenant_id` is the id of the
workspace in PostgreSQL. A job that has not ended any more, or is gone, stays as a row with `is_deleted = 1`. Read it
with FINAL. `segmentation.rejections` shows the causes of the rejected rows, a row of it per job, code and column; a
row of a file can have several causes. What belongs here: what the tables look like. What doesn't: what is put into
them (`import_facts`), what is asked of them (`import_figures`).
"""

COUNTED = (
    "rows", "created", "updated", "unchanged", "conflicts", "rejected", "skipped", "repeated", "warned", "deleted",
    "deactivated",
)  # fmt: skip
TEXTS = ("kind", "source", "origin", "file", "outcome", "reason", "error_code", "user")
TIMES = ("created_at", "started_at", "finished_at")

IMPORT_COLUMNS = [
    "tenant_id", "job_id", *TEXTS, "file_bytes", *COUNTED, "seconds", *TIMES, "rejections.code",
    "rejections.column_name", "rejections.rows", "fingerprint", "version", "is_deleted",
]  # fmt: skip

IMPORT_TABLE = f"""
CREATE TABLE IF NOT EXISTS segmentation.imports (
    tenant_id UInt64 COMMENT 'id of the workspace',
    job_id String,
    kind LowCardinality(String) COMMENT 'import, undo or redo',
    source LowCardinality(String),
    origin LowCardinality(String),
    file String,
    outcome LowCardinality(String) COMMENT 'done, failed, cancelled or same_file',
    reason String,
    error_code LowCardinality(String),
    user LowCardinality(String),
    file_bytes UInt64,
    {", ".join(f"{name} UInt64" for name in COUNTED)},
    seconds Map(String, Float64) COMMENT 'how long each stage took',
    {", ".join(f"{name} DateTime64(6, 'UTC')" for name in TIMES)},
    rejections Nested (code LowCardinality(String), column_name String, rows UInt64),
    fingerprint String COMMENT 'of what PostgreSQL says of the job',
    version UInt64,
    is_deleted UInt8
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY (tenant_id, job_id)
"""
REJECTION_VIEW = """
CREATE VIEW IF NOT EXISTS segmentation.rejections AS
SELECT tenant_id, job_id, source, finished_at, rejections.code AS code, rejections.column_name AS column_name,
    rejections.rows AS rows
FROM segmentation.imports FINAL ARRAY JOIN rejections WHERE is_deleted = 0
"""
