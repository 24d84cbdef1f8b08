"""Archives: gzip and zip, unpacked to a file of our own, and the guards against those that are built to harm.

What belongs here: unpacking within limits, and which file of an archive has the table. What doesn't: reading it.
Nothing is ever written under the name that a member has; what an archive claims is checked before any work, and
what comes out is counted.
"""

import gzip
import lzma
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from segops_pipeline.errors import (
    BadFile,
    BinaryFile,
    DamagedFile,
    EncryptedFile,
    SeveralTables,
    UnknownSheet,
    UnsafeFile,
    UnsupportedFormat,
)
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import examine
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.recognise import HEAD_BYTES, Kind, recognise

CHUNK_BYTES = 1024 * 1024
MOST_NESTED = 3
MOST_NAMES_TOLD = 20
LOCAL_HEADER_BYTES = 30
ENCRYPTED_FLAG = 0x1
PROSE = ("readme", "liesmich", "license", "licence", "changelog", "notice", "copying")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, lzma.LZMAError, OSError, ValueError, IndexError, UnicodeDecodeError)
IS_TABLE, MAYBE_TABLE, NO_TABLE = 2, 1, 0


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file that is no archive: where it is, its kind, what of the choice is left for it, its path in archives."""

    path: Path
    kind: Kind | Literal["xlsx", "ods"]
    choice: DialectChoice
    member: str | None = None


@contextmanager
def unpacked(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[Unpacked]:
    """The file itself, or the one with the table inside; what was unpacked goes at the end.

    Raises:
        BinaryFile, UnsupportedFormat: it is no kind of file that is read, or an archive without a table.
        SeveralTables: nobody has said which of an archive's tables is meant.
        FileTooLarge, UnsafeFile: it unpacks to too much, is nested too deep, or plays tricks.
        DamagedFile, EncryptedFile: it cannot be unpacked.
    """
    found = Unpacked(path, recognise(path, file_name), choice)
    if found.kind not in ("gzip", "zip"):
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="segops-") as folder:
        for depth in range(MOST_NESTED + 1):
            target = Path(folder) / f"unpacked-{depth}"
            if found.kind == "gzip":
                found = _unzip_gzip(found, target, file_name, limits)
            elif found.kind == "zip":
                found = _unzip(found, target, file_name, limits)
            else:
                yield found
                return
        raise UnsafeFile(
            f"The archive holds archives, more than {MOST_NESTED} deep.", "Pack the table itself.", file=file_name
        )


@contextmanager
def open_archive(path: Path, file_name: str, limits: Limits) -> Generator[zipfile.ZipFile]:
    """A zip whose claims have been checked: number of files, sizes, names, and that no two share their bytes.

    Raises:
        DamagedFile, UnsafeFile, FileTooLarge: it is broken, built to harm, or too large.
    """
    with _telling_damage(file_name):
        archive = zipfile.ZipFile(path)
    with archive:
        _check_claims(archive, path.stat().st_size, file_name, limits)
        yield archive


def chunks_of(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, file_name: str, limits: Limits, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """The unpacked bytes of a member, a piece of `chunk_bytes` at a time, counted.

    Raises:
        DamagedFile: it cannot be unpacked, or is not what the archive says.
        EncryptedFile: there is a password on it.
        UnsupportedFormat: it is packed in a way that is not known.
        FileTooLarge, UnsafeFile: more comes out than is taken.
    """
    if info.flag_bits & ENCRYPTED_FLAG:
        raise EncryptedFile("The archive is protected by a password.", "Pack it without one.", file=file_name)
    with _telling_damage(file_name):
        member = archive.open(info)
    count = 0
    with member:
        while True:
            with _telling_damage(file_name):
                chunk = member.read(chunk_bytes)
            if not chunk:
                return
            count += len(chunk)
            limits.check_unpacked(file_name, info.compress_size, count)
            yield chunk


def heads_of(path: Path, file_name: str, limits: Limits) -> dict[str, bytes]:
    """The first bytes of each file of a zip that can be a table; none where the file is no zip, or an office document.

    Raises:
        BadFile: as `open_archive` and `chunks_of` do.
    """
    if recognise(path, file_name) != "zip":
        return {}
    with open_archive(path, file_name, limits) as archive:
        if _office_kind(archive, file_name, limits) is not None:
            return {}
        infos = [info for info in archive.infolist() if _can_be_table(info)]
        return {info.filename: next(chunks_of(archive, info, file_name, limits), b"")[:HEAD_BYTES] for info in infos}


@contextmanager
def _telling_damage(file_name: str) -> Generator[None]:
    try:
        yield
    except NotImplementedError:
        raise UnsupportedFormat(
            "The archive is packed in a way that is not read.", "Pack it as an ordinary zip (deflate).", file=file_name
        ) from None
    except DAMAGE:
        raise DamagedFile(
            "The file is damaged or cut off: it cannot be unpacked.",
            "Check that it was fetched completely; if so, save or pack it anew.",
            file=file_name,
        ) from None


def _unzip_gzip(found: Unpacked, target: Path, file_name: str, limits: Limits) -> Unpacked:
    packed, count = found.path.stat().st_size, 0
    with gzip.open(found.path) as source, target.open("wb") as out:
        while True:
            with _telling_damage(file_name):
                chunk = source.read(CHUNK_BYTES)
            if not chunk:
                break
            count += len(chunk)
            limits.check_unpacked(file_name, packed, count)
            out.write(chunk)
    return Unpacked(target, recognise(target, file_name), found.choice, found.member)


def _unzip(found: Unpacked, target: Path, file_name: str, limits: Limits) -> Unpacked:
    with open_archive(found.path, file_name, limits) as archive:
        kind = _office_kind(archive, file_name, limits)
        if kind is not None:
            return replace(found, kind=kind)
        info, sheet = _table_of(archive, found.choice.sheet, target, file_name, limits)
        with target.open("wb") as out:
            for chunk in chunks_of(archive, info, file_name, limits):
                out.write(chunk)
    member = info.filename if found.member is None else f"{found.member}/{info.filename}"
    return Unpacked(target, recognise(target, file_name), replace(found.choice, sheet=sheet), member)


def _office_kind(archive: zipfile.ZipFile, file_name: str, limits: Limits) -> Literal["xlsx", "ods"] | None:
    """The kind of an office document, which is a zip too; None for other archives.

    Raises:
        BinaryFile: it is a document, or a kind of workbook that is not read.
        BadFile: as `chunks_of` does.
    """
    names = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
    if "xl/workbook.xml" in names:
        return "xlsx"
    for part, what, remedy in (
        ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "Open it in Excel and save it as .xlsx."),
        ("word/document.xml", "a Word document", "Copy its table into a spreadsheet and save that."),
        ("ppt/presentation.xml", "a PowerPoint presentation", "Ask for the table behind it."),
    ):
        if part in names:
            raise BinaryFile(f"The file is no table: it looks like {what}.", remedy, file=file_name)
    if not {"content.xml", "mimetype"} <= names.keys():
        return "xlsx" if "[content_types].xml" in names and any(name.startswith("xl/") for name in names) else None
    document = next(chunks_of(archive, names["mimetype"], file_name, limits), b"")[:100]
    if b"opendocument.spreadsheet" in document:
        return "ods"
    if b"opendocument" in document:
        raise BinaryFile(
            "The file is no table: it looks like an OpenDocument text.", "Copy its table into a sheet.", file=file_name
        )
    return None


def _check_claims(archive: zipfile.ZipFile, size_bytes: int, file_name: str, limits: Limits) -> None:
    infos = archive.infolist()
    if len(infos) > limits.max_members:
        raise UnsafeFile(
            f"The archive has {len(infos):,} files; at most {limits.max_members:,} are taken.",
            "Pack only the file with the table, or raise SEGOPS_MAX_ARCHIVE_MEMBERS.",
            file=file_name,
        )
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")):
            raise UnsafeFile(
                "The archive names a file outside of itself.",
                "Pack it anew.",
                file=file_name,
                value=info.filename[:100],
            )
    limits.check_unpacked(file_name, size_bytes, sum(info.file_size for info in infos))
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UnsafeFile("Files in the archive share their bytes.", "Pack it anew.", file=file_name)
        end = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
        limits.check_unpacked(file_name, info.compress_size, info.file_size)


def _table_of(
    archive: zipfile.ZipFile, chosen: str | None, target: Path, file_name: str, limits: Limits
) -> tuple[zipfile.ZipInfo, str | None]:
    """The member with the table, and the part of `chosen` that is meant for that member itself."""
    infos = [info for info in archive.infolist() if _can_be_table(info)]
    for info in infos if chosen is not None else ():
        if chosen in (info.filename, PurePosixPath(info.filename).name):
            return info, None
        if chosen is not None and chosen.startswith(f"{info.filename}/"):
            return info, chosen.removeprefix(f"{info.filename}/")
    grades = [_grade(archive, info, target, file_name, limits) for info in infos]
    best = max(grades, default=NO_TABLE)
    tables = [info for info, grade in zip(infos, grades, strict=True) if grade == best]
    if best == NO_TABLE:
        raise UnsupportedFormat(
            f"The archive has no table: {_named(infos) or 'there is nothing in it'}.",
            "Choose the archive with the table.",
            file=file_name,
        )
    if len(tables) == 1:
        return tables[0], chosen
    if chosen is not None:
        raise UnknownSheet(f"The archive has no file '{chosen}'.", f"Choose one of: {_named(tables)}.", file=file_name)
    raise SeveralTables(
        f"The archive has {len(tables)} tables: {_named(tables)}.",
        "Say which one is meant (--sheet NAME), or import each by itself.",
        file=file_name,
    )


def _named(infos: Sequence[zipfile.ZipInfo]) -> str:
    names = ", ".join(info.filename for info in infos[:MOST_NAMES_TOLD])
    return names if len(infos) <= MOST_NAMES_TOLD else f"{names} and {len(infos) - MOST_NAMES_TOLD:,} more"


def _can_be_table(info: zipfile.ZipInfo) -> bool:
    """Whether it is a file with something in it, and none that an operating system has put there."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return not (info.is_dir() or info.file_size == 0 or hidden or is_link)


def _grade(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, file_name: str, limits: Limits) -> int:
    """How much a member looks like a table, by its first bytes."""
    with target.open("wb") as out:
        out.write(next(chunks_of(archive, info, file_name, limits), b"")[:HEAD_BYTES])
    try:
        kind = recognise(target, info.filename)
        if kind == "html":
            return MAYBE_TABLE
        if kind != "text":
            return IS_TABLE
        layout = examine(target, info.filename).layout
    except BadFile:
        return NO_TABLE
    prose = PurePosixPath(info.filename.lower()).name.startswith(PROSE) or info.filename.lower().endswith(".md")
    return MAYBE_TABLE if layout is None or layout.width == 1 or prose else IS_TABLE
