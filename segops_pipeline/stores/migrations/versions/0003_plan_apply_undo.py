"""What the import engine keeps: rules of an import, frozen plans, conflicts, guards, locks, where each change is from.

A row of `source_rows` has values of its own only where the product did not become them; elsewhere the image of the
product at `version` says what the file gave: the product itself, or the before-image of the change that followed.
"""

from alembic import context, op

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE sources
    ADD COLUMN rules jsonb; -- of its imports, where they are not the defaults: see catalogue/rules.py

ALTER TABLE product_schema_fields
    ADD COLUMN rules jsonb NOT NULL DEFAULT '[]'; -- rules of its values, as text: see inference/rules.py

ALTER TABLE import_jobs
    ADD COLUMN kind text NOT NULL DEFAULT 'import' CHECK (kind IN ('import', 'undo', 'redo')),
    ADD COLUMN undoes text, -- the job that this one takes back
    ADD COLUMN undone_by text, -- the job that has taken this one back
    ADD COLUMN rules jsonb, -- confirmed: see catalogue/rules.py
    ADD COLUMN accept_guards boolean NOT NULL DEFAULT false,
    ADD COLUMN held jsonb, -- the guards that hold it: [{guard, limit, found, message}]
    ADD COLUMN memory_before jsonb, -- learned mappings that its confirmation changed, as they were
    ADD COLUMN plan jsonb, -- the summary of the plan that was applied
    ADD COLUMN results_uri text, -- Parquet: line, key, outcome, version of each row
    ADD COLUMN original_uri text, -- the uploaded bytes, while retention keeps them
    ADD COLUMN correction jsonb, -- while corrected rows of it are imported: the counts and lines before
    ADD COLUMN deleted bigint NOT NULL DEFAULT 0, -- products; they are no rows of the file
    ADD COLUMN deactivated bigint NOT NULL DEFAULT 0,
    ADD COLUMN backend_pid integer, -- of the transaction that applies, so that a cancel can end it
    ADD COLUMN purged_at timestamptz;
ALTER TABLE import_jobs DROP CONSTRAINT import_jobs_origin_check;
ALTER TABLE import_jobs ADD CONSTRAINT import_jobs_origin_check
    CHECK (origin IN ('upload', 'inbox', 'schedule', 'undo'));
CREATE INDEX import_jobs_originals ON import_jobs (original_uri) WHERE original_uri IS NOT NULL;
CREATE INDEX import_jobs_ended ON import_jobs (finished_at) WHERE status IN ('done', 'failed');
DROP INDEX import_jobs_recent;
CREATE INDEX import_jobs_recent ON import_jobs (workspace_id, created_at DESC, id DESC);
CREATE INDEX import_jobs_recent_of_all ON import_jobs (created_at DESC, id DESC);
CREATE INDEX import_jobs_of_source ON import_jobs (workspace_id, source_id, created_at DESC, id DESC);

ALTER TABLE plans
    ADD COLUMN draft jsonb, -- the mapping, fields, steps, policy, validation and rules that it was made for
    ADD COLUMN confirmed boolean NOT NULL DEFAULT false; -- a person has said: exactly this
CREATE UNIQUE INDEX plans_of_token ON plans (token);

ALTER TABLE products
    ADD COLUMN is_active boolean NOT NULL DEFAULT true,
    DROP COLUMN content_hash,
    -- json, as in staging: it is kept as it was in the file, with its columns in their order, and not parsed
    ALTER COLUMN raw_data TYPE json;

ALTER TABLE source_rows ALTER COLUMN data DROP NOT NULL;

ALTER TABLE revisions
    ALTER COLUMN job_id DROP NOT NULL, -- an edit by hand belongs to no job
    ADD COLUMN cause text NOT NULL DEFAULT 'import'
        CHECK (cause IN ('import', 'absent', 'conflict', 'undo', 'redo', 'edit')),
    ADD COLUMN line bigint,
    ADD COLUMN actor text, -- who, where that is not the job's own user
    ADD COLUMN source_before jsonb, -- the row of source_rows that an import has replaced
    ADD COLUMN restores bigint; -- of an undo: the version whose image is back; 0: before there was any

-- revisions of a job lie together, so that a sparse index finds them, and costs writing nothing
DROP INDEX revisions_of_job;
CREATE INDEX revisions_of_job ON revisions USING brin (workspace_id, job_id) WITH (pages_per_range = 32);
ALTER TABLE products ALTER COLUMN id SET CACHE 1000;
ALTER TABLE outbox ALTER COLUMN id SET CACHE 1000;

CREATE INDEX revisions_of_edits ON revisions (created_at) WHERE job_id IS NULL;

CREATE TABLE field_locks (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    entity text NOT NULL DEFAULT 'product',
    key text NOT NULL DEFAULT '', -- '': of every product
    field text NOT NULL,
    locked_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, entity, key, field)
);

CREATE TABLE guards (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    source_id bigint NOT NULL DEFAULT 0, -- 0: of every source
    guard text NOT NULL,
    most numeric, -- null: off
    PRIMARY KEY (workspace_id, source_id, guard)
);

CREATE TABLE conflicts (
    workspace_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id text NOT NULL,
    source_id bigint NOT NULL,
    entity text NOT NULL DEFAULT 'product',
    key text NOT NULL,
    line bigint NOT NULL,
    version bigint NOT NULL, -- of the product when the conflict was found
    fields jsonb NOT NULL, -- field -> {base, ours, theirs}: what the file gave last, the product, the file now
    name text, -- the after-image that accepting gives
    data jsonb NOT NULL,
    given jsonb, -- {name, data} of the file, where accepting makes another product of it
    raw json,
    raw_hash bytea,
    mapping_fingerprint text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'rejected', 'edited', 'superseded')),
    resolved_by text,
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conflicts_open ON conflicts (workspace_id, id) WHERE status = 'open';
CREATE INDEX conflicts_of_job ON conflicts (workspace_id, job_id);

ALTER TABLE staging.rows
    ALTER COLUMN raw TYPE json,
    ADD COLUMN dated timestamptz; -- of the column that dates the row, for the conflict rule `newer`

ALTER TABLE staging.plan_rows
    ALTER COLUMN line DROP NOT NULL, -- null: a product that the file lacks
    ALTER COLUMN name DROP NOT NULL,
    DROP COLUMN content_hash,
    ADD COLUMN contested jsonb, -- of a conflict: field -> {base, ours, theirs}
    ADD COLUMN reason text, -- why it is skipped
    ADD COLUMN given jsonb, -- {name, data} of the file, where the product does not become that
    ADD COLUMN raw_hash bytea;

CREATE UNLOGGED TABLE staging.seen (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    key text NOT NULL -- of every row of a file whose absent products matter
);
CREATE INDEX seen_of_job ON staging.seen (job_id, key);
"""

TENANT_TABLES = ("field_locks", "guards", "conflicts")

GRANTS_OF_TABLE = """
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}, {system};
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON {table} TO {app}
    USING (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint))
    WITH CHECK (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
CREATE POLICY every_workspace ON {table} TO {system} USING (true) WITH CHECK (true);
"""


def upgrade() -> None:
    prefix = context.config.attributes["role_prefix"]
    op.execute(TABLES)
    for table in (*TENANT_TABLES, "staging.seen"):
        op.execute(GRANTS_OF_TABLE.format(table=table, app=f"{prefix}_app", system=f"{prefix}_system"))
    op.execute(f"ALTER TABLE staging.seen OWNER TO {prefix}_system")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {prefix}_app, {prefix}_system")


def downgrade() -> None:
    raise NotImplementedError("Restore the database from before this migration instead.")
