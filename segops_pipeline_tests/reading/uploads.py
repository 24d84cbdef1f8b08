"""Small uploads for the tests of reading: write bytes, stage them, look at the result."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segops_pipeline.config import Settings
from segops_pipeline.errors import Issue
from segops_pipeline.reading import ParsedUpload, parse_upload, read_batches
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice


@dataclass(frozen=True)
class Staged:
    parsed: ParsedUpload
    lines: list[int]
    rows: list[list[str]]
    raws: list[str | None]

    def issues(self, code: str) -> list[Issue]:
        return [issue for issue in self.parsed.issues if issue.code == code]


def write(folder: Path, content: str | bytes, name: str = "upload.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def settings_of(folder: Path, **settings: Any) -> Settings:
    return Settings(home=folder, **settings)


def stage(folder: Path, content: str | bytes, choice: DialectChoice = NO_CHOICE, **settings: Any) -> Staged:
    path, rows_path = write(folder, content), folder / "rows" / "staged.parquet"
    parsed = parse_upload(path, rows_path, settings_of(folder, **settings), "upload.csv", choice=choice)
    lines: list[int] = []
    rows: list[list[str]] = []
    raws: list[str | None] = []
    for batch in read_batches(rows_path):
        lines += batch.column(0).to_pylist()
        columns = [column.to_pylist() for column in batch.columns[1:-1]]
        rows += [list(row) for row in zip(*columns, strict=True)]
        raws += batch.column("raw").to_pylist()
    return Staged(parsed, lines, rows, raws)
