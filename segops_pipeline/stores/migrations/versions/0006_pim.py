"""The PIM beside the products: records of other entities, what the PIM says of a product, and imports of both.

`records` has one row per attribute, global list, category, brand and segment; `catalogue/pim/model.py` says what is in
`data`, and in `products.pim`. The indexes are of the questions: which products have this master, are placed there.
"""

from alembic import context, op

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE records (
    workspace_id bigint NOT NULL,
    entity text NOT NULL CHECK (entity IN ('attribute', 'global_list', 'category', 'brand', 'segment')),
    key text NOT NULL CHECK (key <> ''),
    data jsonb NOT NULL DEFAULT '{}',
    version bigint NOT NULL, -- of the one sequence of versions, as those of products
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, entity, key)
) WITH (toast_tuple_target = 8160);
CREATE INDEX records_of_parent ON records (workspace_id, entity, (data ->> 'parent'))
    WHERE (data ->> 'parent') IS NOT NULL;

ALTER TABLE products
    ADD COLUMN pim jsonb NOT NULL DEFAULT '{}'; -- placements, external ids, master, variants, bundle, external
CREATE INDEX products_of_master ON products (workspace_id, (pim ->> 'master')) WHERE (pim ->> 'master') IS NOT NULL;
CREATE INDEX products_of_category ON products (workspace_id, (pim ->> 'primary'))
    WHERE (pim ->> 'primary') IS NOT NULL;
CREATE INDEX products_placed_too ON products USING gin ((pim -> 'additional'))
    WHERE (pim -> 'additional') IS NOT NULL;

ALTER TABLE import_jobs
    ADD COLUMN format_options jsonb; -- of a format that has some: of Bizzkit entity, mode, order, null_removes
ALTER TABLE sources
    ADD COLUMN format_options jsonb; -- of its imports, where they are not the defaults

ALTER TABLE staging.plan_rows
    ADD COLUMN pim jsonb; -- of a planned record as it will be, {} where it is no product; null: of a wizard's import
-- while a file is planned, records that it has changed are read again
CREATE INDEX plan_rows_of_key ON staging.plan_rows (job_id, entity, key) WHERE pim IS NOT NULL;
CREATE INDEX plan_rows_of_master ON staging.plan_rows (job_id, (pim ->> 'master'))
    WHERE (pim ->> 'master') IS NOT NULL;

CREATE UNLOGGED TABLE staging.row_outcomes (
    workspace_id bigint NOT NULL,
    job_id text NOT NULL,
    line bigint NOT NULL,
    entity text NOT NULL, -- of the file: bundle_item, global_list_item …
    key text NOT NULL, -- what the row is about: `A-1`, `LIST/ITEM`
    outcome text NOT NULL,
    reason text
);
CREATE INDEX row_outcomes_of_job ON staging.row_outcomes (job_id, line);
"""

TENANT_TABLES = ("records", "staging.row_outcomes")

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
    op.execute(f"ALTER TABLE staging.row_outcomes OWNER TO {prefix}_system")


def downgrade() -> None:
    raise NotImplementedError("Restore the database from before this migration instead.")
