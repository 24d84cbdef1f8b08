"""Mapping templates: named mappings, and the files that they are recognised by.

What belongs here: the table `mapping_templates`, the fingerprint of headers, and which template a file has. What
doesn't: who may save, copy or rename one (`imports.templates`), and what a suggestion makes of it (`suggestion`).

Seed 001_c1dc1bdbebbf3ced.txt (csv_mapping_template): name, description, mappings, transformations, validation
rules, created by and at, updated at, default and public flags.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import AlreadyThere, WrongUsage
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.memory import Learned, is_named_by_place, memory_keys

MAX_NAME_CHARACTERS = 100

Extent = Literal["named", "whole", "part", "default"]
Mappings = Mapping[str, str | None]
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDraft:
    """What a person says of a template: a target for each of its columns (None: skip), by header and in order.

    `fields` are those that the targets name; `transformations` and `validation_rules` are lists of short texts
    by column.
    """

    name: str
    mappings: Mappings
    fields: Sequence[SchemaField] = ()
    transformations: Texts = field(default_factory=dict[str, Sequence[str]])
    validation_rules: Texts = field(default_factory=dict[str, Sequence[str]])
    description: str | None = None
    is_default: bool = False
    is_public: bool = False
    created_by: str = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingTemplate(TemplateDraft):
    """A template as it is stored; the times are aware."""

    id: int
    workspace_id: int
    workspace: str
    used_count: int
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file's template: `columns` are the file's columns that it knows, each with the template's header.

    `extent`: a person named it; the file has its headers and no others; those and more; or it is the default and
    the file has every column that it maps.
    """

    template: MappingTemplate
    extent: Extent
    columns: Mapping[str, str]

    def known(self, memory: Mapping[str, Learned]) -> dict[str, Learned]:
        """What is known of the file's columns: memory with the template between the source's own and the workspace's.

        A template that a person named for the file comes before all memory.
        """
        joined = dict(memory)
        scope = "named" if self.extent == "named" else "template"
        for column, header in self.columns.items():
            own, target = memory.get(column), self.template.mappings[header]
            if own is not None and own.scope == "source" and scope != "named":
                continue
            same = own is not None and own.target == target
            joined[column] = Learned(target, own.used_count if own and same else 0, scope, self.template.name)
        return joined


def fingerprint(headers: Sequence[str]) -> str:
    """What headers are known by: the same for any order, case, accents and joints of them."""
    return hashlib.sha256(json.dumps(sorted(memory_keys(headers).values())).encode()).hexdigest()


def match_headers(template: Sequence[str], file: Sequence[str]) -> dict[str, str]:
    """The columns of a file that are a template's, each with the template's header: as written, else as they read."""
    found = {header: header for header in template if header in file}
    by_key = {key: column for column, key in memory_keys(file).items() if column not in found}
    for header, key in memory_keys(template).items():
        if header not in found and key in by_key:
            found[by_key.pop(key)] = header
    return found


_COLUMNS = """
    t.id, t.workspace_id, w.name AS workspace, t.name, t.description, t.headers, t.mappings, t.fields,
    t.transformations, t.validation_rules, t.is_default, t.is_public, t.used_count, t.created_by, t.created_at,
    t.updated_at, t.last_used_at
"""
_TABLES = "mapping_templates t JOIN workspaces w ON w.id = t.workspace_id"

_CANDIDATES = text(f"""
    SELECT {_COLUMNS}, t.fingerprint = :fingerprint AS whole FROM {_TABLES}
    WHERE t.workspace_id = :workspace_id AND (t.fingerprint = :fingerprint OR t.is_default
        OR t.header_keys <@ CAST(:keys AS jsonb))
    ORDER BY whole DESC, jsonb_array_length(t.headers) DESC, t.is_default DESC, t.used_count DESC, t.updated_at DESC,
        t.id
    LIMIT 50
""")


def recognise(connection: Connection, workspace_id: int, headers: Sequence[str]) -> Recognised | None:
    """The workspace's template that a file's headers show, if any.

    One of the same headers in any order; else the one with the most headers of which the file has all; else the
    default, where the file has every column that it maps. Columns that have no name of their own show nothing.
    """
    if all(map(is_named_by_place, headers)):
        return None
    keys = {*memory_keys(headers).values(), *(f"={header}" for header in headers)}
    bound = {"workspace_id": workspace_id, "fingerprint": fingerprint(headers), "keys": json.dumps(sorted(keys))}
    found = [(_template(row), row["whole"]) for row in connection.execute(_CANDIDATES, bound).mappings()]
    for template, whole in found:
        columns = match_headers(list(template.mappings), headers)
        if len(columns) == len(template.mappings):
            return Recognised(template, "whole" if whole else "part", columns)
    for template, _ in found:
        columns = match_headers(list(template.mappings), headers)
        mapped = {header for header, target in template.mappings.items() if target is not None}
        if template.is_default and mapped <= set(columns.values()):
            return Recognised(template, "default", columns)
    return None


def load_template(connection: Connection, workspace_id: int, name: str) -> MappingTemplate | None:
    """The workspace's template of this name, if there is one."""
    where = "t.workspace_id = :workspace_id AND t.name = :name"
    return next(iter(_all(connection, where, workspace_id=workspace_id, name=name)), None)


def list_templates(connection: Connection, workspace_id: int) -> list[MappingTemplate]:
    """The workspace's own templates, by name."""
    return _all(connection, "t.workspace_id = :workspace_id", workspace_id=workspace_id)


def list_public_templates(connection: Connection, workspace_id: int, name: str | None = None) -> list[MappingTemplate]:
    """The public templates of other workspaces, all or those of a name; `connection` is a system session."""
    where = "t.workspace_id <> :workspace_id AND t.is_public AND (CAST(:name AS text) IS NULL OR t.name = :name)"
    return _all(connection, where, workspace_id=workspace_id, name=name)


_SAVE = text("""
    INSERT INTO mapping_templates AS known (workspace_id, name, description, fingerprint, headers, header_keys,
        mappings, fields, transformations, validation_rules, is_default, is_public, created_by)
    VALUES (:workspace_id, :name, :description, :fingerprint, CAST(:headers AS jsonb), CAST(:header_keys AS jsonb),
        CAST(:mappings AS jsonb), CAST(:fields AS jsonb), CAST(:transformations AS jsonb),
        CAST(:validation_rules AS jsonb), :is_default, :is_public, :created_by)
    ON CONFLICT (workspace_id, name) DO UPDATE SET
        description = excluded.description, fingerprint = excluded.fingerprint, headers = excluded.headers,
        header_keys = excluded.header_keys, mappings = excluded.mappings, fields = excluded.fields,
        transformations = excluded.transformations, validation_rules = excluded.validation_rules,
        is_default = excluded.is_default, is_public = excluded.is_public, updated_at = now()
    RETURNING id
""")


def save_template(connection: Connection, workspace_id: int, draft: TemplateDraft) -> MappingTemplate:
    """Store a template; one of the same name is replaced, and keeps who made it and how often it was used.

    A workspace has one default at most: a new one takes the place of the old.
    """
    if draft.is_default:
        set_default(connection, workspace_id, None)
    headers = list(draft.mappings)
    whole = {
        "headers": headers,
        "header_keys": sorted(memory_keys(headers).values()),
        "mappings": dict(draft.mappings),
        "fields": [one.as_dict() for one in draft.fields],
        "transformations": {column: list(steps) for column, steps in draft.transformations.items()},
        "validation_rules": {column: list(rules) for column, rules in draft.validation_rules.items()},
    }
    bound = {
        **{name: json.dumps(value) for name, value in whole.items()},
        **{name: getattr(draft, name) for name in ("name", "description", "is_default", "is_public", "created_by")},
        "workspace_id": workspace_id,
        "fingerprint": fingerprint(headers),
    }
    saved = connection.execute(_SAVE, bound).scalar_one()
    return _all(connection, "t.id = :id", id=saved)[0]


def rename_template(connection: Connection, workspace_id: int, name: str, new_name: str) -> None:
    """Give a template another name.

    Raises:
        AlreadyThere: the workspace has one of the new name.
        WrongUsage: it has none of the old.
    """
    if load_template(connection, workspace_id, new_name) is not None:
        remedy = "Choose another name, or delete that one first."
        raise AlreadyThere(f"There is a template '{new_name}' already.", remedy)
    _change(
        connection, workspace_id, name, "UPDATE mapping_templates SET name = :new_name, updated_at = now()", new_name
    )


def delete_template(connection: Connection, workspace_id: int, name: str) -> None:
    """Delete a template; jobs that were confirmed with it stay as they are.

    Raises:
        WrongUsage: there is none of this name.
    """
    _change(connection, workspace_id, name, "DELETE FROM mapping_templates")


def set_default(connection: Connection, workspace_id: int, name: str | None) -> None:
    """Make a template the workspace's default, in the place of the one that was; None: there is none.

    Raises:
        WrongUsage: there is none of this name.
    """
    connection.execute(
        text("UPDATE mapping_templates SET is_default = false WHERE workspace_id = :workspace_id AND is_default"),
        {"workspace_id": workspace_id},
    )
    if name is not None:
        _change(connection, workspace_id, name, "UPDATE mapping_templates SET is_default = true")


def count_use(connection: Connection, workspace_id: int, name: str, mapping: Mappings) -> None:
    """Count that a mapping was confirmed as a template says; one that a person has changed is no use of it."""
    template = load_template(connection, workspace_id, name)
    if template is None:
        return
    columns = match_headers(list(template.mappings), list(mapping))
    if columns and all(mapping[column] == template.mappings[header] for column, header in columns.items()):
        counted = "UPDATE mapping_templates SET used_count = used_count + 1, last_used_at = now()"
        _change(connection, workspace_id, name, counted)


def no_such_template(name: str, known: Sequence[str]) -> WrongUsage:
    """The error of a name that no template has; it tells those that there are."""
    there = f"There are: {', '.join(known)}." if known else "Save one with `segops templates save NAME --job JOB`."
    return WrongUsage(f"There is no template '{name}'.", there)


def _change(connection: Connection, workspace_id: int, name: str, statement: str, new_name: str | None = None) -> None:
    bound = {"workspace_id": workspace_id, "name": name} | ({} if new_name is None else {"new_name": new_name})
    where = " WHERE workspace_id = :workspace_id AND name = :name"
    if connection.execute(text(statement + where), bound).rowcount == 0:
        raise no_such_template(name, [template.name for template in list_templates(connection, workspace_id)])


def _all(connection: Connection, where: str, **bound: object) -> list[MappingTemplate]:
    query = text(f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {where} ORDER BY t.name, w.name")
    return [_template(row) for row in connection.execute(query, bound).mappings()]


def _template(row: Mapping[Any, Any]) -> MappingTemplate:
    stored = {name: value for name, value in row.items() if name not in ("headers", "whole")}
    # JSON of the database keeps no order of names
    stored["mappings"] = {header: row["mappings"][header] for header in row["headers"]}
    stored["fields"] = [SchemaField.from_dict(one) for one in row["fields"]]
    return MappingTemplate(**stored)
