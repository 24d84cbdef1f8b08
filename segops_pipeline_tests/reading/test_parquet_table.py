"""A Parquet file is read as rows of text, whatever its columns hold."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segops_pipeline.errors import DamagedFile, FileTooLarge, HeaderOnly
from segops_pipeline_tests.reading.uploads import Staged, stage


def parquet(columns: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def staged(folder: Path, columns: dict[str, Any], **settings: Any) -> Staged:
    return stage(folder, parquet(columns), **settings)


def test_values_of_every_type_become_the_text_that_they_are(tmp_path: Path) -> None:
    found = staged(tmp_path, {
        "sku": ["007", "=1+1\nx"], "stock": [5, None], "share": [0.1, 1e-07], "price": [Decimal("12.50"), None],
        "active": [True, False], "day": [date(2024, 5, 31), None],
        "at": [datetime(2024, 5, 31, 12, 30, tzinfo=UTC), None], "tags": [["a", "b"], None],
        "size": [{"width": 2, "unit": {"name": "cm"}}, None],
    })  # fmt: skip
    assert found.parsed.headers == [
        "sku", "stock", "share", "price", "active", "day", "at", "tags", "size.width", "size.unit.name"
    ]  # fmt: skip
    assert found.rows == [
        ["007", "5", "0.1", "12.50", "true", "2024-05-31", "2024-05-31T12:30:00+00:00", '["a", "b"]', "2", "cm"],
        ["=1+1\nx", "", "0.0000001", "", "false", "", "", "", "", ""],
    ]
    assert found.lines == [2, 3]
    assert found.parsed.dialect.kind == "parquet"


def test_a_parquet_file_without_rows_or_cut_off_is_told(tmp_path: Path) -> None:
    with pytest.raises(HeaderOnly):
        staged(tmp_path, {"sku": pa.array([], pa.string())})
    with pytest.raises(DamagedFile, match="Parquet"):
        stage(tmp_path, parquet({"sku": ["A"] * 100})[:200])


def test_a_parquet_file_that_is_too_large_when_unpacked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match="unpacked"):
        staged(tmp_path, {"sku": [str(number) for number in range(200_000)]}, max_unpacked_bytes=1024 * 1024)
