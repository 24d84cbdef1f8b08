"""One short use of ClickHouse: a server when a URL is set, else chDB on a folder under SEGOPS_HOME.

chDB's folder is open to one process at a time, and a process can have one such folder open: it is held
briefly, behind a lock, and closed after each use. What belongs here: opening, the products' table, and the
errors that a caller can do something about. What doesn't: the table of imports (`import_tables`), what is sent and
what is asked.

`segmentation.products` has the latest of every version of every product. `tenant_id` is the id of the
workspace in PostgreSQL (a name could change). A deleted product stays as a row with `is_deleted = 1`, so
that an older version sent late cannot bring it back. Read it with FINAL, which leaves the deleted out.
"""

import fcntl
import os
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from segops_pipeline.analytics.import_tables import IMPORT_COLUMNS, IMPORT_TABLE, REJECTION_VIEW
from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.locks import file_lock

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

PRODUCT_COLUMNS = ["tenant_id", "sku", "name", "data", "version", "is_deleted", "updated_at"]
PRODUCT_TABLE = """
CREATE TABLE IF NOT EXISTS segmentation.products (
    tenant_id UInt64 COMMENT 'id of the workspace',
    sku String,
    name String,
    data String COMMENT 'JSON object by field key' CODEC(ZSTD(1)),
    version UInt64,
    is_deleted UInt8,
    updated_at DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY (tenant_id, sku)
"""
# A server deletes merged parts in the background after minutes. chDB is never open that long, and a folder
# of merged parts opens ever more slowly: it deletes them whenever it is open and they are a minute old.
EMBEDDED_SETTINGS = (
    "SETTINGS old_parts_lifetime = 60, merge_tree_clear_old_parts_interval_seconds = 0,"
    " cleanup_delay_period = 0, cleanup_delay_period_random_add = 0"
)
TABLES = {"products": PRODUCT_TABLE, "imports": IMPORT_TABLE}
# What a query reads after FROM: the products of one workspace as they are now.
PRODUCTS = "segmentation.products FINAL WHERE tenant_id = {tenant_id:UInt64} AND is_deleted = 0"

CONNECT_TIMEOUT_SECONDS = 10
RETRY_SECONDS = 0.05

# Codes of ClickHouse that say nothing about the query: time-out, too many queries, network, memory, disk,
# read-only, too many parts, replicas, wrong password, Keeper.
UNREACHABLE_CODES = {159, 202, 209, 210, 241, 242, 243, 252, 285, 319, 516, 999}

# A process can have one folder open in chDB: threads that want another one wait for it as well.
_one_engine = Lock()


class ClickHouse:
    """An open client of one installation's ClickHouse; every query can raise StoreUnreachable."""

    def __init__(self, client: "Client", settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Ask, and return the answer's rows by column name; `parameters` fill `{name:Type}` in the query."""
        with _told_apart(self._settings):
            return list(self._client.query(query, parameters=dict(parameters or {})).named_results())

    def columns(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Sequence[Any]]:
        """Ask for many rows, and return the answer's columns; no column at all when there is no row."""
        with _told_apart(self._settings):
            return list(self._client.query(query, parameters=dict(parameters or {})).result_columns)

    def insert_products(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows to `segmentation.products`, given as the columns of PRODUCT_COLUMNS, equally long."""
        self._insert("products", PRODUCT_COLUMNS, columns)

    def insert_imports(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows to `segmentation.imports`, given as the columns of IMPORT_COLUMNS, equally long."""
        self._insert("imports", IMPORT_COLUMNS, columns)

    def forget_products(self, workspace_id: int, skus: Sequence[str]) -> None:
        """Remove every version of some products, as if they had never been sent."""
        with _told_apart(self._settings):
            self._client.command(
                "DELETE FROM segmentation.products"
                " WHERE tenant_id = {tenant_id:UInt64} AND sku IN {skus:Array(String)}",
                parameters={"tenant_id": workspace_id, "skus": list(skus)},
            )

    def create_tables(self) -> None:
        """Make what is not there of the tables of `segmentation` and their view."""
        with _told_apart(self._settings):
            found = self._client.query("SELECT name FROM system.tables WHERE database = 'segmentation'")
            missing = {*TABLES, "rejections"} - {row[0] for row in found.result_rows}
            if not missing:
                return
            self._client.command("CREATE DATABASE IF NOT EXISTS segmentation")
            for name, table in TABLES.items():
                if name in missing:
                    self._client.command(table if self._settings.clickhouse_url else table + EMBEDDED_SETTINGS)
            if "rejections" in missing:
                self._client.command(REJECTION_VIEW)

    def _insert(self, table: str, names: list[str], columns: Sequence[Sequence[Any]]) -> None:
        with _told_apart(self._settings):
            self._client.insert(table, columns, column_names=names, database="segmentation", column_oriented=True)


@contextmanager
def open_clickhouse(settings: Settings) -> Generator[ClickHouse]:
    """Open ClickHouse with its tables made; keep the block short, since chDB's folder is held as long.

    Raises:
        StoreUnreachable: the server does not answer, or somebody else held chDB's folder for all of
            `clickhouse_lock_timeout_seconds`.
    """
    if settings.clickhouse_url is None:
        opened = _embedded(settings)
    else:
        opened = _server(settings, settings.clickhouse_url.get_secret_value())
    with opened as client:
        clickhouse = ClickHouse(client, settings)
        clickhouse.create_tables()
        yield clickhouse


def clickhouse_folder(settings: Settings) -> Path:
    """Where chDB keeps its data when no server is set."""
    return settings.home / "clickhouse"


@contextmanager
def _server(settings: Settings, url: str) -> "Generator[Client]":
    import clickhouse_connect

    with _told_apart(settings):
        client = clickhouse_connect.get_client(
            dsn=url,
            interface="https" if urlsplit(url).scheme in ("https", "clickhouses") else None,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            autogenerate_session_id=False,
        )
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _embedded(settings: Settings) -> "Generator[Client]":
    folder = clickhouse_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + settings.clickhouse_lock_timeout_seconds
    with _folder_held(folder, deadline):
        client = _opened(folder, deadline)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def _folder_held(folder: Path, deadline: float) -> Generator[None]:
    """Hold chDB's folder for this thread of this process, and say so in the lock's file."""
    holder = folder.with_name("clickhouse.lock")
    if not _one_engine.acquire(timeout=_left(deadline)):
        raise _folder_in_use(folder, f"another thread of this process ({_own_name()})")
    try:
        with ExitStack() as stack:
            try:
                stack.enter_context(file_lock(holder, _left(deadline), "to open chDB's folder"))
            except StoreUnreachable as error:
                raise _folder_in_use(folder, holder.read_text() or "another process") from error
            holder.write_text(_own_name())
            yield
    finally:
        _one_engine.release()


def _opened(folder: Path, deadline: float) -> "Client":
    """Open chDB, and wait as long for a program that does not know our lock."""
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import ProgrammingError

    while _is_open_elsewhere(folder):
        if time.monotonic() >= deadline:
            raise _folder_in_use(folder, "a program that is not of this project")
        time.sleep(RETRY_SECONDS)
    try:
        return clickhouse_connect.get_client(interface="chdb", path=str(folder))
    except ProgrammingError as error:
        reason = " ".join(str(error).split())
        raise StoreUnreachable(f"chDB cannot open {folder}: {reason}", "Look at the folder's rights.") from error


def _is_open_elsewhere(folder: Path) -> bool:
    """See whether somebody holds chDB's own lock, which it keeps on a file while the folder is open."""
    try:
        descriptor = os.open(folder / "status", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _told_apart(settings: Settings) -> Generator[None]:
    """Turn what ClickHouse says about itself into StoreUnreachable, and leave what it says about a query."""
    from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

    try:
        yield
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and error.code not in UNREACHABLE_CODES:
            raise
        # The HTTP client's own message repeats the request; what went wrong stands at its bottom.
        reason = str(getattr(error.__cause__, "reason", None) or error).strip().split("\n")[0]
        raise StoreUnreachable(
            f"ClickHouse at {_place(settings)} does not answer: {reason}.",
            "Start it, or correct SEGOPS_CLICKHOUSE_URL. What is waiting is sent when it answers again.",
        ) from error


def _place(settings: Settings) -> str:
    """Where ClickHouse is, without its password."""
    if settings.clickhouse_url is None:
        return str(clickhouse_folder(settings))
    parts = urlsplit(settings.clickhouse_url.get_secret_value())
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _folder_in_use(folder: Path, holder: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"{folder} is in use by {holder}, and one process at a time can open it.",
        "Try again when that has ended, or set SEGOPS_CLICKHOUSE_URL to a server, which many can use.",
    )


def _own_name() -> str:
    return f"process {os.getpid()} ({Path(sys.argv[0]).name})"


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
