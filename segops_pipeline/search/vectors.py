"""The table of vectors: written, refreshed, deleted, and indexed for each length that a model has.

The column has no length of its own, so that a model can be changed while the old one's vectors still
answer; one HNSW index for each length covers the vectors that have it. What belongs here: the table's SQL
for writing. What doesn't: which products need a vector (embeddings.py), asking (query.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.stores.database import Database

MIGRATED_DIMENSIONS = 384  # the first migration makes this index
MOST_INDEXED_DIMENSIONS = 2_000  # pgvector indexes no longer vector; those are compared one by one


@dataclass(frozen=True, slots=True)
class Vector:
    """A product's vector, with the hash of the text that it is made of and the product's version then."""

    key: str
    text_hash: bytes
    version: int
    numbers: Sequence[float]


def lock_writing(connection: Connection, workspace_id: int) -> None:
    """Let one transaction at a time write a workspace's vectors: two would lock rows in different orders."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('embeddings of ' || :workspace_id, 0))"),
        {"workspace_id": str(workspace_id)},
    )


def write_vectors(connection: Connection, workspace_id: int, model: str, vectors: Sequence[Vector]) -> None:
    """Write vectors of products that exist and are active; one that was made of a newer version stays."""
    connection.execute(
        text(
            "INSERT INTO embeddings (workspace_id, entity, key, model, text_hash, version, embedding)"
            " SELECT :workspace_id, 'product', given.key, :model, given.text_hash, given.version,"
            " given.numbers::vector"
            " FROM unnest(CAST(:keys AS text[]), CAST(:hashes AS bytea[]), CAST(:versions AS bigint[]),"
            " CAST(:numbers AS text[])) AS given (key, text_hash, version, numbers)"
            " JOIN products ON products.workspace_id = :workspace_id AND products.sku = given.key"
            " AND products.is_active"
            " ON CONFLICT (workspace_id, entity, key) DO UPDATE SET model = excluded.model,"
            " text_hash = excluded.text_hash, version = excluded.version, embedding = excluded.embedding,"
            " updated_at = now() WHERE embeddings.version <= excluded.version"
        ),
        {
            "workspace_id": workspace_id,
            "model": model,
            "keys": [vector.key for vector in vectors],
            "hashes": [vector.text_hash for vector in vectors],
            "versions": [vector.version for vector in vectors],
            "numbers": [vector_text(vector.numbers) for vector in vectors],
        },
    )


def refresh_versions(
    connection: Connection, workspace_id: int, model: str, products: Sequence[tuple[str, bytes, int]]
) -> None:
    """Give vectors whose text is the same the version of their product: key, hash of the text, version."""
    if not products:
        return
    keys, hashes, versions = zip(*products, strict=True)
    connection.execute(
        text(
            "UPDATE embeddings SET version = given.version"
            " FROM unnest(CAST(:keys AS text[]), CAST(:hashes AS bytea[]), CAST(:versions AS bigint[]))"
            " AS given (key, text_hash, version)"
            " WHERE embeddings.workspace_id = :workspace_id AND embeddings.entity = 'product'"
            " AND embeddings.key = given.key AND embeddings.model = :model"
            " AND embeddings.text_hash = given.text_hash AND embeddings.version < given.version"
        ),
        {
            "workspace_id": workspace_id,
            "model": model,
            "keys": list(keys),
            "hashes": list(hashes),
            "versions": list(versions),
        },
    )


def delete_vectors(connection: Connection, workspace_id: int, keys: Collection[str]) -> int:
    """Delete the vectors of products that no longer exist or are not active, and return how many there were."""
    if not keys:
        return 0
    return connection.execute(
        text(
            "DELETE FROM embeddings WHERE workspace_id = :workspace_id AND entity = 'product'"
            " AND key = ANY(:keys) AND NOT EXISTS (SELECT FROM products"
            " WHERE products.workspace_id = :workspace_id AND products.sku = embeddings.key AND products.is_active)"
        ),
        {"workspace_id": workspace_id, "keys": list(keys)},
    ).rowcount


def vector_text(numbers: Sequence[float]) -> str:
    """Write a vector as pgvector reads it."""
    return f"[{','.join(map(repr, numbers))}]"


def ensure_index(database: Database, dimensions: int) -> None:
    """Make the index for vectors of a length that no vector had before.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    if dimensions == MIGRATED_DIMENSIONS or dimensions > MOST_INDEXED_DIMENSIONS:
        return
    with database.owner_session() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('index of embeddings', 0))"))
        connection.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS embeddings_{dimensions} ON embeddings"
                f" USING hnsw ((embedding::vector({dimensions})) vector_cosine_ops)"
                f" WHERE vector_dims(embedding) = {dimensions}"
            )
        )
