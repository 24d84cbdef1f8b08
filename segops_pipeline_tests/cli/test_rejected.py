"""`segops rejected` and `segops correct`."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight\nA,Chair,2\nB,Desk,heavy\nC,Lamp,x\n"


def test_rejected_rows_are_shown_written_corrected_and_imported(segops: Segops, imports: Importer) -> None:
    job = imports.load(FILE, {"weight": "number"})
    shown = segops("rejected", job.id)
    assert shown.code == 0
    assert "not_a_number" in shown.out
    assert "heavy" in shown.out
    written = segops("rejected", job.id, "-o", "rejected.csv", "--json")
    assert (written.json["rejected"], written.json["causes"][0]["lines"]) == (2, [3, 4])
    path = segops.folder / "rejected.csv"
    path.write_text(path.read_text().replace("B,Desk,heavy", "B,Desk,30"))
    done = segops("correct", job.id, "rejected.csv", "--no-embeddings", "--json")
    assert (done.code, done.json["status"]) == (0, "done"), done.err
    assert (done.json["counts"]["created"], done.json["counts"]["rejected"]) == (2, 1)


def test_a_correction_that_does_not_belong_to_the_job_is_refused(segops: Segops, imports: Importer) -> None:
    job = imports.load(FILE, {"weight": "number"})
    refused = segops("correct", job.id, segops.write("own.csv", FILE), "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "bad_file")
    assert f"segops rejected {job.id}" in refused.err
