"""Remove what nobody needs any more of notifications and of requests that were answered.

What imports leave is removed by `imports.retention`; this is of the web process, which does it every hour. Idempotency
keys also go whenever their workspace sends another request (`stores.idempotency`).
"""

from sqlalchemy import text

from segops_pipeline.stores.idempotency import KEPT_HOURS
from segops_pipeline.stores.opening import Stores

KEEP_DELIVERIES_DAYS = 30
ROWS_AT_ONCE = 5_000

STATEMENTS = {
    "deliveries": """
        DELETE FROM deliveries WHERE id = ANY (ARRAY(SELECT id FROM deliveries
            WHERE next_attempt_at IS NULL AND created_at < now() - make_interval(days => :days) LIMIT :limit))
        """,
    "idempotency_keys": """
        DELETE FROM idempotency_keys WHERE (workspace_id, actor, key) IN (SELECT workspace_id, actor, key
            FROM idempotency_keys WHERE created_at < now() - make_interval(hours => :hours) LIMIT :limit)
        """,
}


def clean(stores: Stores) -> dict[str, int]:
    """Remove deliveries that have ended and idempotency keys, once they are old.

    Returns:
        How many rows of each table went.
    """
    bound = {"days": KEEP_DELIVERIES_DAYS, "hours": KEPT_HOURS, "limit": ROWS_AT_ONCE}
    gone = dict.fromkeys(STATEMENTS, 0)
    for table, statement in STATEMENTS.items():
        while True:
            with stores.database.system_session() as connection:
                number = connection.execute(text(statement), bound).rowcount
            gone[table] += number
            if number < ROWS_AT_ONCE:
                break
    return gone
