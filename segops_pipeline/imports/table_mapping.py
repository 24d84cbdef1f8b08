"""The confirmed mapping of a job, ready to be applied: each column with its type, its steps and how it is read.

What belongs here: what is decided from all rows of a column. What doesn't: what a person confirms (`confirm`), casting
rows (`formats.table`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.formats.combined import locale_in
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import MappedColumn, TableMapping
from segops_pipeline.imports.intake import evidence_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.kept_reading import DATED, kept_reading
from segops_pipeline.imports.suggest import template_rules
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.headers import currency_in
from segops_pipeline.inference.steps import Join
from segops_pipeline.inference.transformations import Steps, cast_context, parse_steps, settled, transform
from segops_pipeline.inference.values import CastContext, decide_context
from segops_pipeline.stores.files import FileStore


def table_mapping(job: Job, files: FileStore) -> TableMapping:
    """The job's confirmed mapping, each column with its type, its steps and how its values are to be read.

    Raises:
        BadMapping: a transformation cannot be understood; those that were confirmed can.
    """
    assert job.headers is not None
    assert job.mapping is not None
    fields = {data["key"]: SchemaField.from_dict(data) for data in job.schema_fields or []}
    evidence = {column.name: column for column in evidence_of(job)}
    uses = Counter(job.mapping.values())
    rules_of_template = template_rules(job)
    columns: list[MappedColumn] = []
    for position, header in enumerate(job.headers):
        target = job.mapping.get(header)
        if target is None:
            continue
        field = fields.get(target) if target not in RESERVED_TARGETS else None
        steps = parse_steps((job.transformations or {}).get(header, ()), header)
        steps, context = kept_reading(job, header, steps) or _settle(
            job, files, position, field, steps, evidence.get(header)
        )
        columns.append(
            MappedColumn(
                position,
                header,
                target,
                field.type if field else "text",
                context,
                field.required if field else True,
                steps,
                locale_in(header) if uses[target] > 1 else None,
                tuple(dict.fromkeys([*(field.rules if field else ()), *rules_of_template.get(header, ())])),
            )
        )
    return TableMapping(job.headers, columns, _dated(job, files, evidence))


def _dated(job: Job, files: FileStore, evidence: Mapping[str, ColumnEvidence]) -> MappedColumn | None:
    """The column whose dates say how new each row is, read as a datetime whatever it is mapped to."""
    assert job.headers is not None
    header = ImportRules.from_dict(job.rules).dated_by
    if header is None or header not in job.headers:
        return None
    position = job.headers.index(header)
    field = SchemaField(header, header, "datetime")
    steps = parse_steps((job.transformations or {}).get(header, ()), header)
    steps, context = kept_reading(job, DATED, steps) or _settle(
        job, files, position, field, steps, evidence.get(header)
    )
    return MappedColumn(position, header, header, "datetime", context, steps=steps)


def mapping_fingerprint(job: Job, mapping: TableMapping) -> str:
    """A hash of all that decides what a row becomes: columns, targets, types, contexts, steps, policy,
    validation and rules.
    """
    words: list[Any] = [job.policy, job.validation, mapping.headers]
    if job.rules:
        words.append(job.rules)
    if mapping.dated is not None:
        words.append([mapping.dated.position, repr(mapping.dated.context)])
    for column in mapping.columns:
        words.append([column.position, column.target, column.type, repr(column.context), column.required])
        if column.steps:
            words.append([repr(step) for step in column.steps])
        if column.rules:
            words.append(list(column.rules))
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:32]


def _settle(
    job: Job,
    files: FileStore,
    position: int,
    field: SchemaField | None,
    steps: Steps,
    seen: ColumnEvidence | None,
) -> tuple[Steps, CastContext]:
    """The steps of a column and the context of its cast, as all its rows decide after the steps."""
    assert job.headers is not None
    assert job.rows_uri is not None
    type_ = field.type if field else "text"
    if not steps:
        if field is None:
            return steps, CastContext()
        if seen is not None and seen.type == type_:
            return steps, seen.context
    with files.local(job.rows_uri) as path:
        return settle(path, position, job.headers, steps, type_, job.default_currency)


def settle(
    path: Path,
    position: int,
    headers: list[str],
    steps: Steps,
    type: str,  # noqa: A002 - the word of the contract
    default_currency: str | None,
) -> tuple[Steps, CastContext]:
    """The steps of a column of staged rows and the context of its cast, as all its rows decide after the steps.

    Args:
        path: the staged rows.
        position: of the column.
        headers: of all columns.
        steps: of the column.
        type: of its field.
        default_currency: the workspace's ISO 4217 code.
    """
    texts, other = _column(path, position, headers, steps)
    steps = settled(steps, texts, other, default_currency)
    changed = transform(texts, steps, other).texts if steps else texts
    currency = currency_in(headers[position]) or default_currency
    values = (value for value in changed.unique().to_pylist() if value.strip())
    return steps, cast_context(steps, decide_context(values, type, currency))


def _column(path: Path, position: int, headers: list[str], steps: Steps) -> tuple[pa.Array, Callable[[str], pa.Array]]:
    """The texts of a column, each once unless its steps look at other columns, and the way to those."""
    places = {name: headers.index(name) for step in steps if isinstance(step, Join) for name in step.columns}
    table = pq.read_table(path, columns=[f"c{place}" for place in sorted({position, *places.values()})])
    if not places:
        return pa.concat_arrays([table.column(0).unique().cast(TEXT)]), lambda _: pa.array([], TEXT)
    rows = pa.record_batch({name: table.column(name).combine_chunks() for name in table.column_names})
    texts = RowTexts(rows, headers)
    return texts.cells(position), texts.named
