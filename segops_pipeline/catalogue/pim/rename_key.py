"""A field of the product schema under another key, or no more: wherever the key is remembered.

What belongs here: the tables that name fields by their keys, besides products and records. What doesn't: values
(`acts`), what a field is (`schema_sync`).
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

RENAME = (
    "UPDATE product_schema_fields SET key = :new, updated_at = now() WHERE workspace_id = :workspace_id AND key = :old",
    "UPDATE field_locks SET field = :new WHERE workspace_id = :workspace_id AND field = :old",
    # else the next import of the same file would make the field again
    "UPDATE learned_mappings SET target = :new WHERE workspace_id = :workspace_id AND target = :old",
    # what the file gave last is compared with what it gives next
    """UPDATE source_rows SET data = (data - CAST(:old AS text)) || jsonb_build_object(CAST(:new AS text), data -> :old)
    WHERE workspace_id = :workspace_id AND jsonb_exists(data, :old)""",
    """UPDATE mapping_templates t SET updated_at = now(), mappings = (
            SELECT jsonb_object_agg(m.key, CASE WHEN m.value = to_jsonb(CAST(:old AS text))
                THEN to_jsonb(CAST(:new AS text)) ELSE m.value END) FROM jsonb_each(t.mappings) m),
        fields = coalesce((SELECT jsonb_agg(CASE WHEN f.field ->> 'key' = :old
                THEN f.field || jsonb_build_object('key', CAST(:new AS text)) ELSE f.field END ORDER BY f.place)
            FROM jsonb_array_elements(t.fields) WITH ORDINALITY f (field, place)), '[]')
    WHERE workspace_id = :workspace_id AND EXISTS (
        SELECT FROM jsonb_each(t.mappings) m WHERE m.value = to_jsonb(CAST(:old AS text)))""",
    """UPDATE sources SET rules = jsonb_set(rules, '{fields}', (rules -> 'fields') - CAST(:old AS text)
        || jsonb_build_object(CAST(:new AS text), rules -> 'fields' -> :old))
    WHERE workspace_id = :workspace_id AND jsonb_exists(rules -> 'fields', :old)""",
    """UPDATE sources SET rules = jsonb_set(rules, '{match}', (
            SELECT jsonb_agg(CASE WHEN m.field = :old THEN CAST(:new AS text) ELSE m.field END ORDER BY m.place)
            FROM jsonb_array_elements_text(rules -> 'match') WITH ORDINALITY m (field, place)))
    WHERE workspace_id = :workspace_id AND jsonb_exists(rules -> 'match', :old)""",
)
FORGET = (
    "DELETE FROM product_schema_fields WHERE workspace_id = :workspace_id AND key = :key",
    "DELETE FROM field_locks WHERE workspace_id = :workspace_id AND field = :key",
    "DELETE FROM learned_mappings WHERE workspace_id = :workspace_id AND target = :key",
)


def rename_field_key(connection: Connection, workspace_id: int, old: str, new: str) -> None:
    """Call a field by another key in the schema, locks, learned mappings, templates, rules and what sources gave."""
    _execute(connection, RENAME, {"workspace_id": workspace_id, "old": old, "new": new})


def forget_field(connection: Connection, workspace_id: int, key: str) -> None:
    """Forget a field: the schema, its locks, and the mappings that would make it again."""
    _execute(connection, FORGET, {"workspace_id": workspace_id, "key": key})


def _execute(connection: Connection, statements: tuple[str, ...], bound: dict[str, Any]) -> None:
    for statement in statements:
        connection.execute(text(statement), bound)
