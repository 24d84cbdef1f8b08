"""The fuzzer: its inputs are always the same, and what kills its reader is found and kept."""

import time
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.fuzz_inputs import FILES, KINDS, make_input

BROKEN = """
import segops_pipeline.reading as reading
def read(path):
    {reader}
    yield []
reading.read_rows = read
"""


def test_a_number_always_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make_input(number) for number in range(60)]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100_000)
    assert [make_input(number) for number in range(60)] == made


def test_every_kind_of_input_comes_up() -> None:
    assert {make_input(number)[0] for number in range(120)} == set(KINDS)
    assert len(FILES) > 10


@pytest.mark.parametrize(
    ("reader", "what"),
    [
        ("raise KeyError(path)", "crashes"),
        ("yield [None]", "crashes"),
        ("import os; os._exit(3)", "crashes"),
        ("x = bytearray(10**11)", "crashes"),
        ("import time; time.sleep(60)", "hangs"),
    ],
)
def test_what_goes_wrong_is_found_and_its_input_kept(
    reader: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "READER", BROKEN.format(reader=reader) + fuzz.READER)
    monkeypatch.setattr(fuzz, "SECONDS_PER_MEGABYTE", 0.2)
    figures = {figure.name.partition(";")[0]: figure for figure in fuzz.measure(0.01, 0, tmp_path)}
    assert figures[what].samples == [1]
    assert not figures[what].passes
    assert (tmp_path / "0.bin").read_bytes() == make_input(0)[1]
    assert (tmp_path / "0.txt").read_text().startswith("0 (")
