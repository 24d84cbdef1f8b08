"""Find products by what is typed: by key and words at once, and by meaning as soon as the model is loaded.

What belongs here: both joined, and the model loaded beside the requests. What doesn't: the question of meaning
(`query`), the model itself (`models`).
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.filters import SEARCHED_TYPES, ListingFilter, conditions, like_patterns
from segops_pipeline.catalogue.listing import ids_of
from segops_pipeline.catalogue.pim.plain import load_lookup, searched_values, worded_attributes
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.search.models import load_model, model_name
from segops_pipeline.search.query import search_products
from segops_pipeline.stores.opening import Stores

Meaning = Literal["ready", "loading", "off"]
Why = Literal["sku", "name", "text", "meaning"]

LEAST_SCORE = 0.2  # below that two texts have nothing to do with each other
MOST_HITS = 100
AGAIN_SECONDS = 60.0  # after which a model that could not be loaded is tried again

HAS_VECTORS = """
SELECT EXISTS (SELECT FROM embeddings WHERE workspace_id = :workspace_id AND model = :model)
"""
FOUND = """
SELECT p.id, p.sku, p.name, p.data, p.pim, CASE
    WHEN lower(p.sku) = :whole THEN 0
    WHEN starts_with(lower(p.sku), :whole) THEN 1
    WHEN lower(p.name) = :whole THEN 2
    WHEN lower(p.name) LIKE ALL(:patterns) THEN 3
    ELSE 4 END AS rank
FROM products p WHERE {where} ORDER BY rank, length(p.name), p.sku LIMIT :limit
"""
WHYS: tuple[Why, ...] = ("sku", "sku", "name", "name", "text")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CatalogueHit:
    """A product that was found, and why: by its key, its name, a text (of which `field`), or its meaning (`score`)."""

    id: int
    sku: str
    name: str
    why: Why
    field: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The products, and whether meaning was asked too: `loading` is not yet, `off` is that it cannot be."""

    results: list[CatalogueHit]
    meaning: Meaning


class _Model:
    """The model of this process, loaded in a thread by the first that asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._name: str | None = None
        self._failed_at: float | None = None

    def state(self, settings: Settings) -> Meaning:
        """Whether it is loaded; if not, that is begun."""
        with self._lock:
            if self._name == model_name(settings):
                return "ready"
            if self._loading is not None:
                return "loading"
            if self._failed_at is not None and time.monotonic() - self._failed_at < AGAIN_SECONDS:
                return "off"
            self._loading = threading.Thread(target=self._load, args=(settings,), name="embedding model", daemon=True)
            self._loading.start()
            return "loading"

    def wait(self, seconds: float) -> None:
        """Wait for it while it is loaded."""
        with self._lock:
            loading = self._loading
        if loading is not None:
            loading.join(seconds)

    def _load(self, settings: Settings) -> None:
        try:
            name = load_model(settings).name
        except Exception as error:  # a library of its kind fails in any way; words are still found
            log.warning("search by meaning is off: %s", error, exc_info=not isinstance(error, StoreUnreachable))
            name = None
        with self._lock:
            self._name, self._loading = name, None
            self._failed_at = time.monotonic() if name is None else None


_model = _Model()


def wait_for_meaning(seconds: float) -> None:
    """Wait until the model that somebody has asked for is loaded, or cannot be."""
    _model.wait(seconds)


def search_catalogue(stores: Stores, workspace_id: int, q: str, limit: int = 20) -> Found:
    """Find active products by what is typed, the best first: keys, names, other texts, then what means the same.

    It never waits for the model: until that is loaded, words alone are looked for.

    Args:
        stores: the open stores.
        workspace_id: whose products.
        q: words, or a part of a key.
        limit: how many at most, 1 to 100.

    Raises:
        WrongUsage: there is nothing to look for.
    """
    if not q.strip():
        raise WrongUsage("There is nothing to search for.", "Say in a few words what you look for.", column="q")
    limit = max(1, min(limit, MOST_HITS))
    with stores.database.workspace_session(workspace_id) as connection:
        hits = _by_words(connection, workspace_id, q, limit)
        bound = {"workspace_id": workspace_id, "model": model_name(stores.settings)}
        has_vectors = connection.execute(text(HAS_VECTORS), bound).scalar_one()
    meaning = _model.state(stores.settings) if has_vectors else "off"
    if meaning == "ready" and len(hits) < limit:
        hits += _by_meaning(stores, workspace_id, q, limit, {hit.sku for hit in hits})
    return Found(hits[:limit], meaning)


def _by_words(connection: Connection, workspace_id: int, q: str, limit: int) -> list[CatalogueHit]:
    fields, lookup = load_fields(connection), load_lookup(connection, workspace_id)
    found = conditions(workspace_id, ListingFilter(q=q), fields, lookup)
    whole = " ".join(q.lower().split())
    bound = {**found.bound, "whole": whole, "patterns": like_patterns(q), "limit": limit}
    rows = connection.execute(text(FOUND.format(where=found.where)), bound).all()
    searched = [*(one.key for one in fields if one.type in SEARCHED_TYPES), *worded_attributes(lookup)]
    return [
        CatalogueHit(
            row.id,
            row.sku,
            row.name,
            WHYS[row.rank],
            _field(searched_values(row.data, row.pim, lookup, searched), searched, whole) if row.rank == 4 else None,
        )
        for row in rows
    ]


def _field(data: dict[str, Any], searched: Sequence[str], whole: str) -> str | None:
    """The field in which the most of the words stand."""
    words = whole.split()
    numbers = {key: sum(word in str(data.get(key, "")).lower() for word in words) for key in searched}
    best = max(numbers, key=lambda key: numbers[key], default=None)
    return best if best is not None and numbers[best] else None


def _by_meaning(stores: Stores, workspace_id: int, q: str, limit: int, known: set[str]) -> list[CatalogueHit]:
    near = [
        hit
        for hit in search_products(stores, workspace_id, q, limit)
        if hit.score >= LEAST_SCORE and hit.sku not in known
    ]
    with stores.database.workspace_session(workspace_id) as connection:
        ids = ids_of(connection, workspace_id, [hit.sku for hit in near])
    return [CatalogueHit(ids[hit.sku], hit.sku, hit.name, "meaning", score=hit.score) for hit in near if hit.sku in ids]
