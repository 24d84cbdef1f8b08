"""The health of an installation: figures, a level each, and what to do where that is not good."""

import shutil
from collections.abc import Sequence

import pytest

from segops_pipeline.imports.health import Measure, level_above, read_health, worst
from segops_pipeline.imports.run import begin_import
from segops_pipeline_tests.importing import Importer

FILE = "sku,name\nA,Chair\nB,Table\n"


def of(measures: Sequence[Measure], name: str) -> Measure:
    (found,) = (measure for measure in measures if measure.name == name)
    return found


def test_an_installation_that_fares_well_is_measured(imports: Importer) -> None:
    job = imports.load(FILE)
    with imports.stores.database.workspace_session(job.workspace_id):  # a connection of another role
        measures = read_health(imports.stores)
    names = ["connections", "files", "disk", "scratch", "outbox", "queue", "heartbeat"]
    assert [measure.name for measure in measures] == names
    connections = of(measures, "connections")
    assert 0 < connections.figures["used"] == sum(connections.parts.values()) <= connections.figures["most"]  # type: ignore[operator]
    assert {"(segops_app)", "(segops_system)"} <= {part.rpartition(" ")[2] for part in connections.parts}
    files = of(measures, "files")
    assert files.figures["bytes"] == sum(files.parts.values())
    assert set(files.parts) == {"uploads", "results"}
    assert of(measures, "outbox").parts == {"clickhouse": 2, "embeddings": 2}
    assert int(of(measures, "disk").figures["database_bytes"]) > 1_000_000
    assert not any(measure.remedy for measure in measures if measure.level == "good")


def test_what_waits_for_long_is_told_with_what_to_do(imports: Importer) -> None:
    imports.load(FILE)
    imports.queue(FILE + "C,Lamp\n")
    running = begin_import(imports.stores, imports.queue(FILE + "D,Desk\n").id)
    imports.read(FILE + "E,Stool\n")
    imports.execute("UPDATE outbox SET created_at = now() - interval '20 minutes'")
    imports.execute("UPDATE import_jobs SET updated_at = now() - interval '2 hours'")
    imports.execute("UPDATE import_jobs SET heartbeat_at = now() - interval '20 minutes' WHERE id = :id", id=running.id)
    measures = read_health(imports.stores)
    levels = {name: of(measures, name).level for name in ("outbox", "queue", "heartbeat")}
    assert levels == {"outbox": "watch", "queue": "bad", "heartbeat": "watch"}
    assert of(measures, "queue").parts == {"pending": 1, "mapping": 1, "importing": 1}
    assert all(of(measures, name).remedy for name in levels)
    assert worst(measures) == "bad"


def test_a_full_disk_is_bad(imports: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    space = shutil.disk_usage("/")._replace(total=10**12, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: space)
    measures = read_health(imports.stores)
    assert (of(measures, "disk").level, of(measures, "scratch").level) == ("bad", "bad")
    assert "segops purge" in of(measures, "disk").remedy
    assert "TMPDIR" in of(measures, "scratch").remedy


@pytest.mark.parametrize(("value", "level"), [(0.5, "good"), (0.8, "watch"), (0.99, "bad")])
def test_much_of_something_scarce_is_told_by_its_level(value: float, level: str) -> None:
    assert level_above(value, 0.8, 0.95) == level
