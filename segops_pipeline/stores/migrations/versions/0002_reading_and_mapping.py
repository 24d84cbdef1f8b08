"""How a file is to be read, what is done to its cells, mapping templates, and answers of Claude that are kept."""

from alembic import context, op

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE import_jobs
    ADD COLUMN dialect_choice jsonb, -- what a person says of the file instead of what was detected
    ADD COLUMN transformations jsonb, -- confirmed: column -> list of steps, as text
    ADD COLUMN template text; -- the mapping template that the suggestion or the confirmation came from

CREATE TABLE mapping_templates (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    description text,
    fingerprint text NOT NULL, -- of its headers, without their order
    headers jsonb NOT NULL, -- as written, in their order
    header_keys jsonb NOT NULL, -- as they read, in the order of the alphabet
    mappings jsonb NOT NULL, -- column -> target, null for a skip
    fields jsonb NOT NULL DEFAULT '[]',
    transformations jsonb NOT NULL DEFAULT '{}', -- column -> list of steps, as text
    validation_rules jsonb NOT NULL DEFAULT '{}', -- column -> list of rules, as text
    is_default boolean NOT NULL DEFAULT false,
    is_public boolean NOT NULL DEFAULT false,
    used_count bigint NOT NULL DEFAULT 0,
    created_by text NOT NULL DEFAULT 'system',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    UNIQUE (workspace_id, name)
);
CREATE INDEX mapping_templates_of_headers ON mapping_templates (workspace_id, fingerprint);
CREATE UNIQUE INDEX mapping_templates_default ON mapping_templates (workspace_id) WHERE is_default;

CREATE TABLE claude_answers (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    fingerprint text NOT NULL, -- of the question: model, columns, samples, fields
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, fingerprint)
);
"""

TENANT_TABLES = ("mapping_templates", "claude_answers")

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
    for table in TENANT_TABLES:
        op.execute(GRANTS_OF_TABLE.format(table=table, app=f"{prefix}_app", system=f"{prefix}_system"))
    # identity columns have a sequence of their own, which the roles need to insert
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {prefix}_app, {prefix}_system")


def downgrade() -> None:
    raise NotImplementedError("Restore the database from before this migration instead.")
