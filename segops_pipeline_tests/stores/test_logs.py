"""Logs are read from where one wants, and never grow for ever."""

from pathlib import Path

from segops_pipeline.stores.logs import log_size, open_log, read_log, trim_log


def test_a_large_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "daemon.log"
    with open_log(path) as log:
        log.write(b"before\n" * 10)
        log.flush()
        trim_log(path, largest_bytes=20)
        log.write(b"after\n")
    assert path.read_text() == "after\n"
    assert path.with_name("daemon.log.old").read_text() == "before\n" * 10


def test_a_small_log_stays(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("kept\n")
    trim_log(path, largest_bytes=20)
    assert path.read_text() == "kept\n"


def test_a_log_is_read_from_a_byte_on_or_whole_when_it_was_put_aside_since(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("one\ntwo\n")
    assert read_log(path, 4) == "two\n"
    assert read_log(path, 400) == "one\ntwo\n"


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert log_size(tmp_path / "no.log") == 0
    assert read_log(tmp_path / "no.log") == ""
