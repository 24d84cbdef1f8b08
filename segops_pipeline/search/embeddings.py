"""Keep one vector for each active product, made of its search text; only products whose text changed are embedded.

What belongs here: which products need a new vector. What doesn't: the text (text.py), the model
(models.py), the table (vectors.py).
"""

import time
from collections.abc import Callable, Generator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.outbox import count_waiting, mark_sent, take_batch
from segops_pipeline.catalogue.pim.plain import load_lookup, searched_values, worded_attributes
from segops_pipeline.search.models import load_model, model_name
from segops_pipeline.search.text import search_text, searched_fields, text_hash
from segops_pipeline.search.vectors import (
    Vector,
    delete_vectors,
    ensure_index,
    lock_writing,
    refresh_versions,
    write_vectors,
)
from segops_pipeline.stores.opening import Stores

WINDOW_ROWS = 5_000

# Active products that no outbox row speaks of and whose vector is missing, older than they are or another model's.
MISSING = """
FROM products LEFT JOIN embeddings ON embeddings.workspace_id = products.workspace_id
    AND embeddings.entity = 'product' AND embeddings.key = products.sku
WHERE products.is_active AND (embeddings.key IS NULL OR embeddings.version < products.version
    OR embeddings.model <> coalesce(CAST(:model AS text), embeddings.model))
AND NOT EXISTS (SELECT FROM outbox WHERE outbox.workspace_id = products.workspace_id
    AND outbox.to_embeddings AND outbox.entity = 'product' AND outbox.key = products.sku)
"""

WRITTEN_BY_JOB = """EXISTS (SELECT FROM revisions WHERE revisions.workspace_id = products.workspace_id
    AND revisions.entity = 'product' AND revisions.key = products.sku AND revisions.job_id = :job_id)"""
ORPHAN = """embeddings.entity = 'product' AND NOT EXISTS (SELECT FROM products
    WHERE products.workspace_id = embeddings.workspace_id AND products.sku = embeddings.key AND products.is_active)
AND NOT EXISTS (SELECT FROM outbox WHERE outbox.workspace_id = embeddings.workspace_id
    AND outbox.to_embeddings AND outbox.entity = 'product' AND outbox.key = embeddings.key)"""
PRODUCTS_AND_VECTORS = """
SELECT sku, name, data, pim, products.version, model, text_hash
FROM products LEFT JOIN embeddings ON embeddings.workspace_id = products.workspace_id
    AND embeddings.entity = 'product' AND embeddings.key = products.sku
WHERE products.workspace_id = :workspace_id AND sku = ANY(:keys) AND is_active
"""


@dataclass(frozen=True, slots=True)
class EmbedResult:
    """What one drain did, in products (`unchanged` kept their vector); `waiting` rows came meanwhile."""

    embedded: int
    unchanged: int
    deleted: int
    waiting: int
    seconds: float
    model: str


class _Product(NamedTuple):
    """A product as it is now, and whether the vector that it has is of this text and this model."""

    key: str
    version: int
    searched: str
    text_hash: bytes
    has_vector: bool


def embed_workspace(
    stores: Stores, workspace_id: int, on_progress: Callable[[int, int], None] | None = None
) -> EmbedResult:
    """Bring the vectors of a workspace up to date: of what waits in the outbox, then of what has none.

    A product whose search text is the same keeps its vector, so that nothing is embedded, and no model
    loaded, for a change of price. Each batch is a transaction of its own with its marks in the outbox:
    whatever ends this halfway loses one batch of work. Two that do this at once do no harm.

    Args:
        stores: the open stores; `embedding_batch_size` products are embedded and committed at a time.
        workspace_id: whose products.
        on_progress: called with outbox rows done and outbox rows there are, after each batch.

    Raises:
        StoreUnreachable: PostgreSQL does not answer, or the model cannot be had; what is left waits.
    """
    started = time.monotonic()
    drain = _Drain(stores, workspace_id, model_name(stores.settings), on_progress)
    with stores.database.workspace_session(workspace_id) as connection:
        drain.total = count_waiting(connection, workspace_id, "embeddings")
        drain.total += missing_embeddings(connection, drain.model)
    drain.drain_outbox()
    drain.fill_gaps()
    with stores.database.workspace_session(workspace_id) as connection:
        waiting = count_waiting(connection, workspace_id, "embeddings")
    seconds = time.monotonic() - started
    return EmbedResult(drain.embedded, drain.unchanged, drain.deleted, waiting, seconds, drain.model)


def missing_embeddings(connection: Connection, model: str | None = None, job_id: str | None = None) -> int:
    """Count the products that should have a vector and have none, or one older than they are.

    What still waits in the outbox is not counted. With a model, the vectors of other models count as none; with a
    job, only the products that it wrote are looked at.
    """
    statement = f"SELECT count(*) {MISSING}" + (f" AND {WRITTEN_BY_JOB}" if job_id is not None else "")
    return connection.execute(text(statement), {"model": model, "job_id": job_id}).scalar_one()


def count_orphans(connection: Connection) -> int:
    """Count the vectors of products that are not there or not active, and of which nothing waits in the outbox."""
    return connection.execute(text(f"SELECT count(*) FROM embeddings WHERE {ORPHAN}")).scalar_one()


def delete_orphans(connection: Connection, workspace_id: int) -> int:
    """Delete those vectors, and return how many there were."""
    lock_writing(connection, workspace_id)
    return connection.execute(text(f"DELETE FROM embeddings WHERE {ORPHAN}")).rowcount


@dataclass(slots=True)
class _Drain:
    """One drain of a workspace, and what it has done so far."""

    stores: Stores
    workspace_id: int
    model: str
    on_progress: Callable[[int, int], None] | None
    total: int = 0
    done: int = 0
    embedded: int = 0
    unchanged: int = 0
    deleted: int = 0

    def drain_outbox(self) -> None:
        """Look at every product that waits in the outbox."""
        while True:
            with self._session() as connection:
                batch = take_batch(connection, self.workspace_id, "embeddings", WINDOW_ROWS)
            if not batch:
                return
            ids_of_keys: dict[str, list[int]] = {}
            for row in batch:
                ids_of_keys.setdefault(row.key, []).append(row.id)
            self._bring_up_to_date(ids_of_keys)

    def fill_gaps(self) -> None:
        """Look at every product that no outbox row speaks of and that has no vector of this model."""
        after = ""
        while True:
            with self._session() as connection:
                found = connection.execute(
                    text(f"SELECT sku {MISSING} AND sku > :after ORDER BY sku LIMIT :limit"),
                    {"model": self.model, "after": after, "limit": WINDOW_ROWS},
                )
                keys = list(found.scalars())
            if not keys:
                return
            self._bring_up_to_date({key: [] for key in keys})
            after = keys[-1]

    def _bring_up_to_date(self, ids_of_keys: dict[str, list[int]]) -> None:
        """Give each product the vector that it should have, given the outbox rows that its key waits in."""
        with self._session() as connection:
            products = self._read(connection, list(ids_of_keys))
        gone = ids_of_keys.keys() - {product.key for product in products}
        kept = [product for product in products if product.has_vector]
        if gone or kept:
            with self._writing(gone | {product.key for product in kept}, ids_of_keys) as connection:
                refreshed = [(product.key, product.text_hash, product.version) for product in kept]
                refresh_versions(connection, self.workspace_id, self.model, refreshed)
                self.deleted += delete_vectors(connection, self.workspace_id, gone)
                self.unchanged += len(kept)
        # Texts of like length together: the shorter of a batch are padded to the longest.
        changed = [product for product in products if not product.has_vector]
        changed.sort(key=lambda product: (len(product.searched), product.searched))
        size = self.stores.settings.embedding_batch_size
        for start in range(0, len(changed), size):
            self._embed(changed[start : start + size], ids_of_keys)

    def _embed(self, products: Sequence[_Product], ids_of_keys: dict[str, list[int]]) -> None:
        model = load_model(self.stores.settings)
        ensure_index(self.stores.database, model.dimensions)
        texts = list(dict.fromkeys(product.searched for product in products))
        numbers = dict(zip(texts, model.encode(texts), strict=True))
        vectors = [
            Vector(product.key, product.text_hash, product.version, numbers[product.searched]) for product in products
        ]
        with self._writing({product.key for product in products}, ids_of_keys) as connection:
            write_vectors(connection, self.workspace_id, self.model, vectors)
            self.embedded += len(vectors)

    def _read(self, connection: Connection, keys: Sequence[str]) -> list[_Product]:
        lookup = load_lookup(connection, self.workspace_id)
        searched = {*searched_fields(connection, self.workspace_id), *worded_attributes(lookup)}
        fields = sorted(searched - lookup.confidential)  # a vector says what a product is like to whoever may search
        found = connection.execute(text(PRODUCTS_AND_VECTORS), {"workspace_id": self.workspace_id, "keys": keys})
        products: list[_Product] = []
        for sku, name, data, pim, version, model, hash_there in found:
            words = search_text(sku, name, searched_values(data, pim, lookup, fields), fields)
            hash_now = text_hash(words)
            has_vector = model == self.model and hash_there == hash_now
            products.append(_Product(sku, version, words, hash_now, has_vector))
        return products

    @contextmanager
    def _writing(self, keys: AbstractSet[str], ids_of_keys: dict[str, list[int]]) -> Generator[Connection]:
        """Write what became of some keys, and take their rows off the outbox in the same transaction."""
        ids = [identifier for key in keys for identifier in ids_of_keys[key]]
        with self._session() as connection:
            lock_writing(connection, self.workspace_id)
            yield connection
            mark_sent(connection, self.workspace_id, "embeddings", ids)
        self.done += max(len(ids), len(keys))
        if self.on_progress is not None:
            self.on_progress(self.done, max(self.total, self.done))

    def _session(self) -> AbstractContextManager[Connection]:
        return self.stores.database.workspace_session(self.workspace_id)
