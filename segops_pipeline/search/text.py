"""What of a product is searched: its name and the words of its text and list fields.

What belongs here: the text and its hash. What doesn't: the vector that is made of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

# The packaged model reads 256 word pieces, about 1,000 characters: one long description must leave room.
MAX_FIELD_CHARACTERS = 500
MAX_CHARACTERS = 2_000

MARKUP = re.compile(r"<[^<>]{1,200}>")
SPACE = re.compile(r"\s+")


def searched_fields(connection: Connection, workspace_id: int) -> list[str]:
    """List the keys of a workspace's text and list fields by name, an order that no import changes.

    Attributes with structured values are not among them: `catalogue.pim.plain` knows those that have words.
    """
    found = connection.execute(
        text(
            "SELECT key FROM product_schema_fields WHERE workspace_id = :workspace_id"
            " AND type IN ('text', 'list') ORDER BY key COLLATE \"C\""
        ),
        {"workspace_id": workspace_id},
    )
    return list(found.scalars())


def search_text(sku: str, name: str, data: Mapping[str, Any], fields: Sequence[str]) -> str:
    """Join a product's name and the words of its `fields`, without markup; the sku if there are none."""
    parts = [_plain(name), *(_plain(", ".join(_words(data.get(field)))) for field in fields)]
    return ". ".join(part for part in parts if part)[:MAX_CHARACTERS] or sku


def text_hash(searched: str) -> bytes:
    """Hash a search text: what has the same hash needs no new vector."""
    return sha256(searched.encode()).digest()


def _words(value: object) -> Iterator[str]:
    """Find the texts of a value: a text, a list of them, or an object of them by segment or field."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _words(entry)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _words(value[key])


def _plain(value: str) -> str:
    return SPACE.sub(" ", MARKUP.sub(" ", value)).strip()[:MAX_FIELD_CHARACTERS]
