"""Learned memory: what people confirmed in earlier imports, by header; it wins over every suggestion.

What belongs here: the table `learned_mappings` and how a header is normalised for it. What doesn't: how a
suggestion is made of it (`suggestion`), and who may correct it (`imports.memory`).

A confirmed pair is kept twice: for the source that the file came from and, with source 0, for the whole
workspace. A skip, and a column that only its place gave a name (`column_3`), say something about one source's
files only, so they are kept for the source alone. Headers that read the same share one row; the last confirmed
target is the one that counts.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, text

from segops_pipeline.inference.fields import folded, words

WHOLE_WORKSPACE = 0
MAX_HEADER_CHARACTERS = 400

Scope = Literal["named", "source", "template", "workspace"]

# 'Discount' and 'Discount %' are two columns, 'Price (EUR)' and 'price_eur' are one
_SIGN = re.compile(r"([%#+€$£¥₹₽])")
# the name that reading gives to a column without one
_PLACE = re.compile(r"column_\d+")


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known about a header: its target (None: it is to be skipped) and how often it was confirmed.

    `scope` says who knows: a template that a person named for this file, the source's own memory, a template
    that the file was recognised by, or the workspace's memory. `template` is that template's name; then
    `used_count` is 0 unless memory says the same.
    """

    target: str | None
    used_count: int
    scope: Scope
    template: str | None = None
    last_used_at: datetime | None = field(default=None, compare=False)

    @property
    def is_confirmed(self) -> bool:
        """Whether memory says so, not only a template."""
        return self.used_count > 0


@dataclass(frozen=True, slots=True)
class LearnedMapping:
    """One row of learned memory; `source` is None where it counts for the whole workspace."""

    header: str
    target: str | None
    source_id: int
    source: str | None
    used_count: int
    last_used_at: datetime


@lru_cache(maxsize=20_000)
def normalise_header(header: str) -> str:
    """Reduce a header to what memory keeps: words without case, accents and joints, and signs (% €)."""
    parts = [part if _SIGN.fullmatch(part) else " ".join(words(part)) for part in _SIGN.split(header)]
    short = " ".join(part for part in parts if part) or folded(header).strip()
    if len(short) <= MAX_HEADER_CHARACTERS:
        return short
    # PostgreSQL's index takes no whole page of text; two long headers must still not be taken for one
    digest = hashlib.sha256(short.encode()).hexdigest()[:16]
    return f"{short[: MAX_HEADER_CHARACTERS - len(digest) - 1].rstrip()} {digest}"


def is_named_by_place(header: str) -> bool:
    """Whether reading gave the column its name, for the file has none: `column_3`."""
    return _PLACE.fullmatch(header) is not None


def memory_keys(headers: Iterable[str]) -> dict[str, str]:
    """What memory knows each header of one file by: its normal form, or itself where two have the same.

    `name` and `Name` in one file are two columns, and neither may be taken for the other.
    """
    normalised = {header: normalise_header(header) for header in headers}
    uses = Counter(normalised.values())
    return {header: short if uses[short] == 1 else f"={header}" for header, short in normalised.items()}


_RECALL = text("""
    SELECT DISTINCT ON (header) header, target, used_count, source_id, last_used_at
    FROM learned_mappings
    WHERE source_id = ANY (ARRAY[CAST(:source_id AS bigint), 0]) AND header = ANY (CAST(:headers AS text[]))
    ORDER BY header, source_id DESC
""")


def recall(connection: Connection, source_id: int, headers: Iterable[str]) -> dict[str, Learned]:
    """Look up what is known about headers, the source's own memory first, then the workspace's.

    `connection` is one of `Database.workspace_session`. The answer is by header as given; headers that
    nobody has confirmed are not in it.
    """
    keys = memory_keys(headers)
    rows = connection.execute(_RECALL, {"source_id": source_id, "headers": sorted(keys.values())})
    known = {
        header: Learned(
            target, used_count, "source" if source != WHOLE_WORKSPACE else "workspace", last_used_at=last_used_at
        )
        for header, target, used_count, source, last_used_at in rows
    }
    return {header: known[key] for header, key in keys.items() if key in known}


_LEARN = text("""
    INSERT INTO learned_mappings AS known (workspace_id, source_id, header, target, job_id)
    SELECT :workspace_id, source_id, header, target, CAST(:job_id AS text)
    FROM unnest(CAST(:source_ids AS bigint[]), CAST(:headers AS text[]), CAST(:targets AS text[]))
        AS confirmed (source_id, header, target)
    ORDER BY source_id, header -- concurrent confirmations lock rows in one order
    ON CONFLICT (workspace_id, source_id, header) DO UPDATE SET
        target = excluded.target,
        used_count = CASE
            WHEN known.target IS DISTINCT FROM excluded.target THEN 1
            WHEN known.job_id IS DISTINCT FROM excluded.job_id THEN known.used_count + 1
            ELSE known.used_count -- the same job again, after a retry
        END,
        job_id = excluded.job_id,
        last_used_at = now()
""")

_BEFORE = text("""
    SELECT jsonb_strip_nulls(jsonb_build_object('source_id', confirmed.source_id, 'header', confirmed.header))
        || CASE WHEN known.header IS NULL THEN '{}' ELSE jsonb_build_object('target', known.target,
            'used_count', known.used_count, 'job_id', known.job_id, 'last_used_at', known.last_used_at) END AS known
    FROM unnest(CAST(:source_ids AS bigint[]), CAST(:headers AS text[])) AS confirmed (source_id, header)
    LEFT JOIN learned_mappings AS known ON known.workspace_id = :workspace_id
        AND known.source_id = confirmed.source_id AND known.header = confirmed.header
    WHERE known.job_id IS NULL OR known.job_id IS DISTINCT FROM CAST(:job_id AS text)
""")

_TAKEN_BACK = """
    FROM jsonb_to_recordset(CAST(:before AS jsonb)) AS b (source_id bigint, header text, target text,
        used_count bigint, job_id text, last_used_at timestamptz)
    WHERE known.workspace_id = :workspace_id AND known.source_id = b.source_id AND known.header = b.header
        AND known.job_id = :job_id
"""
_RETURN = text(f"""
    UPDATE learned_mappings AS known SET target = b.target, used_count = b.used_count, job_id = b.job_id,
        last_used_at = b.last_used_at
    {_TAKEN_BACK} AND b.used_count IS NOT NULL
""")
_REMOVE = text(
    f"DELETE FROM learned_mappings AS known USING {_TAKEN_BACK.strip().removeprefix('FROM')} AND b.used_count IS NULL"
)


def learn(
    connection: Connection,
    workspace_id: int,
    source_id: int,
    mapping: Mapping[str, str | None],
    job_id: str | None,
) -> list[dict[str, Any]]:
    """Merge a confirmed mapping (column to target, None for a skip) into learned memory.

    Learning the same job again changes nothing but the time (seed 000_64a11c9fa50822db.txt, "Step 3": every
    confirmed non-null mapping is merged into the workspace's learned memory).

    Returns:
        The rows that it changed as they were before, for `take_back`: source_id, header, and target, used_count,
        job_id and last_used_at, which are missing where there was no such row. Rows of the same job are left out.
    """
    confirmed: dict[tuple[int, str], str | None] = {}
    keys = memory_keys(mapping)
    for header, target in mapping.items():
        short = keys[header]
        if source_id != WHOLE_WORKSPACE:
            confirmed[source_id, short] = target
        if target is not None and not is_named_by_place(header):
            confirmed[WHOLE_WORKSPACE, short] = target
    if not confirmed:
        return []
    bound = {
        "workspace_id": workspace_id,
        "job_id": job_id,
        "source_ids": [source for source, _ in confirmed],
        "headers": [header for _, header in confirmed],
        "targets": list(confirmed.values()),
    }
    before = [row.known for row in connection.execute(_BEFORE, bound)]
    connection.execute(_LEARN, bound)
    return before


def take_back(connection: Connection, workspace_id: int, job_id: str, before: Sequence[Mapping[str, Any]]) -> int:
    """Put back what a job's confirmation has changed in learned memory, where nobody has confirmed it again since.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: the job whose confirmation is taken back.
        before: what `learn` has returned.

    Returns:
        How many rows are as they were before.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id, "before": json.dumps(list(before))}
    returned = connection.execute(_RETURN, bound).rowcount
    return returned + connection.execute(_REMOVE, bound).rowcount


_LIST = text("""
    SELECT known.header, known.target, known.source_id, sources.name, known.used_count, known.last_used_at
    FROM learned_mappings AS known LEFT JOIN sources
        ON sources.workspace_id = known.workspace_id AND sources.id = known.source_id
    WHERE CAST(:source_id AS bigint) IS NULL OR known.source_id = :source_id
    ORDER BY known.header, known.source_id
""")


def list_learned(connection: Connection, source_id: int | None = None) -> list[LearnedMapping]:
    """List what a workspace has learned, or one of its sources alone.

    By header, the whole workspace's before each source's.
    """
    return [LearnedMapping(*row) for row in connection.execute(_LIST, {"source_id": source_id})]


_CORRECT = text("""
    INSERT INTO learned_mappings AS known (workspace_id, source_id, header, target)
    VALUES (:workspace_id, :source_id, :header, :target)
    ON CONFLICT (workspace_id, source_id, header) DO UPDATE SET
        target = excluded.target,
        -- what was confirmed for another target says nothing for this one
        used_count = CASE WHEN known.target IS DISTINCT FROM excluded.target THEN 1 ELSE known.used_count END,
        job_id = NULL,
        last_used_at = now()
""")


def correct(
    connection: Connection, workspace_id: int, header: str, target: str | None, source_id: int = WHOLE_WORKSPACE
) -> str:
    """Set what a source (0: the whole workspace) knows about a header, as if it had been confirmed once.

    A target that was known already keeps its count. `target` None is a skip, which only a source can know.

    Returns:
        The header as memory keeps it.
    """
    key = _key_of(connection, header)
    bound = {"workspace_id": workspace_id, "source_id": source_id, "header": key, "target": target}
    connection.execute(_CORRECT, bound)
    return key


_FORGET = text("""
    DELETE FROM learned_mappings
    WHERE (CAST(:header AS text) IS NULL OR header = :header)
        AND (CAST(:source_id AS bigint) IS NULL OR source_id = :source_id)
""")


def forget(connection: Connection, header: str | None, source_id: int | None = WHOLE_WORKSPACE) -> int:
    """Forget what a source (0: the whole workspace, None: anybody in it) knows about a header (None: all headers).

    Returns:
        How many rows of memory are gone.
    """
    key = None if header is None else _key_of(connection, header)
    return connection.execute(_FORGET, {"header": key, "source_id": source_id}).rowcount


def _key_of(connection: Connection, header: str) -> str:
    """The header that a person means: as `list_learned` shows it (`=Name`), or as it stands in a file."""
    listed = text("SELECT EXISTS (SELECT FROM learned_mappings WHERE header = :header)")
    return header if connection.execute(listed, {"header": header}).scalar_one() else normalise_header(header)
