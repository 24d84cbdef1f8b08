import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from segops_pipeline.analytics.clickhouse import clickhouse_folder, open_clickhouse
from segops_pipeline.analytics.dashboard import read_dashboard
from segops_pipeline.analytics.import_facts import send_import_facts
from segops_pipeline.analytics.overview import count_by_field, count_products
from segops_pipeline.analytics.reconcile import reconcile
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.written_products import count, write_products

SERVER = "segops_pipeline_tests.analytics.clickhouse_over_http"
TWO = [("a", "Drill", {"brand": "Bosch"}), ("b", "Säge", {"brand": 'A "B"'})]


@contextmanager
def server(folder: Path) -> Generator[int]:
    """A ClickHouse on loopback that keeps its data in a folder: its port."""
    process = subprocess.Popen([sys.executable, "-m", SERVER, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def using(stores: Stores, port: int) -> Stores:
    url = SecretStr(f"clickhouse://default:hidden@127.0.0.1:{port}")
    return replace(stores, settings=stores.settings.model_copy(update={"clickhouse_url": url}))


def test_a_server_is_synced_reconciled_and_asked_as_chdb_is(stores: Stores, workspace_id: int, tmp_path: Path) -> None:
    write_products(stores.database, workspace_id, TWO)
    with server(tmp_path) as port:
        served = using(stores, port)
        assert sync_workspace(served, workspace_id).sent == 2
        assert reconcile(served, workspace_id).agrees
        with open_clickhouse(served.settings) as clickhouse:
            assert count_products(clickhouse, workspace_id) == 2
            assert count_by_field(clickhouse, workspace_id, "brand")[0] == {"value": 'A "B"', "products": 1}
        Importer(served, tmp_path).load("sku,price\nc,1\nd,x\n", {"price": "number"})
        assert send_import_facts(served, workspace_id) == 1
        board = read_dashboard(served, workspace_id, 7)
        assert (board.problem, board.figures.total.success_rate, board.figures.causes[0].rows) == (None, 0.5, 1)
    assert not clickhouse_folder(stores.settings).exists()


def test_the_outbox_waits_while_the_server_is_down_and_is_sent_when_it_is_back(
    stores: Stores, workspace_id: int, tmp_path: Path
) -> None:
    with server(tmp_path) as port:
        gone = using(stores, port)
    write_products(stores.database, workspace_id, TWO)
    with pytest.raises(StoreUnreachable) as caught:
        sync_workspace(gone, workspace_id)
    assert caught.value.exit_code == 3
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "hidden" not in str(caught.value)
    with stores.database.workspace_session(workspace_id) as connection:
        assert count(connection, "outbox WHERE to_clickhouse") == 2
    with server(tmp_path) as port:
        assert sync_workspace(using(stores, port), workspace_id).sent == 2
