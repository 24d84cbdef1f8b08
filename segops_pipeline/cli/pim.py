"""`segops pim`: what the commands on the PIM share, and the registry of cultures, channels, devices and markets."""

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from segops_pipeline.catalogue.pim.model import FieldDefinition
    from segops_pipeline.catalogue.pim.plain import Lookup

pim = typer.Typer(
    help="Attributes, global lists, segments, categories and brands of a workspace.", no_args_is_help=True
)
app.add_typer(pim, name="pim")
segments = typer.Typer(
    help="Cultures, channels, devices and markets that values differ by: list, add, remove.", no_args_is_help=True
)
pim.add_typer(segments, name="segments")

SEGMENT_TEXT = re.compile(r"(default|[TCDM]:[^=]+)=(.*)", re.DOTALL)

Search = Annotated[str, typer.Option("--search", "-s", help="Words that the name or system name has.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many are shown.")]
Dimension = Annotated[str, typer.Argument(help="culture, channel, device or market.", show_default=False)]
SegmentCode = Annotated[
    str, typer.Argument(help="Its system name, as headers of files have it, such as da-DK.", show_default=False)
]


@contextmanager
def in_workspace(name: str, *, may_be_new: bool = False) -> "Generator[tuple[Connection, int]]":
    """A session of a workspace, whose transaction ends with the block."""
    from segops_pipeline.imports.workspaces import ensure_workspace, find_workspace

    with opened() as stores:
        find = ensure_workspace if may_be_new else find_workspace
        place = find(stores.database, name)
        with stores.database.workspace_session(place.id) as connection:
            yield connection, place.id


def by_segment(texts: Iterable[str] | None) -> dict[str, str]:
    """Texts as options give them, by segment: `Weight` is the default one, `T:da-DK=Vægt` of a language."""
    found: dict[str, str] = {}
    for given in texts or ():
        match = SEGMENT_TEXT.fullmatch(given)
        key, said = (match[1], match[2]) if match else ("default", given)
        if key in found:
            raise WrongUsage(f"Two texts are given for {key}.", "Give one.", value=given)
        found[key] = said
    return found


def tell_more(number: int, shown: int) -> None:
    """Say how many there are where not all are shown."""
    if number > shown:
        say(f"{shown:,} of {number:,} are shown; --search and --limit choose others.")


def texts_shown(texts: Mapping[str, str]) -> str:
    """Texts by segment on one line, the default one first."""
    rest = [f"{key}={said}" for key, said in texts.items() if key != "default"]
    return "; ".join([*filter(None, [texts.get("default", "")]), *rest])


def predefined_shown(one: Mapping[str, Any], fields: "Iterable[FieldDefinition]", lookup: "Lookup") -> tuple[str, str]:
    """A predefined value's fields, and its attributes, on a line each; items of lists by their values."""
    from segops_pipeline.catalogue.export import cell
    from segops_pipeline.catalogue.pim.plain import plain_values, resolved

    values = one.get("values") or {}
    told = {part.system_name: resolved(part, values.get(part.system_name), lookup) for part in fields}
    said = "; ".join(f"{name}: {texts_shown({key: cell(text) for key, text in found.items()})}"
                     for name, found in told.items() if found)  # fmt: skip
    owned = plain_values(one.get("attributes") or {}, {}, lookup)
    return said, "; ".join(f"{code}: {cell(value)}" for code, value in owned.items())


@segments.command("list")
def list_segments_(
    dimension: Annotated[str | None, typer.Option(help="Only culture, channel, device or market.")] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """List the cultures, channels, devices and markets that are registered: files may name no others.

    Example: segops pim segments list -w acme
    """
    from segops_pipeline.catalogue.pim.act_segments import list_segments

    with in_workspace(workspace) as (connection, workspace_id):
        found = [one.data for one in list_segments(connection, workspace_id, dimension)]
    if json:
        answer({"segments": found})
    elif not found:
        say("None is registered. `segops pim segments add culture da-DK` registers one.")
    else:
        table(["dimension", "system name", "label"], [[one["dimension"], one["code"], one["label"]] for one in found])


@segments.command("add")
def add_segment_(
    dimension: Dimension,
    code: SegmentCode,
    label: Annotated[str | None, typer.Option(help="What people read; without it the system name.")] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Register a culture, channel, device or market, or give one that is registered another label.

    Example: segops pim segments add culture da-DK --label Danish -w acme
    """
    from segops_pipeline.catalogue.pim.act_segments import add_segment

    with in_workspace(workspace, may_be_new=True) as (connection, workspace_id):
        add_segment(connection, workspace_id, dimension, code, user_name(), label)
    told = {"dimension": dimension, "code": code}
    answer(told) if json else say(f"The {dimension} {code} is registered: values may differ by it.")


@segments.command("remove")
def remove_segment_(
    dimension: Dimension,
    code: SegmentCode,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Remove a culture, channel, device or market of which there is neither a value nor a name.

    Example: segops pim segments remove market DENMARK -w acme
    """
    from segops_pipeline.catalogue.pim.act_segments import remove_segment

    with in_workspace(workspace) as (connection, workspace_id):
        remove_segment(connection, workspace_id, dimension, code, user_name())
    told = {"removed": {"dimension": dimension, "code": code}}
    answer(told) if json else say(f"The {dimension} {code} is registered no more.")
