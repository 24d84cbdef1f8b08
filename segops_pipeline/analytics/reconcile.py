"""Prove that ClickHouse has what PostgreSQL has, product by product, version by version; send again what differs.

What belongs here: the comparison of a workspace and of what one job wrote. What doesn't: the sending itself (`sync`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.analytics.clickhouse import PRODUCTS, open_clickhouse
from segops_pipeline.stores.opening import Stores

SKUS_NAMED = 20
FORGOTTEN_AT_ONCE = 2_000

# One statement, so that both halves see the same moment: what does not wait in it has been sent.
POSTGRES_VERSIONS = """
SELECT sku, version FROM products WHERE workspace_id = :workspace_id AND is_active
UNION ALL
SELECT DISTINCT key, NULL::bigint FROM outbox
WHERE workspace_id = :workspace_id AND entity = 'product' AND to_clickhouse
"""
# The last that a job has done to each product, the product as it is now, and whether it waits.
JOB_VERSIONS = """
SELECT r.key, max(r.version_after) AS written, p.version,
    EXISTS (SELECT FROM outbox o WHERE o.workspace_id = :workspace_id AND o.entity = 'product' AND o.key = r.key
        AND o.to_clickhouse) AS waits
FROM revisions r LEFT JOIN products p ON p.workspace_id = r.workspace_id AND p.sku = r.key AND p.is_active
WHERE r.workspace_id = :workspace_id AND r.job_id = :job_id AND r.entity = 'product'
GROUP BY r.key, p.version
"""
SEND_AGAIN = """
INSERT INTO outbox (workspace_id, entity, key, version, operation, to_clickhouse, to_embeddings)
SELECT :workspace_id, 'product', given.sku, coalesce(p.version, nextval('version_sequence')),
    CASE WHEN p.sku IS NULL THEN 'delete' ELSE 'upsert' END, true, false
FROM unnest(CAST(:skus AS text[])) AS given (sku)
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = given.sku
"""
CLICKHOUSE_NEWEST = (  # deletions too, which a question to the products of now does not show
    "SELECT sku, max(version) FROM segmentation.products WHERE tenant_id = {tenant_id:UInt64} GROUP BY sku"
)
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


@dataclass(frozen=True, slots=True)
class Differences:
    """The versions of a workspace's products in both stores, and the skus that disagree, as of Reconciliation."""

    postgres: dict[str, int]
    clickhouse: dict[str, int]
    waiting: int
    suspects: set[str]


@dataclass(frozen=True, slots=True)
class JobReconciliation:
    """What a job wrote, in products: in ClickHouse in that version or a newer one, waiting, or lost (skus named)."""

    written: int
    there: int
    waiting: int
    lost: Disagreement

    def as_dict(self) -> dict[str, Any]:
        """Give all fields, ready for JSON."""
        return asdict(self)


def reconcile(stores: Stores, workspace_id: int) -> Reconciliation:
    """Compare ClickHouse with PostgreSQL for one workspace; see `find_differences`."""
    found = find_differences(stores, workspace_id)
    return Reconciliation(
        postgres_rows=len(found.postgres),
        clickhouse_rows=len(found.clickhouse),
        waiting=found.waiting,
        missing=_disagreement(sku for sku in found.suspects if sku not in found.clickhouse),
        extra=_disagreement(sku for sku in found.suspects if sku not in found.postgres),
        different=_disagreement(sku for sku in found.suspects if sku in found.clickhouse and sku in found.postgres),
    )


def find_differences(stores: Stores, workspace_id: int) -> Differences:
    """Find the products of which ClickHouse and PostgreSQL have different versions.

    An import or a drain may run meanwhile: a product that disagrees is looked at again, and left out when
    PostgreSQL has changed it since.

    Raises:
        StoreUnreachable: one of the two does not answer.
    """
    with stores.database.workspace_session(workspace_id) as connection:
        postgres, waiting = _read_postgres(connection, workspace_id)
    there = _read_clickhouse(stores, workspace_id)
    suspects = {sku for sku in postgres.keys() | there.keys() if postgres.get(sku) != there.get(sku)}
    suspects -= waiting
    if suspects:
        with stores.database.workspace_session(workspace_id) as connection:
            now, waiting_now = _read_postgres(connection, workspace_id)
        suspects = {sku for sku in suspects - waiting_now if now.get(sku) == postgres.get(sku)}
    return Differences(postgres, there, len(waiting), suspects)


def reconcile_job(stores: Stores, workspace_id: int, job_id: str) -> JobReconciliation:
    """Look whether all that a job wrote has arrived: the product as it is now or its end, or it waits in the outbox.

    Raises:
        StoreUnreachable: one of the two does not answer.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    with stores.database.workspace_session(workspace_id) as connection:
        rows = connection.execute(text(JOB_VERSIONS), bound).all()
    there = _read_clickhouse(stores, workspace_id) if rows else {}
    waiting = {row.key for row in rows if row.waits}
    lost = {
        row.key
        for row in rows
        if row.key not in waiting and not _has_arrived(row.written, row.version, there.get(row.key))
    }
    if lost:  # a drain or another import may have come in between
        with stores.database.workspace_session(workspace_id) as connection:
            now = {row.key: row for row in connection.execute(text(JOB_VERSIONS), bound)}
        before = {row.key: row.version for row in rows}
        lost = {key for key in lost if not now[key].waits and now[key].version == before[key]}
    return JobReconciliation(len(rows), len(rows) - len(waiting) - len(lost), len(waiting), _disagreement(lost))


def send_again(stores: Stores, workspace_id: int, found: Differences) -> int:
    """Put the products that disagree into the outbox, so that a drain sends them; how many.

    What ClickHouse has in a version that PostgreSQL has not reached, as after a restored backup, is dropped there:
    it would win over what is sent.

    Raises:
        StoreUnreachable: ClickHouse does not answer.
    """
    with open_clickhouse(stores.settings) as clickhouse:
        columns = clickhouse.columns(CLICKHOUSE_NEWEST, {"tenant_id": workspace_id})
        newest = dict(zip(*columns, strict=True)) if columns else {}
        ahead = sorted(sku for sku in found.suspects if newest.get(sku, -1) >= found.postgres.get(sku, 0))
        for start in range(0, len(ahead), FORGOTTEN_AT_ONCE):
            clickhouse.forget_products(workspace_id, ahead[start : start + FORGOTTEN_AT_ONCE])
    with stores.database.workspace_session(workspace_id) as connection:
        return connection.execute(
            text(SEND_AGAIN), {"workspace_id": workspace_id, "skus": sorted(found.suspects)}
        ).rowcount


def _has_arrived(written: int, now: int | None, there: int | None) -> bool:
    """Whether ClickHouse has a product as it is now, which is as the job left it or newer."""
    return there is None if now is None else there == now and now >= written


def _read_clickhouse(stores: Stores, workspace_id: int) -> dict[str, int]:
    """Read the version of every product that ClickHouse has."""
    with open_clickhouse(stores.settings) as clickhouse:
        columns = clickhouse.columns(CLICKHOUSE_VERSIONS, {"tenant_id": workspace_id})
    return dict(zip(*columns, strict=True)) if columns else {}


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
