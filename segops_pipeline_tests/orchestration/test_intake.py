"""The intake: from a file to a suggested mapping, launched with a config as from Dagster's launchpad."""

from pathlib import Path
from typing import Any

import pytest

from segops_pipeline_tests.running_system import (
    LAMPS,
    System,
    failure_of,
    materialized,
    metadata,
    table_rows,
)

GIBIBYTE = 1024**3


def launched_with(path: Path | str, **given: str) -> dict[str, Any]:
    return {"parsed_upload": {"config": {"path": str(path), **given}}}


def test_a_launch_with_a_path_makes_the_job_of_a_new_partition(system: System) -> None:
    config = launched_with(system.write("lamps.csv", LAMPS), workspace="acme", source="nordic", policy="merge")
    assert materialized(system.launch("intake", "by-hand", config)) == ["parsed_upload", "inferred_schema"]
    job = system.job("by-hand")
    assert (job.workspace, job.source, job.policy, job.file_name) == ("acme", "nordic", "merge", "lamps.csv")
    assert (job.status, job.reason) == ("mapping", "needs mapping")


def test_the_parsed_upload_shows_its_sample_dialect_counts_and_rate(system: System) -> None:
    lines = "".join(f"K-{number};Kettle {number};{number},50\n" for number in range(8))
    file = system.write("kettles.csv", f"sku;name;price\n{lines}")
    shown = metadata(system.launch("intake", "kettles", launched_with(file)), "parsed_upload")
    sample = table_rows(shown["sample"])
    assert sample == [
        {"sku": f"K-{number}", "name": f"Kettle {number}", "price": f"{number},50"} for number in range(5)
    ]
    assert shown["dialect"]["delimiter"] == ";"
    assert (shown["file"], shown["rows"], shown["size_bytes"]) == ("kettles.csv", 8, file.stat().st_size)
    assert shown["seconds"] > 0
    assert shown["rows_per_second"] > 0


def test_the_inferred_schema_shows_types_targets_and_reasons(system: System) -> None:
    shown = metadata(
        system.launch("intake", "schema", launched_with(system.write("lamps.csv", LAMPS))), "inferred_schema"
    )
    columns = shown["dagster/column_schema"].columns
    assert [(column.name, column.type) for column in columns] == [
        ("sku", "text"),
        ("name", "text"),
        ("price", "price"),
        ("stock", "number"),
    ]
    suggested = {row["column"]: row for row in table_rows(shown["suggestion"])}
    assert (suggested["sku"]["target"], suggested["price"]["source"]) == ("sku", "new")
    assert all(row["reason"] for row in suggested.values())
    assert (shown["key"], shown["name"], shown["state"]) == ("sku", "name", "mapping: needs mapping")
    assert shown["rows_per_second"] > 0


def test_what_is_odd_in_a_file_is_listed_with_its_line(system: System) -> None:
    file = system.write("ragged.csv", "sku,name\nA-1,Lamp\nA-2,Chair,extra\nA-3,Table\n")
    shown = metadata(system.launch("intake", "ragged", launched_with(file)), "parsed_upload")
    assert [row["line"] for row in table_rows(shown["issues"])] == ["3"]


def test_a_run_gets_the_tags_that_people_search_by(system: System) -> None:
    file = system.write("lamps.csv", LAMPS)
    result = system.launch("intake", "tagged", launched_with(file, workspace="tags", source="nordic"))
    run = system.instance.get_run_by_id(result.run_id)
    assert run is not None
    tags = {name: value for name, value in run.tags.items() if name.startswith("segops/")}
    assert tags == {
        "segops/workspace": "tags",
        "segops/source": "nordic",
        "segops/job": "tagged",
        "segops/attempt": "0",
    }


def test_a_partition_without_a_job_asks_for_a_path(system: System) -> None:
    _, told = failure_of(system.launch("intake", "nobody"))
    assert told["code"] == "job_not_found"


def test_the_path_of_a_job_that_exists_is_not_looked_at(system: System) -> None:
    job = system.open(LAMPS, "twice")
    other = system.write("other.csv", "sku,name\nX-1,Other\n")
    assert system.launch("intake", job.id, launched_with(other)).success
    assert system.job(job.id).total_rows == 3


@pytest.mark.parametrize("partition", ["../../outside", "a/b", ".hidden"])
def test_a_partition_whose_name_is_no_file_name_is_refused(system: System, partition: str) -> None:
    file = system.write("lamps.csv", LAMPS)
    _, told = failure_of(system.launch("intake", partition, launched_with(file)))
    assert told["code"] == "wrong_usage"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"policy": "guess"}, "policy"), ({"validation": "some"}, "validation"), ({"workspace": "A B"}, "workspace")],
)
def test_a_config_with_a_word_that_does_not_exist_says_which_there_are(
    system: System, given: dict[str, str], field: str
) -> None:
    result = system.launch("intake", f"wrong-{field}", launched_with(system.write("lamps.csv", LAMPS), **given))
    sentence, told = failure_of(result)
    assert told["code"] == "wrong_usage"
    assert field in sentence


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "empty_file"),
        ("header.csv", b"sku,name\n", "header_only"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" * 20, "binary_file"),
        ("encoding.csv", b"\xef\xbb\xbfsku,name\nA-1,caf\xe9 \xff\xfe\n", "wrong_encoding"),
    ],
    ids=["empty", "header only", "binary", "wrong encoding"],
)
def test_a_bad_file_fails_its_job_with_its_name_and_is_not_tried_again(
    system: System, name: str, content: bytes, code: str
) -> None:
    file = system.folder / name
    file.write_bytes(content)
    sentence, told = failure_of(system.launch("intake", name, launched_with(file)))
    assert told["code"] == code
    assert name in sentence
    assert table_rows(told["issues"])[0]["message"]
    job = system.job(name)
    assert (job.status, job.reason, (job.error or {})["code"]) == ("failed", code.replace("_", " "), code)


def test_a_file_of_five_gibibytes_is_refused_unread(system: System) -> None:
    file = system.folder / "huge.csv"
    with file.open("wb") as handle:
        handle.truncate(5 * GIBIBYTE)
    _, told = failure_of(system.launch("intake", "huge", launched_with(file)))
    assert told["code"] == "file_too_large"
    assert system.job("huge").status == "failed"


def test_a_file_that_is_not_there_fails_its_job(system: System) -> None:
    _, told = failure_of(system.launch("intake", "missing", launched_with(system.folder / "missing.csv")))
    assert told["code"] == "fetch_failed"
    assert system.job("missing").status == "failed"


def test_a_file_without_a_key_waits_for_a_person(system: System) -> None:
    file = system.write("keyless.csv", "colour,weight\nred,1\nred,1\nblue,2\n")
    shown = metadata(system.launch("intake", "keyless", launched_with(file)), "inferred_schema")
    assert shown["key"] in ("none", "–")
    assert system.job("keyless").status == "mapping"
