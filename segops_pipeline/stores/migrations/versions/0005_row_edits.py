"""Rows that a person has corrected or dropped before their import: laid over the file whenever it is staged."""

from alembic import context, op

revision = "0005"
down_revision = "0004"

TABLE = """
CREATE TABLE row_edits (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    line bigint NOT NULL, -- of the file, where the row starts
    cells jsonb, -- the corrected cells, {column: text}; null: the row is dropped
    reading text NOT NULL, -- of which file, read in which way: of another one the line means another row
    edited_by text NOT NULL,
    edited_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, job_id, line),
    FOREIGN KEY (workspace_id, job_id) REFERENCES import_jobs (workspace_id, id) ON DELETE CASCADE
);
"""
RIGHTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON row_edits TO {app}, {system};
ALTER TABLE row_edits ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON row_edits TO {app}
    USING (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint))
    WITH CHECK (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
CREATE POLICY every_workspace ON row_edits TO {system} USING (true) WITH CHECK (true);
"""


def upgrade() -> None:
    prefix = context.config.attributes["role_prefix"]
    op.execute(TABLE)
    op.execute(RIGHTS.format(app=f"{prefix}_app", system=f"{prefix}_system"))


def downgrade() -> None:
    raise NotImplementedError("Restore the database from before this migration instead.")
