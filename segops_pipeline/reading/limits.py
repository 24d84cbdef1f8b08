"""How much of a file is taken, and the errors of a file that has more.

What belongs here: the limits and the words of their errors. What doesn't: counting while a file is read,
which its reader does.
"""

from dataclasses import dataclass
from pathlib import Path

from segops_pipeline.config import MEBIBYTE, Settings
from segops_pipeline.errors import CellTooLarge, FileTooLarge, TooManyColumns, TooManyRows, UnsafeFile

HARMLESS_BYTES = 16 * MEBIBYTE  # what unpacks to less can be no bomb, however well it is packed


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken of one file; the defaults are those of the settings."""

    max_bytes: int = 1024 * MEBIBYTE
    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_cell_bytes: int = 4 * MEBIBYTE
    max_unpacked_bytes: int = 4096 * MEBIBYTE
    max_compression_ratio: int = 300
    max_members: int = 1_000
    max_xls_bytes: int = 64 * MEBIBYTE

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits of an installation."""
        return cls(
            settings.max_upload_bytes,
            settings.max_rows,
            settings.max_columns,
            settings.max_cell_bytes,
            settings.max_unpacked_bytes,
            settings.max_compression_ratio,
            settings.max_archive_members,
            settings.max_xls_bytes,
        )

    @property
    def max_record_characters(self) -> int:
        """What one record may have, so that a quote that is never closed cannot fill the memory."""
        return 4 * self.max_cell_bytes + MEBIBYTE

    def check_size(self, path: Path, file_name: str) -> int:
        """The size of the file in bytes, told by the file system before anything is read.

        Raises:
            FileTooLarge: it has more than `max_bytes`.
        """
        size_bytes = path.stat().st_size
        if size_bytes > self.max_bytes:
            raise FileTooLarge(
                f"The file has {size_bytes:,} bytes; at most {self.max_bytes:,} are taken.",
                "Split it into several files, or raise SEGOPS_MAX_UPLOAD_BYTES.",
                file=file_name,
                value=str(size_bytes),
            )
        return size_bytes

    def check_unpacked(self, file_name: str, packed_bytes: int, unpacked_bytes: int) -> None:
        """Refuse what unpacks to too much, by what an archive claims or by what has come out of it so far.

        Raises:
            FileTooLarge: it has more than `max_unpacked_bytes`.
            UnsafeFile: it is packed tighter than any table.
        """
        if unpacked_bytes > self.max_unpacked_bytes:
            raise FileTooLarge(
                f"Unpacked, the file has more than {self.max_unpacked_bytes:,} bytes.",
                "Split it into several files, or raise SEGOPS_MAX_UNPACKED_BYTES.",
                file=file_name,
                value=str(unpacked_bytes),
            )
        if unpacked_bytes > max(HARMLESS_BYTES, self.max_compression_ratio * packed_bytes):
            raise UnsafeFile(
                f"The file unpacks to more than {self.max_compression_ratio:,} times its size, as no table does.",
                "Pack the table anew, or raise SEGOPS_MAX_COMPRESSION_RATIO.",
                file=file_name,
                value=f"{packed_bytes:,} bytes",
            )

    def check_xls(self, path: Path, file_name: str) -> None:
        """Refuse an old Excel file that is too large to be held in memory.

        Raises:
            FileTooLarge: it has more than `max_xls_bytes`.
        """
        size_bytes = path.stat().st_size
        if size_bytes > self.max_xls_bytes:
            raise FileTooLarge(
                f"The old Excel file has {size_bytes:,} bytes; at most {self.max_xls_bytes:,} are taken.",
                "Save it as .xlsx, or raise SEGOPS_MAX_XLS_BYTES.",
                file=file_name,
                value=str(size_bytes),
            )

    def too_many_rows(self, file_name: str, line: int) -> TooManyRows:
        """The error of the row in `line`, the first one too many."""
        return TooManyRows(
            f"The file has more than {self.max_rows:,} rows.",
            "Split it into several files, or raise SEGOPS_MAX_ROWS.",
            file=file_name,
            line=line,
            value=str(self.max_rows + 1),
        )

    def too_many_columns(self, file_name: str, line: int, columns: int) -> TooManyColumns:
        """The error of the record in `line`, which has `columns` cells."""
        return TooManyColumns(
            f"The record has {columns:,} columns; at most {self.max_columns:,} are taken.",
            "Leave out columns that are not needed, or raise SEGOPS_MAX_COLUMNS.",
            file=file_name,
            line=line,
            value=str(columns),
        )

    def cell_too_large(self, file_name: str, line: int, column: str | None, start: str) -> CellTooLarge:
        """The error of the cell in `line` that begins with `start`."""
        return CellTooLarge(
            f"A cell has more than {self.max_cell_bytes:,} bytes.",
            "Look for a quotation mark that is opened in this line and never closed, or raise SEGOPS_MAX_CELL_BYTES.",
            file=file_name,
            line=line,
            column=column,
            value=start[:60],
        )
