"""Bytes to numbered rows of text: what a file is, its encoding, its dialect, its table.

What belongs here: everything between an upload and rows of text with the line where each starts. What
doesn't: what the text means (inference) and what becomes of it (catalogue). Nothing is typed, trimmed or
dropped silently: what was repaired is an issue.
"""

from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.opening import detect_dialect
from segops_pipeline.reading.parquet import read_batches
from segops_pipeline.reading.rows import read_rows
from segops_pipeline.reading.staging import ParsedUpload, parse_upload

__all__ = ["Dialect", "ParsedUpload", "detect_dialect", "parse_upload", "read_batches", "read_rows"]
