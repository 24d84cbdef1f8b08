"""People and what they may do, drafts of mappings, what happened to each job, and who is told of it.

`users`, `web_sessions` and `sign_in_links` are of the installation, not of a workspace: the application's role has no
right to them, and reads its own workspace's people through the system role.
"""

from alembic import context, op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL CHECK (email <> ''),
    name text NOT NULL DEFAULT '',
    password_hash text, -- argon2id; null: signs in by a link or through OIDC only
    oidc_subject text UNIQUE, -- "<issuer> <subject>"
    is_owner boolean NOT NULL DEFAULT false, -- administers every workspace
    is_active boolean NOT NULL DEFAULT true,
    language text, -- of the pages; null: as the browser says
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz
);
CREATE UNIQUE INDEX users_of_email ON users (lower(email));

CREATE TABLE web_sessions (
    token_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    current_workspace text, -- its name; null: the first that the user is a member of
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX web_sessions_of_user ON web_sessions (user_id);

CREATE TABLE sign_in_links (
    token_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE memberships (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'editor', 'admin')),
    notify text[] NOT NULL DEFAULT '{}', -- events that are told by e-mail
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX memberships_of_user ON memberships (user_id);

CREATE TABLE api_keys (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    prefix text NOT NULL, -- its first letters, so that a person knows which it is
    key_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'manage']),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_of_workspace ON api_keys (workspace_id, id);

CREATE TABLE audit_log (
    workspace_id bigint REFERENCES workspaces ON DELETE CASCADE, -- null: of the installation, as a sign-in
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    via text NOT NULL CHECK (via IN ('page', 'api', 'key', 'cli', 'system')),
    act text NOT NULL,
    target text,
    details jsonb NOT NULL DEFAULT '{}',
    address text
);
CREATE INDEX audit_log_recent ON audit_log (workspace_id, id DESC);

CREATE TABLE idempotency_keys (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    actor text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL, -- of method, path and body
    answer_status integer, -- null: the first request is still answered
    answer bytea,
    answer_headers jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, actor, key)
);
CREATE INDEX idempotency_keys_old ON idempotency_keys (created_at);

ALTER TABLE import_jobs
    ADD COLUMN draft jsonb, -- the mapping as it was last worked on: {mapping, schema, transformations, rules, …}
    ADD COLUMN draft_version bigint NOT NULL DEFAULT 0,
    ADD COLUMN drafted_by text,
    ADD COLUMN drafted_at timestamptz;
ALTER TABLE import_jobs DROP CONSTRAINT import_jobs_origin_check;
ALTER TABLE import_jobs ADD CONSTRAINT import_jobs_origin_check
    CHECK (origin IN ('upload', 'inbox', 'schedule', 'undo', 'api'));
CREATE INDEX import_jobs_by_user ON import_jobs (created_by, created_at DESC);

-- What a job has been through: its timeline, and what webhooks and e-mails tell of. A trigger misses no change.
CREATE TABLE job_events (
    workspace_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id text NOT NULL,
    status text NOT NULL,
    reason text,
    attempt integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    told boolean NOT NULL DEFAULT false, -- its deliveries have been made
    FOREIGN KEY (workspace_id, job_id) REFERENCES import_jobs (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX job_events_of_job ON job_events (workspace_id, job_id, id);
CREATE INDEX job_events_of_attempt ON job_events (workspace_id, job_id, attempt, status, id); -- was it so before?
CREATE INDEX job_events_untold ON job_events (id) WHERE NOT told;
CREATE FUNCTION note_job_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_events (workspace_id, job_id, status, reason, attempt)
    VALUES (NEW.workspace_id, NEW.id, NEW.status, NEW.reason, NEW.attempt);
    RETURN NULL;
END $$;
CREATE TRIGGER job_made AFTER INSERT ON import_jobs FOR EACH ROW EXECUTE FUNCTION note_job_event();
CREATE TRIGGER job_moved AFTER UPDATE OF status, reason ON import_jobs FOR EACH ROW
    WHEN ((OLD.status, OLD.reason) IS DISTINCT FROM (NEW.status, NEW.reason))
    EXECUTE FUNCTION note_job_event();

CREATE TABLE webhooks (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url text NOT NULL,
    secret text NOT NULL, -- it signs; the receiver has it too
    events text[] NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhooks_of_workspace ON webhooks (workspace_id, id);

CREATE TABLE deliveries (
    workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint REFERENCES webhooks ON DELETE CASCADE, -- null: an e-mail
    recipient text, -- of an e-mail
    event text NOT NULL,
    job_id text,
    payload jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT now(), -- null: delivered, or given up
    delivered_at timestamptz,
    answer_status integer,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((webhook_id IS NULL) <> (recipient IS NULL))
);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_of_webhook ON deliveries (workspace_id, webhook_id, id DESC);

CREATE UNIQUE INDEX products_of_id ON products (workspace_id, id);
"""

TENANT_TABLES = (
    "memberships", "api_keys", "audit_log", "idempotency_keys", "job_events", "webhooks", "deliveries",
)  # fmt: skip
INSTALLATION_TABLES = ("users", "web_sessions", "sign_in_links")

GRANTS_OF_TABLE = """
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}, {system};
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON {table} TO {app}
    USING (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint))
    WITH CHECK (workspace_id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
CREATE POLICY every_workspace ON {table} TO {system} USING (true) WITH CHECK (true);
"""

# what amounts and texts of a workspace are in is a part of its schema
DEFAULTS = """
GRANT UPDATE (default_currency, default_locale) ON workspaces TO {app};
CREATE POLICY own_defaults ON workspaces FOR UPDATE TO {app}
    USING (id = (SELECT NULLIF(current_setting('segops.workspace_id', true), '')::bigint));
"""


def upgrade() -> None:
    prefix = context.config.attributes["role_prefix"]
    app, system = f"{prefix}_app", f"{prefix}_system"
    op.execute(TABLES)
    for table in TENANT_TABLES:
        op.execute(GRANTS_OF_TABLE.format(table=table, app=app, system=system))
    op.execute(f"REVOKE UPDATE, DELETE ON audit_log FROM {app}")  # what was done stays written
    op.execute(DEFAULTS.format(app=app))
    for table in INSTALLATION_TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {system}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}, {system}")


def downgrade() -> None:
    raise NotImplementedError("Restore the database from before this migration instead.")
