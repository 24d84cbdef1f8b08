"""Fresh statistics of the catalogue's tables after much was written, so that the next import is planned by them.

PostgreSQL does this by itself within a minute or so; an import that follows at once would be planned as if the
workspace were empty, and loop over all of it.
"""

import logging

from sqlalchemy import text

from segops_pipeline.errors import SegopsError
from segops_pipeline.stores.database import Database

logger = logging.getLogger(__name__)

FROM_ROWS = 2_000  # a loop over all pairs of fewer takes less than a second
TABLES = {
    "products": ("workspace_id", "sku", "version"),
    "source_rows": ("workspace_id", "source_id", "entity", "key", "version"),
    "revisions": ("workspace_id", "job_id", "entity", "key", "version_before", "version_after"),
    "outbox": ("workspace_id", "entity", "id"),
}


def refresh_statistics(database: Database, rows: int) -> None:
    """Look at a small sample of each table, if many rows were written.

    What was written is committed: where this cannot be done, the log says so.

    Args:
        database: of the catalogue; only its owner may do this.
        rows: that were written.
    """
    if rows < FROM_ROWS:
        return
    try:
        with database.owner_session() as connection:
            connection.execute(text("SET LOCAL default_statistics_target = 10"))
            for table, columns in TABLES.items():
                connection.execute(text(f"ANALYZE {table} ({', '.join(columns)})"))
    except SegopsError as error:
        logger.warning("the catalogue has no fresh statistics: %s", error)
