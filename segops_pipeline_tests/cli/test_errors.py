"""How commands end that cannot do what they were asked: a sentence, an exit code, and never a stack trace."""

import socket

import pytest

from segops_pipeline_tests.cli.conftest import Segops


@pytest.fixture
def unreachable() -> dict[str, str]:
    """The settings of a PostgreSQL at a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "SEGOPS_POSTGRES_URL": f"postgresql://owner:secret@127.0.0.1:{port}/segops",
        "SEGOPS_POSTGRES_APP_PASSWORD": "secret",
        "SEGOPS_POSTGRES_SYSTEM_PASSWORD": "secret",
    }


@pytest.mark.parametrize(
    "words",
    [
        ["import", "lamps.csv", "--yes"],
        ["jobs"],
        ["job", "20260101-000000-00000000"],
        ["sources", "list"],
        ["search", "lamp"],
        ["export", "-o", "out.csv"],
    ],
    ids=lambda words: words[0],
)
def test_a_store_that_does_not_answer_is_exit_code_3(
    nowhere: Segops, unreachable: dict[str, str], words: list[str]
) -> None:
    nowhere.write("lamps.csv", "sku,name\nL-1,Lamp\n")
    refused = nowhere(*words, "--json", **unreachable)
    assert refused.code == 3
    assert refused.json["error"]["code"] == "store_unreachable"
    assert "secret" not in refused.err + refused.out
    assert "SEGOPS_POSTGRES_URL" in refused.err


def test_a_clickhouse_that_does_not_answer_does_not_stop_an_import(segops: Segops) -> None:
    file = segops.write("lamps.csv", "sku,name\nL-1,Lamp\n")
    words = ["-w", "away", "--yes", "--no-embeddings", "--json"]
    done = segops("import", file, *words, SEGOPS_CLICKHOUSE_URL="http://127.0.0.1:1")
    assert (done.code, done.json["status"]) == (0, "done")
    assert done.json["issues"][-1]["code"] == "publish_failed"


def test_a_file_store_that_does_not_answer_is_exit_code_3(segops: Segops) -> None:
    file = segops.write("lamps.csv", "sku,name\nL-1,Lamp\n")
    segops.write("no-folder", "a file where the folder of the uploads should be")
    words = ["-w", "storeless", "--yes", "--json"]
    failed = segops("import", file, *words, SEGOPS_STORAGE_URL=str(segops.folder / "no-folder"))
    assert failed.code == 3
    assert (failed.json["status"], failed.json["reason"]) == ("failed", "store unreachable")


@pytest.mark.parametrize(
    "words",
    [
        ["import"],
        ["import", "nothing.csv"],
        ["import", "lamps.csv", "--policy", "guess"],
        ["import", "lamps.csv", "--format", "xml"],
        ["import", "lamps.csv", "--workspace", "No Name"],
        ["import", "lamps.csv", "--mapping", "nothing.json"],
        ["no-such-command"],
        ["jobs", "--limit", "0"],
        ["exec"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(segops: Segops, words: list[str]) -> None:
    segops.write("lamps.csv", "sku,name\nL-1,Lamp\n")
    refused = segops(*words)
    assert refused.code == 2
    assert refused.err


def test_a_setting_that_makes_no_sense_is_named(nowhere: Segops) -> None:
    refused = nowhere("jobs", SEGOPS_WEB_PORT="many")
    assert refused.code == 2
    assert "SEGOPS_WEB_PORT" in refused.err


def test_passwords_that_are_missing_are_asked_for(nowhere: Segops) -> None:
    refused = nowhere("jobs", "--json", SEGOPS_POSTGRES_URL="postgresql://owner@127.0.0.1/segops")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
    assert "SEGOPS_POSTGRES_APP_PASSWORD" in refused.err


def test_env_says_where_everything_is(segops: Segops) -> None:
    told = segops("env", "--json")
    assert told.code == 0
    found = told.json
    assert set(found) == {"home", "postgres", "clickhouse", "dagster", "folders", "versions"}
    assert found["home"] == str(segops.home)
    assert found["postgres"]["url"].startswith("postgresql://")
    assert found["folders"]["inbox"] == str(segops.home / "inbox")
    assert found["versions"]["dagster"]


def test_exec_runs_a_command_with_the_environment_set(segops: Segops) -> None:
    done = segops("exec", "--", "sh", "-c", "echo $DAGSTER_HOME; exit 7")
    assert (done.code, done.out.strip()) == (7, str(segops.home / "dagster"))


def test_migrate_says_the_revision(segops: Segops) -> None:
    assert segops("migrate", "--json").json["revision"] >= "0001"
