"""Look at a file without storing anything: its dialect, its columns and what they would be mapped to."""

import tempfile
from pathlib import Path
from typing import Any

from segops_pipeline.config import Settings, get_settings
from segops_pipeline.inference.column_types import infer_columns
from segops_pipeline.inference.identifying import tell_identifying_columns
from segops_pipeline.inference.suggestion import suggest_mapping
from segops_pipeline.reading import parse_upload, read_batches
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice

DIALECT = ("kind", "encoding", "delimiter", "quote", "header_row", "sheet", "member")


def inspect_file(path: Path, settings: Settings | None = None, choice: DialectChoice = NO_CHOICE) -> dict[str, Any]:
    """What an intake of this file would suggest in an empty workspace; every row is looked at.

    Args:
        path: the file, of any kind that is read.
        settings: those of the environment when None.
        choice: what a person says of its layout; the rest is detected.

    Returns:
        `dialect` (kind, encoding, delimiter, quote, header_row, sheet, member), `rows`, `columns` (name, type:
        what the values are, target, confidence, source, reason), `key` and `name` (columns or None), `issues`.

    Raises:
        BadFile: the file cannot be read.
    """
    path, settings = Path(path), settings or get_settings()
    with tempfile.TemporaryDirectory(prefix="segops-") as folder:
        rows_path = Path(folder) / "rows.parquet"
        parsed = parse_upload(path, rows_path, settings, path.name, choice=choice)
        evidence = infer_columns(parsed.headers, read_batches(rows_path))
        suggestion = suggest_mapping(evidence, [], {}, settings)
        suggestion = tell_identifying_columns(suggestion, evidence, lambda: read_batches(rows_path))
    dialect = parsed.dialect.as_dict()
    return {
        "dialect": {name: dialect[name] for name in DIALECT},
        "rows": parsed.total_rows,
        "columns": [
            {
                "name": column.column,
                "type": measured.type,
                "target": column.target,
                "confidence": round(column.confidence, 4),
                "source": column.source,
                "reason": column.reason,
            }
            for column, measured in zip(suggestion.columns, evidence, strict=True)
        ],
        "key": suggestion.key,
        "name": suggestion.name,
        "issues": [issue.as_dict() for issue in [*parsed.issues, *suggestion.issues]],
    }
