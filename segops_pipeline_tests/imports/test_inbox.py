"""The inbox: what is offered, what is left alone, and that no file is lost or taken twice."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import Issue
from segops_pipeline.imports.inbox import InboxFile, Scan, prepare_inbox, scan
from segops_pipeline.imports.inbox_claims import claims, find_taken, finish, put_back, recover, take
from segops_pipeline.imports.inbox_report import report_text

CSV = b"sku,name\n1,Chair\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", inbox_settle_seconds=0.02)


def drop(settings: Settings, place: str, content: bytes = CSV) -> Path:
    path = settings.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def offered(found: Scan) -> list[tuple[str, str, str]]:
    return [(file.workspace, file.source, file.path.name) for file in found.files]


def only(settings: Settings) -> InboxFile:
    (file,) = scan(settings).files
    return file


def test_a_complete_file_is_offered_at_the_first_scan(settings: Settings) -> None:
    drop(settings, "acme/prices.csv")
    drop(settings, "acme/supplier/prices.csv")
    found = scan(settings)
    assert sorted(offered(found)) == [("acme", "manual", "prices.csv"), ("acme", "supplier", "prices.csv")]
    assert found.files[0].size_bytes == len(CSV)
    assert found.problems == []


def test_older_files_come_first_whatever_they_are_called(settings: Settings) -> None:
    for age, name in enumerate(("acme/b.csv", "other/a.csv", "acme/c.csv")):
        os.utime(drop(settings, name), (1_000_000 - age, 1_000_000 - age))
    assert [file.path.name for file in scan(settings).files] == ["c.csv", "a.csv", "b.csv"]


def test_only_so_many_files_are_offered_at_once(settings: Settings) -> None:
    for number in range(5):
        drop(settings, f"acme/{number}.csv")
    assert len(scan(settings, limit=3).files) == 3


def test_a_file_that_grows_while_it_is_looked_at_is_not_offered(settings: Settings) -> None:
    path = drop(settings, "acme/growing.csv")
    slower = settings.model_copy(update={"inbox_settle_seconds": 0.2})
    done = threading.Event()

    def grow() -> None:
        while not done.wait(0.01):
            with path.open("ab") as file:
                file.write(CSV)
            os.utime(path, (1_000_000, 1_000_000))  # as a copy that preserves times does

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        first = scan(slower)
        second = scan(slower, first.cursor)
    finally:
        done.set()
        writer.join()
    assert first.files == second.files == []
    assert len(scan(slower, second.cursor).files) == 1


def test_a_file_that_changed_between_two_scans_starts_anew(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv")
    before = scan(settings, now=1000.0)
    patient = settings.model_copy(update={"inbox_settle_seconds": 0.0})
    path.write_bytes(CSV * 2)
    assert len(scan(patient, before.cursor, now=5000.0).files) == 1
    assert '"acme/prices.csv": [5000.0' in scan(patient, before.cursor, now=5000.0).cursor


def test_a_file_that_is_open_for_writing_is_not_offered(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv")
    with path.open("ab"):
        first = scan(settings)
    assert first.files == []
    assert len(scan(settings, first.cursor).files) == 1


def test_a_file_that_stays_open_but_unchanged_is_offered_in_the_end(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv")
    with path.open("ab"):
        first = scan(settings, now=1000.0)
        assert len(scan(settings, first.cursor, now=1070.0).files) == 1


def test_a_renamed_file_is_found_under_its_new_name(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv.part")
    first = scan(settings)
    path.rename(path.with_suffix(""))
    assert first.files == []
    assert offered(scan(settings, first.cursor)) == [("acme", "manual", "prices.csv")]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.csv", "a.csv.part", "a.csv.PART", "a.tmp", "a.csv.crdownload", "a.csv~", "a.filepart",
        "~$a.xlsx", "Thumbs.db", "desktop.ini", "processed/a.csv", "failed/a.csv", ".taken/x/a.csv",
    ],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["acme", "acme/supplier"])
def test_unfinished_and_finished_files_are_left_alone_without_a_word(
    folder: str, name: str, settings: Settings
) -> None:
    drop(settings, f"{folder}/{name}")
    found = scan(settings)
    assert (found.files, found.problems) == ([], [])


@pytest.mark.parametrize(
    "place", ["prices.csv", "Acme/prices.csv", "acme/My Source/prices.csv", "acme/supplier/deeper/prices.csv"]
)
def test_a_file_in_the_wrong_place_is_told_once(place: str, settings: Settings) -> None:
    drop(settings, place)
    first = scan(settings)
    assert first.files == []
    assert len(first.problems) == 1
    assert scan(settings, first.cursor).problems == []


def test_links_and_fifos_are_not_taken(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CSV)
    folder = drop(settings, "acme/real.csv").parent
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(folder / "fifo.csv")
    (settings.inbox / "linked").symlink_to(tmp_path)
    found = scan(settings)
    assert offered(found) == [("acme", "manual", "real.csv")]
    assert len(found.problems) == 3


def test_a_name_with_strange_characters_is_told_and_harms_nothing(settings: Settings) -> None:
    folder = drop(settings, "acme/good.csv").parent
    Path(os.fsdecode(bytes(folder) + b"/b\xffd.csv")).write_bytes(CSV)
    drop(settings, "acme/new\nline.csv")
    found = scan(settings)
    assert offered(found) == [("acme", "manual", "good.csv")]
    assert len(found.problems) == 2
    assert all(problem.isprintable() for problem in found.problems)


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "{}", '{"files": {"a": [1]}}', '{"files": 3}', "null", "7"])
def test_a_cursor_that_is_not_ours_counts_as_none(cursor: str, settings: Settings) -> None:
    drop(settings, "acme/prices.csv")
    assert len(scan(settings, cursor).files) == 1


def test_an_inbox_that_is_not_there_is_empty(settings: Settings) -> None:
    assert scan(settings).files == []


def test_the_inbox_explains_itself(settings: Settings) -> None:
    inbox = prepare_inbox(settings, ["acme"])
    assert prepare_inbox(settings, ["acme"]) == inbox
    assert "are imported" in (inbox / "README.txt").read_text()
    assert (inbox / "acme").is_dir()
    assert scan(settings).problems == []


def test_a_claimed_file_is_out_of_sight_and_can_be_found(settings: Settings) -> None:
    drop(settings, "acme/supplier/prices.csv")
    taken = take(only(settings), "job-1")
    assert taken is not None
    assert taken.read_bytes() == CSV
    assert find_taken(settings, "job-1") == taken
    assert find_taken(settings, "job-2") is None
    assert claims(settings) == ["job-1"]
    assert scan(settings).files == []


def test_of_many_who_claim_a_file_one_gets_it(settings: Settings) -> None:
    drop(settings, "acme/prices.csv")
    file = only(settings)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda number: take(file, f"job-{number}"), range(8)))
    assert len([taken for taken in claims if taken is not None]) == 1


def test_a_file_that_was_written_to_since_the_scan_is_not_claimed_and_not_lost(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv")
    file = only(settings)
    path.write_bytes(CSV * 2)
    assert take(file, "job-1") is None
    assert path.read_bytes() == CSV * 2
    assert len(scan(settings).files) == 1


@pytest.mark.parametrize("outcome", ["processed", "failed"])
def test_a_finished_file_lies_beside_its_report(outcome: str, settings: Settings) -> None:
    path = drop(settings, "acme/supplier/prices.csv")
    taken = take(only(settings), "job-1")
    assert taken is not None
    finished = finish(taken, outcome, "All is well.\n")  # type: ignore[arg-type]
    assert finished == path.parent / outcome / "prices.csv"
    assert finished.read_bytes() == CSV
    assert (path.parent / outcome / "prices.csv.report.txt").read_text() == "All is well.\n"
    assert not taken.parent.exists()
    assert scan(settings).files == []


def test_a_finished_file_overwrites_none_of_its_name(settings: Settings) -> None:
    for number in range(4):
        drop(settings, "acme/prices.csv", b"%d" % number)
        taken = take(only(settings), f"job-{number}")
        assert taken is not None
        finish(taken, "processed", f"report {number}")
    folder = settings.inbox / "acme" / "processed"
    files = {file.read_text(): file for file in folder.glob("*.csv")}
    assert sorted(files) == ["0", "1", "2", "3"]
    for content, file in files.items():
        assert file.with_name(f"{file.name}.report.txt").read_text() == f"report {content}"


def test_a_claim_without_a_job_is_put_back_and_one_with_a_job_is_not(settings: Settings) -> None:
    for name in ("lost.csv", "known.csv"):
        drop(settings, f"acme/{name}")
        assert take(only(settings), name) is not None
    back = recover(settings, lambda claim: claim == "known.csv", older_than_seconds=0)
    assert back == [settings.inbox / "acme" / "lost.csv"]
    assert offered(scan(settings)) == [("acme", "manual", "lost.csv")]
    assert find_taken(settings, "known.csv") is not None


def test_a_young_claim_is_left_for_its_job_may_be_about_to_be_made(settings: Settings) -> None:
    drop(settings, "acme/prices.csv")
    assert take(only(settings), "job-1") is not None
    assert recover(settings, lambda _claim: False) == []


def test_a_file_that_is_put_back_overwrites_none_that_has_come_since(settings: Settings) -> None:
    path = drop(settings, "acme/prices.csv")
    taken = take(only(settings), "job-1")
    assert taken is not None
    path.write_bytes(b"newer")
    back = put_back(taken)
    assert back != path
    assert (path.read_bytes(), back.read_bytes()) == (b"newer", CSV)


def test_a_report_tells_in_words_what_became_of_the_file() -> None:
    issues = [Issue("bad_number", "This is no number.", line=7, column="price", value="n/a", suggestion="Empty it.")]
    counts = {"rows": 3, "created": 2, "rejected": 1}
    text = report_text(
        file_name="prices.csv",
        job_id="20260301-1",
        status="mapping",
        reason="needs mapping",
        counts=counts,
        issues=issues * 25,
        next_step="Confirm it with `segops confirm 20260301-1`.",
    )
    for words in (
        "prices.csv",
        "mapping (needs mapping)",
        "Rows: 3 = 2 created, 0 updated, 0 unchanged, 0 conflicts, 1 rejected, 0 skipped",
        "error: This is no number. (line 7, column price, value 'n/a') Empty it.",
        "… and 5 more",
        "What to do: Confirm it with `segops confirm 20260301-1`.",
    ):
        assert words in text
