"""The first tables: workspaces, sources, jobs, memory, schema, products and what surrounds them.

Roles: the owner runs migrations; `<prefix>_app` is bound by row-level security to the workspace of its
transaction (setting `segops.workspace_id`); `<prefix>_system` spans workspaces (sensors, sweeps) and owns
the staging tables, so that COPY works there although row-level security is on for the application.

Tables with a row per product or per cell carry no foreign key: checking 100,000 rows one by one costs as
much as writing them, and the policies already allow no other workspace than the session's own. Their rows are often
just over the 2 kB at which PostgreSQL compresses a row, which costs more than it saves: toast_tuple_target.
"""

from alembic import context, op

revision = "0001"
down_revision = None

TENANT_TABLES = [
    "sources", "import_jobs", "issues", "learned_mappings", "product_schema_fields", "products",
    "source_rows", "revisions", "outbox", "embeddings", "plans",
]  # fmt: skip
STAGING_TABLES = ["rows", "issues", "plan_rows"]

TABLES = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA IF NOT EXISTS staging;

CREATE TABLE workspaces (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    default_currency text,
    default_locale text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sources (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    format text NOT NULL DEFAULT 'table',
    policy text NOT NULL DEFAULT 'overwrite' CHECK (policy IN ('overwrite', 'replace', 'merge', 'fill')),
    automatic boolean NOT NULL DEFAULT false,
    location text,
    cron text,
    timezone text NOT NULL DEFAULT 'UTC',
    next_due_at timestamptz,
    last_checksum text,
    last_fetched_at timestamptz,
    last_note text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name),
    CHECK (cron IS NULL OR location IS NOT NULL)
);
CREATE INDEX sources_due ON sources (next_due_at) WHERE cron IS NOT NULL;

CREATE TABLE import_jobs (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id text PRIMARY KEY,
    source_id bigint NOT NULL,
    file_name text NOT NULL,
    format text NOT NULL DEFAULT 'table',
    origin text NOT NULL DEFAULT 'upload' CHECK (origin IN ('upload', 'inbox', 'schedule')),
    location text,
    upload_uri text,
    checksum text,
    size_bytes bigint,
    rows_uri text,
    dialect jsonb,
    headers jsonb,
    sample_rows jsonb,
    total_rows bigint,
    suggestion jsonb,
    mapping jsonb,
    schema_fields jsonb,
    policy text NOT NULL DEFAULT 'overwrite' CHECK (policy IN ('overwrite', 'replace', 'merge', 'fill')),
    validation text NOT NULL DEFAULT 'lenient' CHECK (validation IN ('strict', 'lenient', 'none')),
    status text NOT NULL CHECK (status IN ('mapping', 'pending', 'importing', 'done', 'failed')),
    reason text,
    error jsonb,
    attempt integer NOT NULL DEFAULT 0,
    cancel_requested boolean NOT NULL DEFAULT false,
    run_id text,
    heartbeat_at timestamptz,
    stage text,
    stage_done bigint,
    stage_total bigint,
    rows bigint,
    created bigint, updated bigint, unchanged bigint, conflicts bigint, rejected bigint, skipped bigint,
    imported_count bigint GENERATED ALWAYS AS (created + updated + unchanged) STORED,
    seconds jsonb NOT NULL DEFAULT '{}',
    created_by text NOT NULL DEFAULT 'system',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    finished_at timestamptz,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id),
    CONSTRAINT counts_reconcile CHECK (
        rows IS NULL OR rows = created + updated + unchanged + conflicts + rejected + skipped),
    CONSTRAINT done_has_counts CHECK (status <> 'done' OR (rows IS NOT NULL AND finished_at IS NOT NULL
        AND num_nulls(created, updated, unchanged, conflicts, rejected, skipped) = 0))
);
CREATE INDEX import_jobs_recent ON import_jobs (workspace_id, created_at DESC);
CREATE INDEX import_jobs_active ON import_jobs (status, created_at)
    WHERE status IN ('mapping', 'pending', 'importing');
CREATE INDEX import_jobs_uploads ON import_jobs (upload_uri) WHERE upload_uri IS NOT NULL;
CREATE INDEX import_jobs_left ON import_jobs (id) WHERE status = 'done' AND rows_uri IS NOT NULL;

CREATE TABLE issues (
    workspace_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id text NOT NULL,
    entity text NOT NULL DEFAULT 'product',
    key text,
    stage text NOT NULL,
    line bigint,
    column_name text,
    value text,
    code text NOT NULL,
    level text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    message text NOT NULL,
    suggestion text,
    raw jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX issues_of_job ON issues (workspace_id, job_id, id);

CREATE TABLE learned_mappings (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    source_id bigint NOT NULL DEFAULT 0,
    header text NOT NULL,
    target text,
    used_count bigint NOT NULL DEFAULT 1,
    job_id text,
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, source_id, header)
);

CREATE TABLE product_schema_fields (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    key text NOT NULL CHECK (key <> '' AND key NOT IN ('sku', 'name')),
    label text NOT NULL,
    type text NOT NULL CHECK (type IN
        ('text', 'number', 'boolean', 'list', 'url', 'price', 'multi_price', 'datetime')),
    required boolean NOT NULL DEFAULT false,
    description text,
    position integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, key)
);

CREATE SEQUENCE version_sequence;

CREATE TABLE products (
    workspace_id bigint NOT NULL,
    sku text NOT NULL CHECK (sku <> ''),
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}',
    raw_data jsonb,
    source text NOT NULL DEFAULT 'csv' CHECK (source IN ('csv', 'api', 'manual')),
    version bigint NOT NULL,
    content_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, sku)
) WITH (toast_tuple_target = 8160);

CREATE TABLE source_rows (
    workspace_id bigint NOT NULL,
    source_id bigint NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    line bigint NOT NULL,
    raw_hash bytea NOT NULL,
    name text,
    data jsonb NOT NULL,
    mapping_fingerprint text NOT NULL,
    version bigint NOT NULL,
    job_id text NOT NULL,
    PRIMARY KEY (workspace_id, source_id, entity, key)
) WITH (toast_tuple_target = 8160);

CREATE TABLE revisions (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    action text NOT NULL CHECK (action IN ('created', 'updated', 'deleted')),
    version_before bigint,
    version_after bigint NOT NULL,
    before jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, entity, key, version_after)
);
CREATE INDEX revisions_of_job ON revisions (workspace_id, job_id);

CREATE TABLE outbox (
    workspace_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    entity text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    operation text NOT NULL CHECK (operation IN ('upsert', 'delete')),
    job_id text,
    to_clickhouse boolean NOT NULL DEFAULT true,
    to_embeddings boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE embeddings (
    workspace_id bigint NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    model text NOT NULL,
    text_hash bytea NOT NULL,
    version bigint NOT NULL,
    embedding vector NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, entity, key)
) WITH (fillfactor = 50); -- a new version fits beside its row, and the HNSW index is left alone
CREATE INDEX embeddings_384 ON embeddings USING hnsw ((embedding::vector(384)) vector_cosine_ops)
    WHERE vector_dims(embedding) = 384;

CREATE TABLE plans (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    job_id text NOT NULL,
    token text NOT NULL,
    checksum text NOT NULL,
    mapping_fingerprint text NOT NULL,
    planned_hash text NOT NULL,
    summary jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, job_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES import_jobs (workspace_id, id) ON DELETE CASCADE
);

CREATE UNLOGGED TABLE staging.rows (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    line bigint NOT NULL,
    repeated boolean NOT NULL,
    name text,
    data jsonb NOT NULL,
    cleared text[],
    raw jsonb NOT NULL,
    raw_hash bytea NOT NULL
) WITH (toast_tuple_target = 8160);
CREATE INDEX rows_of_job ON staging.rows (job_id, line);

CREATE UNLOGGED TABLE staging.issues (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    entity text NOT NULL,
    key text,
    line bigint,
    column_name text,
    value text,
    code text NOT NULL,
    level text NOT NULL,
    message text NOT NULL,
    suggestion text,
    raw jsonb
);
CREATE INDEX staging_issues_of_job ON staging.issues (job_id);

CREATE UNLOGGED TABLE staging.plan_rows (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    line bigint NOT NULL,
    outcome text NOT NULL,
    version_before bigint,
    name text NOT NULL,
    data jsonb, -- null: as staged, or unchanged
    content_hash bytea NOT NULL
) WITH (toast_tuple_target = 8160);
CREATE INDEX plan_rows_of_job ON staging.plan_rows (job_id, line);

CREATE AGGREGATE staging.jsonb_concat_agg(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
"""

ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{app}') THEN CREATE ROLE {app} LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{system}') THEN CREATE ROLE {system} LOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another installation was as fast
END $$;
"""

GRANTS = """
GRANT {system} TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO {app}, {system};
GRANT USAGE ON SCHEMA staging TO {app};
GRANT USAGE, CREATE ON SCHEMA staging TO {system};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {system};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}, {system};
GRANT SELECT ON workspaces TO {app};
ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON workspaces FOR SELECT TO {app}
    USING (id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
CREATE POLICY every_workspace ON workspaces TO {system} USING (true) WITH CHECK (true);
"""

GRANTS_OF_TABLE = """
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app};
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON {table} TO {app}
    USING (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint))
    WITH CHECK (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
"""


def upgrade() -> None:
    prefix = context.config.attributes["role_prefix"]
    roles = {"app": f"{prefix}_app", "system": f"{prefix}_system"}
    op.execute(TABLES)
    op.execute(ROLES.format(**roles))
    op.execute(GRANTS.format(**roles))
    for table in TENANT_TABLES:
        op.execute(GRANTS_OF_TABLE.format(table=table, **roles))
        op.execute(f"CREATE POLICY every_workspace ON {table} TO {roles['system']} USING (true) WITH CHECK (true)")
    for table in STAGING_TABLES:
        op.execute(GRANTS_OF_TABLE.format(table=f"staging.{table}", **roles))
        op.execute(f"ALTER TABLE staging.{table} OWNER TO {roles['system']}")


def downgrade() -> None:
    raise NotImplementedError("The first migration is undone by dropping the database.")
