"""Rows that are known: the same under the same mapping as at their source's last import, on products untouched since.

What belongs here: which rows of the source are known, as hashes. What doesn't: reading and staging rows (`staging`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.stores.database import driver

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENTITY = "product"
# each product is looked up by its key: a join would be planned by statistics, which a new workspace lacks
KNOWN_ROWS = """
FROM source_rows s CROSS JOIN LATERAL (
    SELECT FROM products p WHERE p.workspace_id = s.workspace_id AND p.sku = s.key AND p.version = s.version OFFSET 0
) p
WHERE s.source_id = {source_id} AND s.entity = {entity} AND s.mapping_fingerprint = {fingerprint}
"""
COPY_HASHES = (
    f"COPY (SELECT s.raw_hash, s.version {KNOWN_ROWS} AND s.workspace_id = {{workspace_id}}"
    " AND octet_length(s.raw_hash) = 16) TO STDOUT (FORMAT binary)"
)
COPY_HEADER_BYTES, COPY_TRAILER_BYTES = 19, 2
HASH = np.dtype([("first", "<u8"), ("second", "<u8")])
COPIED = np.dtype(  # a row of binary COPY
    [("columns", ">i2"), ("length", ">i4"), ("hash", HASH), ("version_length", ">i4"), ("version", ">i8")]
)


@dataclass(frozen=True, slots=True)
class KnownRows:
    """The hashes of known rows, as two halves of 64 bits each, in the order of the first: 16 bytes a row.

    `newest` is the highest version of their products, 0 where there are none.
    """

    firsts: "NDArray[np.uint64]"
    seconds: "NDArray[np.uint64]"
    newest: int = 0

    def __len__(self) -> int:
        return len(self.firsts)

    def has(self, hashes: bytes) -> "NDArray[np.bool_]":
        """Whether each hash (16 bytes each, one after the other) is that of a known row.

        Of two known rows with the same first half one may be forgotten: it is then cast again, and found unchanged.
        """
        asked = np.frombuffer(hashes, dtype=HASH)
        if not len(self.firsts):
            return np.zeros(len(asked), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.firsts, asked["first"]), len(self.firsts) - 1)
        return (self.firsts[places] == asked["first"]) & (self.seconds[places] == asked["second"])


def load_known_rows(connection: Connection, workspace_id: int, source_id: int, fingerprint: str) -> KnownRows:
    """The known rows of a source under a mapping."""
    from psycopg import sql

    bound = {"workspace_id": workspace_id, "source_id": source_id, "entity": ENTITY, "fingerprint": fingerprint}
    statement = sql.SQL(COPY_HASHES).format(**{name: sql.Literal(value) for name, value in bound.items()})
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copied = b"".join(bytes(block) for block in copy)
    found = np.frombuffer(copied[COPY_HEADER_BYTES:-COPY_TRAILER_BYTES], dtype=COPIED)
    rows = found["hash"]
    order = np.argsort(rows["first"])
    newest = int(found["version"].max()) if len(found) else 0
    return KnownRows(rows["first"][order], rows["second"][order], newest)


def known_now(connection: Connection, source_id: int, fingerprint: str) -> tuple[int, int]:
    """How many rows of a source are known now, and the highest version of their products.

    Versions only grow: where both are as before, every row that was known is known by the same text.
    """
    known = KNOWN_ROWS.format(source_id=":source_id", entity=":entity", fingerprint=":fingerprint")
    found = connection.execute(
        text(f"SELECT count(*) AS number, coalesce(max(s.version), 0) AS newest {known}"),
        {"source_id": source_id, "entity": ENTITY, "fingerprint": fingerprint},
    ).one()
    return found.number, found.newest
