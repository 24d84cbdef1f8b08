"""`segops undo`."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer


def test_an_undo_shows_what_it_would_do_and_does_it_when_told(segops: Segops, imports: Importer) -> None:
    job = imports.load("sku,name\nA,Axe\nB,Bow\n")
    shown = segops("undo", job.id)
    assert shown.code == 4
    assert "2 products are removed" in shown.out
    assert f"segops undo {job.id} --yes" in shown.out
    assert list(imports.products()) == ["A", "B"]
    done = segops("undo", job.id, "--yes", "--no-embeddings", "--json")
    assert done.code == 0, done.err
    assert (done.json["status"], done.json["kind"], done.json["deleted"]) == ("done", "undo", 2)
    assert imports.products() == {}
    assert imports.rows("SELECT key FROM outbox WHERE to_clickhouse") == []
