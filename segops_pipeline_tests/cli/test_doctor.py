"""`segops doctor` and `segops purge` say what they found and end with an exit code that scripts can trust."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name\nL-1,Desk lamp\n"


def test_the_doctor_reports_repairs_and_is_content(segops: Segops, imports: Importer) -> None:
    job = imports.load(LAMPS)
    imports.stores.files.delete(job.original_uri or "")
    found = segops("doctor", "--json")
    assert found.code == 1
    assert found.json["well"] is False
    assert [finding["check"] for finding in found.json["findings"]] == ["files"]
    assert {"memory", "connections", "disk", "outbox"} <= {measure["name"] for measure in found.json["health"]}
    repaired = segops("doctor", "--repair")
    assert repaired.code == 0
    assert job.id in repaired.out
    assert "All is well." in repaired.out


def test_a_purge_says_what_it_would_remove(segops: Segops, imports: Importer) -> None:
    imports.load(LAMPS + "L-2,Floor lamp\n")
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '9 years' WHERE status = 'done'")
    would = segops("purge", "--dry-run", "--json").json
    assert would["removed"]["originals"] == 1
    assert "Removed: originals 1" in segops("purge").out
