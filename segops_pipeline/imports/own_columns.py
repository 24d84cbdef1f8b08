"""The columns of a source's own file, or of a template: what an export writes for whoever imports it again.

What belongs here: which columns there are, where each goes, and how the last import read it. What doesn't: what a
product has in them (`own_cells`), the act (`round_trip`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.catalogue.rules import SKU, FieldRule, ImportRules
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongState
from segops_pipeline.formats.combined import locale_in
from segops_pipeline.formats.table import MappedColumn
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.imports.kept_reading import reading_of
from segops_pipeline.imports.sources import Source, get_source
from segops_pipeline.imports.templates import find_template
from segops_pipeline.imports.workspaces import Workspace
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.headers import currency_in
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.stores.opening import Stores

LAST_CONFIRMED = """
SELECT id FROM import_jobs WHERE source_id = :source_id AND kind = 'import' AND format = 'table'
    AND confirmed_at IS NOT NULL AND mapping IS NOT NULL AND headers IS NOT NULL
ORDER BY (status = 'done') DESC, confirmed_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class OwnTable:
    """The columns of a file, each mapped one as it was read last.

    `leaving` are the targets whose empty cells leave what is there, `match` what identifies a product. `replaces`: an
    import clears what has no column. `source_id`: of the source whose file it is.
    """

    headers: list[str]
    columns: list[MappedColumn]
    leaving: frozenset[str] = frozenset()
    match: tuple[str, ...] = (SKU,)
    replaces: bool = False
    source_id: int | None = None
    delimiter: str = ","
    default_currency: str | None = None

    @property
    def by_target(self) -> dict[str, list[MappedColumn]]:
        """The columns of each target, in their order."""
        found: dict[str, list[MappedColumn]] = {}
        for column in self.columns:
            found.setdefault(column.target, []).append(column)
        return found

    def currency(self, column: MappedColumn) -> str | None:
        """The currency of a price in this column that names none."""
        return currency_in(column.header) or self.default_currency


@dataclass(frozen=True, slots=True)
class _Mapping:
    """What was confirmed."""

    headers: list[str]
    targets: Mapping[str, str | None]
    fields: Sequence[SchemaField]
    transformations: Mapping[str, Sequence[str]]
    job: Job | None = None
    rules: ImportRules = field(default_factory=ImportRules)


def columns_of_source(stores: Stores, workspace: Workspace, name: str) -> OwnTable:
    """The columns of the last file of a source whose mapping was confirmed.

    Raises:
        WrongUsage: there is no such source.
        WrongState: no mapping of its files was confirmed yet.
    """
    with stores.database.workspace_session(workspace.id) as connection:
        source = get_source(connection, workspace.id, name)
        job_id = connection.execute(text(LAST_CONFIRMED), {"source_id": source.id}).scalar()
        if job_id is None:
            raise WrongState(
                f"No file of the source {name} has a confirmed mapping yet.",
                "Import one first, or export with --template, or with neither.",
            )
        job = load_job(connection, job_id)
    assert job.headers is not None
    assert job.mapping is not None
    fields = [SchemaField.from_dict(one) for one in job.schema_fields or []]
    rules = ImportRules.from_dict(source.rules or job.rules)
    mapping = _Mapping(job.headers, job.mapping, fields, job.transformations or {}, job, rules)
    return _table(stores, workspace, mapping, source)


def columns_of_template(stores: Stores, workspace: Workspace, name: str) -> OwnTable:
    """The columns of a mapping template.

    Raises:
        WrongUsage: there is no such template.
    """
    found = find_template(stores.database, workspace.id, name)
    mapping = _Mapping(list(found.mappings), found.mappings, found.fields, found.transformations)
    return _table(stores, workspace, mapping, None)


def _table(stores: Stores, workspace: Workspace, mapping: _Mapping, source: Source | None) -> OwnTable:
    with stores.database.workspace_session(workspace.id) as connection:
        schema = {one.key: one for one in load_fields(connection)}
    types = {**{one.key: one.type for one in mapping.fields}, **{key: one.type for key, one in schema.items()}}
    uses = Counter(mapping.targets.values())
    columns = [
        _column(mapping, header, place, target, types.get(target, "text"), uses[target] > 1)
        for place, header in enumerate(mapping.headers)
        if (target := mapping.targets.get(header)) is not None
    ]
    policy = source.policy if source is not None else "overwrite"
    return OwnTable(
        mapping.headers,
        columns,
        _leaving(policy, mapping.rules, [column.target for column in columns]),
        mapping.rules.match,
        policy == "replace",
        None if source is None else source.id,
        _delimiter(mapping.job),
        workspace.default_currency,
    )


def _column(mapping: _Mapping, header: str, place: int, target: str, of_type: str, has_siblings: bool) -> MappedColumn:
    type_ = "text" if target in RESERVED_TARGETS else of_type
    steps = parse_steps(mapping.transformations.get(header, ()), header)
    context = CastContext(currency=currency_in(header))
    if mapping.job is not None and (found := reading_of(mapping.job, header, steps)) is not None:
        steps, context = found
    return MappedColumn(
        place, header, target, type_, context, False, steps, locale_in(header) if has_siblings else None
    )


def _leaving(policy: str, rules: ImportRules, targets: Sequence[str]) -> frozenset[str]:
    """The targets whose empty cells leave what is there."""

    def leaves(target: str) -> bool:
        rule = rules.fields.get(target, FieldRule())
        said = rule.empty or rules.empty
        return said == "keep" or (said is None and not POLICIES[rule.policy or policy].empty_clears)

    return frozenset(filter(leaves, targets))


def _delimiter(job: Job | None) -> str:
    dialect: Mapping[str, Any] = (job.dialect if job is not None else None) or {}
    found = dialect.get("delimiter")
    return found if dialect.get("kind") == "delimited" and found in (",", ";", "\t", "|") else ","
