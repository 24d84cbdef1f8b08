"""What people make in the pages, and no file of the Bizzkit format can say: as JSON beside an export, and back.

    {"segments": {key: {…}}, "attributes": {code: {…, "predefined": [{id}], "next_item"}},
     "global_lists": {key: {"is_unique", "pim_type", "next_item", "items": [{id, system_name}]}},
     "brands": {key: {"names"}}, "product_names": {unique name: name}}

Items and predefined values are there without their values, which the CSV files update; brands only because values of
items may refer to them before their own file comes. What belongs here: records to
this and back. What doesn't: writing records to the store (`restore`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from segops_pipeline.catalogue.pim.configuring import system_name_problem, takes_no_pim_values
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.made_shape import MadeByPeople
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json, Record
from segops_pipeline.errors import BadFile

FILE_NAME = "made-in-the-ui.json"
FOLDER = ".segops"  # hidden, so that reading an archive passes over it
VERSION = 1
HELP = "Make these first in the workspace that the files are imported into: segops pim restore THIS_FILE."


def made_by_people(world: ExportWorld, product_names: Mapping[str, str]) -> dict[str, Any]:
    """What an import of an export's files needs in a workspace that has nothing."""
    return {
        "help": HELP,
        "version": VERSION,
        "segments": {key: one.data for key, one in world.segments.items()},
        "global_lists": {key: _list(one.data) for key, one in world.lists.items()},
        "attributes": {code: _attribute(one) for code, one in world.definitions.items() if _can_be_said(one)},
        "brands": {key: {"names": one.data.get("names") or {}} for key, one in world.brands.items()},
        "product_names": dict(product_names),
    }


def restored(content: Any) -> list[Record]:  # noqa: ANN401 - whatever JSON holds
    """The records that such JSON says; of products their names.

    Raises:
        BadFile: it does not have the shape above.
    """
    if not isinstance(content, dict):
        raise _bad("It is no JSON of an export.")
    if content.get("version") != VERSION:
        raise _bad(f"It is of version {content.get('version')}; version {VERSION} is read.")
    try:
        made = MadeByPeople.model_validate(content)
    except ValidationError as error:
        wrong = error.errors()[0]
        where = " → ".join(str(part) for part in wrong["loc"])
        raise _bad(f"A part of it is missing or has another shape: {where}: {wrong['msg']}.") from None
    return [
        *(Record("segment", one.key(), one.model_dump()) for one in made.segments.values()),
        *(Record("global_list", key, _full_list(one.model_dump())) for key, one in made.global_lists.items()),
        *(_full_attribute(code, one.model_dump()) for code, one in made.attributes.items()),
        *(Record("brand", key, one.model_dump()) for key, one in made.brands.items()),
        *(Record("product", key, name=name) for key, name in made.product_names.items()),
    ]


def _bad(message: str) -> BadFile:
    return BadFile(message, f"Take {FOLDER}/{FILE_NAME} from an archive that `segops export --format bizzkit` wrote.")


def _list(data: Mapping[str, Json]) -> dict[str, Json]:
    items = [{"id": one["id"], "system_name": one["system_name"]} for one in data.get("items") or ()]
    return {**data, "items": items}


def _full_list(data: Mapping[str, Json]) -> dict[str, Json]:
    part = FieldDefinition("Value", data["pim_type"])
    empty: Json = {} if part.is_segmented else None
    items: Iterable[Mapping[str, Json]] = data["items"]
    full = [
        {"id": one["id"], "system_name": one["system_name"], "value": empty, "attributes": {}, "external": {}}
        for one in items
    ]
    return {**data, "items": full}


def _attribute(definition: AttributeDefinition) -> dict[str, Json]:
    return {**definition.as_dict(), "predefined": [{"id": one["id"]} for one in definition.predefined]}


def _full_attribute(code: str, data: Mapping[str, Json]) -> Record:
    items: Iterable[Mapping[str, Json]] = data.get("predefined") or ()
    predefined = [{"id": one["id"], "values": {}, "attributes": {}, "external": {}} for one in items]
    return Record("attribute", code, AttributeDefinition.from_dict(code, {**data, "predefined": predefined}).as_dict())


def _can_be_said(definition: AttributeDefinition) -> bool:
    """Whether the files of an export have the attribute; of one that they leave out nothing is made."""
    return not takes_no_pim_values(definition) and system_name_problem(definition.code) is None
