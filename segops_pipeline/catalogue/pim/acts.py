"""What a person does to attributes: make one, change it, rename it or a field of it, delete it.

The seed's CSV cannot do some of it ("the change must be made through the PIM UI", seed 002, "Attributes"). Each act is
one transaction of the session's workspace, with a revision of cause `edit` for every record that it changes, and the
product schema follows. What belongs here: acts on attributes. What doesn't: lists (`act_lists`), the registry of
segments (`act_segments`), what can be said of an attribute (`configuring`), imports.
"""

from dataclasses import replace

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.attribute_values import Touched, attribute_uses, products_with, rewrite
from segops_pipeline.catalogue.pim.configuring import (
    AttributeWish,
    configured,
    lists_of,
    system_name_problem,
    takes_no_pim_values,
)
from segops_pipeline.catalogue.pim.edit_records import RecordEdit, tell_products, write_records
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Json
from segops_pipeline.catalogue.pim.rename_key import forget_field, rename_field_key
from segops_pipeline.catalogue.pim.schema_sync import simple_field, sync_schema
from segops_pipeline.catalogue.pim.segment_keys import Texts, registered_texts
from segops_pipeline.catalogue.pim.store import StoredRecords, load_record
from segops_pipeline.catalogue.schema import is_key
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.inference.fields import RESERVED_TARGETS

SHOWN = ("value_type", "configuration", "fields", "is_confidential")  # of a definition: what products show by it


def save_attribute(
    connection: Connection,
    workspace_id: int,
    code: str,
    wish: AttributeWish,
    actor: str,
    *,
    is_new: bool | None = None,
) -> AttributeDefinition:
    """Make an attribute or change it; what can be set only once is kept to.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        code: its system name.
        wish: what is said of it.
        actor: who says so.
        is_new: whether it must be new, or must be there; None: either.

    Returns:
        The attribute as it is then.

    Raises:
        AlreadyThere: it must be new and is not.
        NotFound: it must be there and is not.
        WrongUsage: a system name that can be none, an unknown list, a culture that is not registered, or a change of
            what is locked.
    """
    lock_workspace(connection, workspace_id)
    known = StoredRecords(connection, workspace_id).attribute(code)
    if is_new and known is not None:
        raise AlreadyThere(f"There is an attribute {code} already.", "Change that, or choose another system name.")
    if is_new is False and known is None:
        raise _not_found(code)
    if known is None:
        _check_system_name(code)
    elif takes_no_pim_values(known):
        raise WrongUsage(f"{code} is a field of prices.", "Change it in the product schema.")
    made, issues = configured(code, known, _registered(connection, workspace_id, wish))
    for issue in issues:
        raise WrongUsage(issue.message, issue.suggestion or "", column=issue.column, value=issue.value)
    _check_lists(connection, workspace_id, made)
    if made != known:
        write_records(connection, workspace_id, [RecordEdit("attribute", code, made.as_dict())], actor)
        sync_schema(connection, workspace_id, [code])
        if known is not None and any(getattr(made, name) != getattr(known, name) for name in SHOWN):
            for skus in products_with(connection, workspace_id, code):
                tell_products(connection, workspace_id, skus)
    return made


def delete_attribute(
    connection: Connection, workspace_id: int, code: str, actor: str, *, force: bool = False
) -> Touched:
    """Delete an attribute; its values go with it, each change with a revision that keeps them.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        code: its system name.
        actor: who deletes it.
        force: also where something has values of it.

    Raises:
        NotFound: there is none.
        WrongUsage: something has values of it, and that is not forced.
    """
    lock_workspace(connection, workspace_id)
    if StoredRecords(connection, workspace_id).attribute(code) is None:
        raise _not_found(code)
    if not force:
        uses = attribute_uses(connection, workspace_id, code)
        if uses.example is not None:
            raise WrongUsage(
                f"The attribute {code} has values: {uses} would lose them.",
                "Say that they may go with --force; each one's history keeps them.",
            )
    touched = rewrite(
        connection, workspace_id, code, lambda name, value: None if name == code else (name, value), actor
    )
    write_records(connection, workspace_id, [RecordEdit("attribute", code, None)], actor)
    forget_field(connection, workspace_id, code)
    return touched


def rename_attribute(connection: Connection, workspace_id: int, code: str, new: str, actor: str) -> Touched:
    """Give an attribute another system name; all values of it follow.

    Source: seed 002, "Configuration lock": "the system name of the attribute must be manually altered".

    Raises:
        NotFound: there is no such attribute.
        AlreadyThere: there is one of the new name.
        WrongUsage: the new name can be none.
    """
    lock_workspace(connection, workspace_id)
    records = StoredRecords(connection, workspace_id)
    known = records.attribute(code)
    if known is None:
        raise _not_found(code)
    if new == code:
        return Touched()
    _check_system_name(new)
    if records.attribute(new) is not None:
        raise AlreadyThere(f"There is an attribute {new} already.", "Choose another system name.")
    if _is_field(known) and (not is_key(new) or new in RESERVED_TARGETS):
        raise WrongUsage(
            f"'{new}' cannot be the key of a field of the product schema, which {code} is too.",
            "Use a word of at most 63 characters, other than sku and name.",
        )
    touched = rewrite(connection, workspace_id, code, lambda name, value: (new if name == code else name, value), actor)
    stored = load_record(connection, workspace_id, "attribute", code)
    if stored is not None:
        edits = [RecordEdit("attribute", code, None), RecordEdit("attribute", new, stored.data)]
        write_records(connection, workspace_id, edits, actor)
    rename_field_key(connection, workspace_id, code, new)
    return touched


def rename_field(connection: Connection, workspace_id: int, code: str, field: str, new: str, actor: str) -> Touched:
    """Give a field of an attribute another system name; where there are several, values are stored by it and follow.

    Raises:
        NotFound: there is no such attribute or field.
        AlreadyThere: another field has the name.
        WrongUsage: the new name can be none.
    """
    lock_workspace(connection, workspace_id)
    known = StoredRecords(connection, workspace_id).attribute(code)
    if known is None:
        raise _not_found(code)
    old = known.field_named(field)
    if old is None:
        names = ", ".join(one.system_name for one in known.fields) or "none yet"
        raise NotFound(f"The attribute {code} has no field {field}.", f"Its fields are: {names}.")
    _check_system_name(new)
    other = known.field_named(new)
    if other is not None and other is not old:
        raise AlreadyThere(f"{code} has a field {other.system_name} already.", "Choose another system name.")
    if old.system_name == new:
        return Touched()

    def renamed(name: str, value: Json) -> tuple[str, Json]:
        return name, _with_field(value, old.system_name, new) if name == code else value

    touched = Touched()
    if len(known.fields) > 1:
        touched = rewrite(connection, workspace_id, code, renamed, actor)
    stored = load_record(connection, workspace_id, "attribute", code)
    if stored is not None:  # it may be assigned to a predefined value of its own
        known = AttributeDefinition.from_dict(code, stored.data)
    fields = tuple(replace(one, system_name=new) if one.system_name == old.system_name else one for one in known.fields)
    predefined = tuple(
        {**one, "values": {new if name == old.system_name else name: value for name, value in one["values"].items()}}
        for one in known.predefined
    )
    made = replace(known, fields=fields, predefined=predefined)
    write_records(connection, workspace_id, [RecordEdit("attribute", code, made.as_dict())], actor)
    return touched


def _registered(connection: Connection, workspace_id: int, wish: AttributeWish) -> AttributeWish:
    """The wish with names and descriptions under cultures as they are registered."""

    def by_culture(texts: Texts) -> dict[str, str]:
        return registered_texts(connection, workspace_id, texts, cultures_only=True)

    fields = {number: replace(one, names=by_culture(one.names)) for number, one in wish.fields.items()}
    return replace(wish, names=by_culture(wish.names), descriptions=by_culture(wish.descriptions), fields=fields)


def _with_field(value: Json, old: str, new: str) -> Json:
    if isinstance(value, list):
        return [_with_field(one, old, new) for one in value]
    if not isinstance(value, dict):
        return value
    return {new if name == old else name: part for name, part in value.items()}


def _is_field(definition: AttributeDefinition) -> bool:
    """Whether it is a field of the product schema, of the wizard's types too."""
    return simple_field(definition) is not None or takes_no_pim_values(definition)


def _check_system_name(name: str) -> None:
    problem = system_name_problem(name)
    if problem is not None:
        raise WrongUsage(*problem, value=name)


def _check_lists(connection: Connection, workspace_id: int, made: AttributeDefinition) -> None:
    for _, _, name in lists_of(made):
        if load_record(connection, workspace_id, "global_list", name) is None:
            raise WrongUsage(f"There is no global list {name}.", f"Create it first: segops pim lists add {name}")


def _not_found(code: str) -> NotFound:
    return NotFound(f"There is no attribute {code}.", "See the list: segops pim attributes list")
