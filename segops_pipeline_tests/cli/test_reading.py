"""How a file is read can be said on the command line, before an import and after it."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.reading.workbooks import xlsx

POLISH = "sku;nazwa\nA;Łódź\nB;Kraków\n".encode("cp1250")
BOOK = xlsx({"Prices": [["sku", "name"], ["A", "Lamp"], ["B", "Desk"]], "Stock": [["a", "b"], [1, 2], [3, 4]]})


def test_a_workbook_is_inspected_sheet_by_sheet(nowhere: Segops) -> None:
    file = nowhere.write("prices.xlsx", BOOK)
    dialect = nowhere("inspect", file, "--json").json["dialect"]
    assert (dialect["kind"], dialect["sheet"], dialect["header_row"]) == ("workbook", "Prices", 0)
    shown = nowhere("inspect", file, "--sheet", "Stock")
    assert "2 rows, workbook, 'Stock', header in row 1" in shown.out
    assert "Prices" in shown.out  # the other one is named


def test_layout_options_win_over_what_is_detected(nowhere: Segops) -> None:
    file = nowhere.write("prices.csv", POLISH)
    found = nowhere("inspect", file, "--encoding", "cp1250", "--delimiter", "semicolon", "--no-header", "--json").json
    assert (found["dialect"]["encoding"], found["dialect"]["delimiter"], found["dialect"]["header_row"]) == (
        "cp1250",
        ";",
        None,
    )
    assert found["rows"] == 3


def test_an_option_that_cannot_be_is_wrong_usage(nowhere: Segops) -> None:
    file = nowhere.write("prices.csv", POLISH)
    refused = nowhere("inspect", file, "--encoding", "klingon", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
    unknown = nowhere("inspect", nowhere.write("prices.xlsx", BOOK), "--sheet", "Nothing", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (1, "unknown_sheet")


def test_a_job_is_read_again_as_a_person_says(segops: Segops) -> None:
    file = segops.write("prices.csv", POLISH)
    begun = segops("import", file, "-w", "reread", "--encoding", "cp1252", "--json").json
    job = segops("job", begun["job_id"], "--json").json
    assert job["dialect"]["encoding"] == "cp1252"
    told = segops("reread", begun["job_id"], "--encoding", "cp1250", "--json")
    assert (told.code, told.json["status"]) == (4, "mapping")
    assert "cp1250, delimiter ';'" in segops("job", begun["job_id"]).out
    done = segops("confirm", begun["job_id"], "--no-embeddings", "--json").json
    assert (done["status"], done["counts"]["created"]) == ("done", 2)
    refused = segops("reread", begun["job_id"], "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "wrong_state")
