"""What the attributes, lists, categories, brands and segments of a workspace are, in one word: a plan rests on them."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

# Versions only grow: whatever is made, changed or removed gives another word.
STATE = """
SELECT (SELECT count(*) || ':' || coalesce(max(version), 0) FROM records WHERE workspace_id = :workspace_id)
    || ':' || coalesce((SELECT md5(string_agg(key || ' ' || type, ',' ORDER BY key)) FROM product_schema_fields
        WHERE workspace_id = :workspace_id), '')
"""


def records_state(connection: Connection, workspace_id: int) -> str:
    """A word that is another one as soon as any record or field of the workspace is."""
    return connection.execute(text(STATE), {"workspace_id": workspace_id}).scalar_one()
