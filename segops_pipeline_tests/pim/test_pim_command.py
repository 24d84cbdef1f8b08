"""`segops pim`: attributes, lists, segments, categories and brands at the command line, in one process."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from segops_pipeline.cli import app
from segops_pipeline.cli.app import load_commands
from segops_pipeline.config import Settings, get_settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.pim.catalogue import fill

load_commands()
Run = Callable[..., Any]


@pytest.fixture
def run(stores: Stores, settings: Settings, workspace_id: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command on the workspace acme, which has a small PIM: its JSON, or its text where `shown`."""
    fill(stores.database, workspace_id)
    monkeypatch.setenv("SEGOPS_HOME", str(settings.home))
    get_settings.cache_clear()

    def command(*words: str, shown: bool = False) -> Any:
        said = [*([] if words[0] == "product" else ["pim"]), *words, "-w", "acme", *([] if shown else ["--json"])]
        result = CliRunner().invoke(app, said, env={"COLUMNS": "200"})
        if isinstance(result.exception, SegopsError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output if shown else json.loads(result.output.splitlines()[-1])

    yield command
    get_settings.cache_clear()


def test_attributes_are_listed_with_the_fields_of_the_wizard(run: Run) -> None:
    told = run("attributes", "list")
    assert [one["code"] for one in told["attributes"]] == [
        "BRAND", "COLOUR", "EXERCISES", "NAME", "SHADES", "SIZE", "tags", "WEIGHT"
    ]  # fmt: skip
    assert [one["code"] for one in run("attributes", "list", "--group", "Measures")["attributes"]] == ["SIZE", "WEIGHT"]
    shown = run("attributes", "list", "--search", "farve", shown=True)
    assert ("COLOUR" in shown, "WEIGHT" in shown) == (True, False)


def test_an_attribute_is_made_shown_changed_renamed_and_deleted(run: Run) -> None:
    made = run(
        "attributes", "add", "DEPTH", "--name", "Depth", "--name", "T:da=Dybde", "--configuration", "range",
        "--field-type", "1=pint32", "--field-name", "1=From", "--field-name", "1=T:da=Fra", "--group", "Measures",
    )  # fmt: skip
    assert (made["configuration"], made["value_type"], made["group"]) == ("Range", "SingleValued", "Measures")
    assert [(one["pim_type"], one["names"]) for one in made["fields"]] == [
        ("PInt32", {"default": "From", "T:da": "Fra"}), ("PDecimal2", {})
    ]  # fmt: skip
    run("attributes", "set", "DEPTH", "--confidential", "--name", "How deep", "--description", "in cm", "--group", "")
    told = run("attributes", "show", "DEPTH")
    assert (told["names"], told["is_confidential"], told["group"]) == (
        {"default": "How deep", "T:da": "Dybde"}, True, None
    )  # fmt: skip
    run("attributes", "rename", "DEPTH", "Least", "--field", "From")
    run("attributes", "rename", "DEPTH", "HOW_DEEP")
    assert [one["system_name"] for one in run("attributes", "show", "HOW_DEEP")["fields"]] == ["Least", "To"]
    assert run("attributes", "delete", "HOW_DEEP") == {"deleted": "HOW_DEEP", "products": 0, "records": 0}


def test_an_attribute_is_shown_to_people_with_its_fields_and_how_many_have_it(run: Run) -> None:
    shown = run("attributes", "show", "SIZE", shown=True)
    for words in ("Size", "SingleValued", "Measures", "Width", "PDecimal2"):
        assert words in shown
    assert run("attributes", "show", "SIZE")["products"] == 1


def test_a_deletion_that_would_lose_values_is_forced_or_refused(run: Run) -> None:
    with pytest.raises(SegopsError, match="2 products") as refused:
        run("attributes", "delete", "WEIGHT")
    assert "--force" in refused.value.remedy
    assert "Changed: 2 products" in run("attributes", "delete", "WEIGHT", "--force", shown=True)


@pytest.mark.parametrize(
    "words",
    [
        ("attributes", "add", "X"),
        ("attributes", "add", "X", "--name", "X", "--type", "Several"),
        ("attributes", "add", "X", "--name", "X", "--configuration", "Sphere"),
        ("attributes", "add", "X", "--name", "X", "--field-type", "PString"),
        ("attributes", "add", "X", "--name", "X", "--field-type", "1=PMoney"),
        ("attributes", "add", "X", "--name", "X", "--name", "Y"),
        ("attributes", "add", "WEIGHT", "--name", "X"),
        ("attributes", "set", "WEIGHT", "--configuration", "Range"),
        ("attributes", "set", "NOWHERE", "--name", "X"),
        ("attributes", "show", "NOWHERE"),
        ("lists", "show", "NOWHERE"),
        ("lists", "set", "COLOURS"),
        ("lists", "set-item", "COLOURS", "RED"),
        ("lists", "add", "COLOURS"),
        ("lists", "remove-item", "COLOURS", "RED"),
        ("segments", "add", "colour", "red"),
        ("segments", "remove", "culture", "da"),
        ("segments", "remove", "culture", "xx"),
        ("categories", "show", "NOWHERE"),
        ("categories", "move", "WEIGHTS"),
        ("categories", "move", "WEIGHTS", "--below", "SPORT", "--top"),
        ("categories", "delete", "SPORT"),
        ("brands", "set", "STEELCO", "--name", ""),
        ("brands", "delete", "STEELCO"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_with_what_to_do(run: Run, words: tuple[str, ...]) -> None:
    with pytest.raises(SegopsError) as refused:
        run(*words)
    assert refused.value.message
    assert refused.value.remedy


def test_a_list_is_made_filled_changed_and_deleted(run: Run) -> None:
    run("lists", "add", "SIZES", "--type", "PTranslatedStringD", "--not-unique")
    assert run("lists", "add-item", "SIZES", "--value", "Large", "--value", "T:da=Stor", "--name", "L")["item"] == "L"
    run("lists", "add-item", "SIZES", "--value", "Small", "--index", "0")
    run("lists", "set-item", "SIZES", "L", "--value", "Big", "--name", "BIG", "--index", "0")
    told = run("lists", "show", "SIZES")
    assert [(one["index"], one["system_name"], one["value"]) for one in told["items"]] == [
        (0, "BIG", {"default": "Big", "T:da": "Stor"}), (1, "SIZES_2", {"default": "Small"})
    ]  # fmt: skip
    assert "Big; T:da=Stor" in run("lists", "show", "SIZES", shown=True)
    run("lists", "set", "SIZES", "--unique")
    run("lists", "remove-item", "SIZES", "BIG")
    assert [(one["key"], one["is_unique"], one["items"]) for one in run("lists", "list")["lists"]] == [
        ("COLOURS", True, 2), ("SIZES", True, 1)
    ]  # fmt: skip
    run("lists", "delete", "SIZES")
    assert "COLOURS" in run("lists", "list", shown=True)


def test_segments_are_registered_listed_and_removed(run: Run) -> None:
    run("segments", "add", "device", "PHONE", "--label", "Phones")
    assert run("segments", "list", "--dimension", "device")["segments"] == [
        {"dimension": "device", "code": "PHONE", "label": "Phones"}
    ]
    assert "Phones" in run("segments", "list", shown=True)
    run("segments", "remove", "device", "PHONE")
    assert "segops pim segments add" in run("segments", "list", "--dimension", "device", shown=True)


def test_categories_are_shown_as_a_tree_with_their_products(run: Run) -> None:
    told = run("categories", "list")["categories"]
    assert [(one["key"], one["depth"], one["products"]) for one in told] == [
        ("OFFERS", 0, 1), ("SPORT", 0, 0), ("WEIGHTS", 1, 1)
    ]  # fmt: skip
    assert "  WEIGHTS" in run("categories", "list", shown=True)
    one = run("categories", "show", "WEIGHTS")
    assert (one["path"], one["links"]) == (["SPORT"], ["OFFERS"])
    assert "Vægte" in run("categories", "show", "WEIGHTS", shown=True)


def test_brands_are_shown_as_a_tree(run: Run) -> None:
    assert [(one["key"], one["depth"]) for one in run("brands", "list")["brands"]] == [
        ("STEELCO", 0), ("STEELCO-KIDS", 1)
    ]  # fmt: skip
    assert "Steel Kids" in run("brands", "list", shown=True)
    assert run("brands", "show", "STEELCO")["below"] == ["STEELCO-KIDS"]
    assert "Stålhuset" in run("brands", "show", "STEELCO", shown=True)


def test_categories_and_brands_are_named_moved_and_deleted(run: Run) -> None:
    run("categories", "set", "WEIGHTS", "--name", "Dumbbells", "--name", "T:da=Håndvægte")
    run("categories", "move", "WEIGHTS", "--top")
    told = run("categories", "show", "WEIGHTS")
    assert (told["names"], told["path"]) == ({"default": "Dumbbells", "T:da": "Håndvægte"}, [])
    assert run("categories", "delete", "SPORT") == {"deleted": "SPORT"}
    run("brands", "set", "STEELCO", "--name", "Steel")
    run("brands", "move", "STEELCO-KIDS", "--top")
    assert "is deleted" in run("brands", "delete", "STEELCO-KIDS", shown=True)
    run("brands", "show", "STEELCO")


def test_a_product_is_shown_with_what_its_structured_values_say(run: Run) -> None:
    shown = run("product", "DB-5", shown=True)
    for words in ("NAME:Tda", "Tung vægt", "SIZE/Width", "25.5", "COLOUR", "Red", "Ext_WEIGHT", "4990", "WEIGHTS"):
        assert words in shown
    assert run("product", "DB-5")["plain"]["SHADES"] == ["Red", "Blue"]


def test_predefined_values_are_shown_by_what_they_say(run: Run, stores: Stores, workspace_id: int) -> None:
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(
            text(
                """UPDATE records SET data = data || '{"predefined": [{"id": "1", "values": {"Value": {
                "list": "COLOURS", "item": "1"}}, "attributes": {"NAME": {"default": "Fire"}}}]}'
                WHERE key = 'COLOUR'"""
            )
        )
    shown = run("attributes", "show", "COLOUR", shown=True)
    assert "Value: Red; T:da=Rød" in shown
    assert "NAME: Fire" in shown


def test_what_has_become_of_a_record_is_told_also_when_it_is_gone(run: Run) -> None:
    run("segments", "add", "culture", "fi")
    run("segments", "add", "culture", "fi", "--label", "Finnish")
    run("segments", "remove", "culture", "fi")
    told = run("history", "segment", "culture:fi")["history"]
    assert [(one["action"], one["cause"]) for one in told] == [
        ("deleted", "edit"), ("updated", "edit"), ("created", "edit"),
    ]  # fmt: skip
    assert "  label: fi → Finnish" in run("history", "segment", "culture:fi", shown=True)
    with pytest.raises(SegopsError, match="no records of the kind 'thing'"):
        run("history", "thing", "X")
    with pytest.raises(SegopsError, match="Nothing is known of the brand NONE"):
        run("history", "brand", "NONE")
