"""Prove that ClickHouse has what PostgreSQL has, product by product, version by version.

What belongs here: the comparison of a workspace. What doesn't: putting right what differs.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.analytics.clickhouse import PRODUCTS, open_clickhouse
from segops_pipeline.stores.opening import Stores

SKUS_NAMED = 20

# One statement, so that both halves see the same moment: what does not wait in it has been sent.
POSTGRES_VERSIONS = """
SELECT sku, version FROM products WHERE workspace_id = :workspace_id AND is_active
UNION ALL
SELECT DISTINCT key, NULL::bigint FROM outbox
WHERE workspace_id = :workspace_id AND entity = 'product' AND to_clickhouse
"""
CLICKHOUSE_VERSIONS = f"SELECT sku, version FROM {PRODUCTS}"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How many products disagree in one way, and the first of their skus in order."""

    count: int
    skus: list[str]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The products of a workspace in both stores; those that still wait in the outbox are left out.

    `missing` are in PostgreSQL only, `extra` in ClickHouse only, `different` have another version there.
    """

    postgres_rows: int
    clickhouse_rows: int
    waiting: int
    missing: Disagreement
    extra: Disagreement
    different: Disagreement

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing, extra or different."""
        return not (self.missing.count or self.extra.count or self.different.count)

    def as_dict(self) -> dict[str, Any]:
        """Give all fields, ready for JSON."""
        return asdict(self)


def reconcile(stores: Stores, workspace_id: int) -> Reconciliation:
    """Compare ClickHouse with PostgreSQL for one workspace.

    An import or a drain may run meanwhile: a product that disagrees is looked at again, and left out when
    PostgreSQL has changed it since.

    Raises:
        StoreUnreachable: one of the two does not answer.
    """
    with stores.database.workspace_session(workspace_id) as connection:
        postgres, waiting = _read_postgres(connection, workspace_id)
    with open_clickhouse(stores.settings) as clickhouse:
        columns = clickhouse.columns(CLICKHOUSE_VERSIONS, {"tenant_id": workspace_id})
    there: dict[str, int] = dict(zip(*columns, strict=True)) if columns else {}
    suspects = {sku for sku in postgres.keys() | there.keys() if postgres.get(sku) != there.get(sku)}
    suspects -= waiting
    if suspects:
        with stores.database.workspace_session(workspace_id) as connection:
            now, waiting_now = _read_postgres(connection, workspace_id)
        suspects = {sku for sku in suspects - waiting_now if now.get(sku) == postgres.get(sku)}
    return Reconciliation(
        postgres_rows=len(postgres),
        clickhouse_rows=len(there),
        waiting=len(waiting),
        missing=_disagreement(sku for sku in suspects if sku not in there),
        extra=_disagreement(sku for sku in suspects if sku not in postgres),
        different=_disagreement(sku for sku in suspects if sku in there and sku in postgres),
    )


def _read_postgres(connection: Connection, workspace_id: int) -> tuple[dict[str, int], set[str]]:
    """Read the version of every product, and which skus wait in the outbox."""
    versions: dict[str, int] = {}
    waiting: set[str] = set()
    for sku, version in connection.execute(text(POSTGRES_VERSIONS), {"workspace_id": workspace_id}):
        if version is None:
            waiting.add(sku)
        else:
            versions[sku] = version
    return versions, waiting


def _disagreement(skus: Iterable[str]) -> Disagreement:
    found = sorted(skus)
    return Disagreement(len(found), found[:SKUS_NAMED])
