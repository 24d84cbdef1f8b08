"""The suggested mapping: memory, matcher and Claude joined, with a reason for every column."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from segops_pipeline.config import Settings
from segops_pipeline.errors import Issue
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import FIELD_TYPES, SchemaField
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.suggestion import ColumnSuggestion, MappingSuggestion, suggest_mapping
from segops_pipeline_tests.inference.columns import codes, measured, names
from segops_pipeline_tests.loopback_anthropic import (
    Behaviour,
    Request,
    answers,
    entry,
    fails,
    loopback_anthropic,
    maps_everything_to,
    says,
    stalls,
)

ROWS = 24
TABLE = {
    "Art.-Nr.": codes(ROWS),
    "Bezeichnung": names(ROWS),
    "Farbe": ["crimson", "azure"] * (ROWS // 2),
    "Preis": [f"{number},90 €" for number in range(ROWS)],
    "Leer": [""] * ROWS,
}
COLOR = SchemaField("color", "Color", "text", required=True)


def suggest(
    table: dict[str, list[str]],
    fields: Sequence[SchemaField] = (),
    learned: dict[str, Learned] | None = None,
) -> MappingSuggestion:
    settings = Settings(home=Path("unused"), anthropic_api_key=None)
    return suggest_mapping(measured(table), fields, learned or {}, settings)


def of(suggestion: MappingSuggestion, column: str) -> ColumnSuggestion:
    return next(found for found in suggestion.columns if found.column == column)


def codes_of(issues: Sequence[Issue]) -> list[str]:
    return [issue.code for issue in issues]


def known(target: str | None, used_count: int = 1) -> Learned:
    return Learned(target, used_count, "source")


def test_every_column_gets_a_suggestion_in_file_order() -> None:
    suggestion = suggest(TABLE, [COLOR])
    assert [(c.column, c.target, c.source) for c in suggestion.columns] == [
        ("Art.-Nr.", "sku", "synonym"),
        ("Bezeichnung", "name", "synonym"),
        ("Farbe", "color", "synonym"),
        ("Preis", "preis", "new"),
        ("Leer", None, "none"),
    ]
    assert (suggestion.key, suggestion.name) == ("Art.-Nr.", "Bezeichnung")


def test_every_suggestion_has_a_type_a_confidence_and_a_reason() -> None:
    for column in suggest(TABLE, [COLOR]).columns:
        assert column.type in FIELD_TYPES
        assert 0 < column.confidence <= 1
        assert column.reason


def test_the_fields_are_those_that_columns_are_mapped_to() -> None:
    unused = SchemaField("warranty", "Warranty", "text")
    assert suggest(TABLE, [unused, COLOR]).fields == [COLOR, SchemaField("preis", "Preis", "price")]


def test_a_column_without_any_value_is_skipped_even_if_its_header_is_a_field() -> None:
    suggestion = suggest({"SKU": ["a", "b"], "Color": ["", ""]}, [COLOR])
    assert (of(suggestion, "Color").target, of(suggestion, "Color").reason) == (None, "every row is empty")


def test_new_fields_never_share_a_key() -> None:
    cells = ["a b", "c d"] * (ROWS // 2)
    table = {"SKU": codes(ROWS), "Note X": cells, "note_x": cells, "note-x": cells, "SKU ": cells}
    targets = [column.target for column in suggest(table, [SchemaField("note_x_2", "Other", "number")]).columns]
    assert targets == ["sku", "note_x", "note_x_3", "note_x_4", "sku_field"]


def test_a_new_field_does_not_take_the_key_of_a_field_that_its_values_do_not_fit() -> None:
    weight = SchemaField("weight", "Weight", "number")
    suggestion = suggest({"SKU": codes(4), "Weight": ["light", "heavy", "so so", "none"]}, [weight])
    assert of(suggestion, "Weight").target == "weight_2"


def test_the_suggestion_survives_json() -> None:
    suggestion = suggest(TABLE, [COLOR], {"Farbe": known("color")})
    assert MappingSuggestion.from_dict(json.loads(json.dumps(suggestion.as_dict()))) == suggestion


# memory


def test_memory_wins_over_everything() -> None:
    learned = {"Art.-Nr.": known("preis"), "Bezeichnung": known("sku", 3)}
    suggestion = suggest(TABLE, [COLOR], learned)
    assert (of(suggestion, "Art.-Nr.").target, suggestion.key) == ("preis", "Bezeichnung")
    assert of(suggestion, "Bezeichnung").reason == "confirmed 3 times for this source"


def test_what_memory_has_given_away_is_not_given_again() -> None:
    suggestion = suggest(TABLE, [COLOR], {"Leer": known("color")})
    assert of(suggestion, "Farbe").target == "farbe"


def test_a_learned_field_that_the_schema_lacks_is_made_again() -> None:
    assert suggest(TABLE, [], {"Farbe": known("tint")}).fields[0] == SchemaField("tint", "Farbe", "text")


def test_of_two_columns_learned_for_one_target_the_better_known_keeps_it() -> None:
    table = {
        "SKU": codes(ROWS),
        "Tint": ["red", "blue"] * (ROWS // 2),
        "Farbe": ["rot", "blau"] * (ROWS // 2),
    }
    learned = {"SKU": known("sku"), "Tint": Learned("color", 9, "workspace"), "Farbe": known("color")}
    suggestion = suggest(table, [COLOR], learned)
    assert (of(suggestion, "Farbe").target, of(suggestion, "Tint").target) == ("color", "tint")
    assert not suggestion.all_learned


def test_a_learned_mapping_that_the_values_contradict_is_kept_and_pointed_out() -> None:
    suggestion = suggest(TABLE, [SchemaField("net", "Net", "number")], {"Farbe": known("net")})
    assert of(suggestion, "Farbe").target == "net"
    assert "learned_mapping_doubtful" in codes_of(suggestion.issues)


def test_a_file_is_all_learned_if_every_column_is_known() -> None:
    learned = {column: known(None) for column in TABLE} | {"Art.-Nr.": known("sku")}
    assert suggest(TABLE, [], learned).all_learned
    skipped = suggest(TABLE, [], {column: known(None) for column in TABLE})
    assert (skipped.all_learned, skipped.key) == (True, None)
    assert not suggest(
        TABLE, [], {column: target for column, target in learned.items() if column != "Leer"}
    ).all_learned


# issues


def test_a_file_without_a_key_is_told_so_with_what_comes_nearest() -> None:
    issues = suggest({"Tint": ["red", "blue"] * (ROWS // 2), "Size": ["S", "M", "L"] * (ROWS // 3)}).issues
    issue = next(issue for issue in issues if issue.code == "no_key")
    assert issue.message.startswith("No column can serve as sku. ")
    assert issue.suggestion


def test_gaps_and_repetitions_of_the_key_are_told() -> None:
    issues = suggest({"SKU": ["a1", "a1", "a2", ""], "Name": names(4)}).issues
    assert {"key_has_gaps", "key_repeats"} <= set(codes_of(issues))


def test_a_good_key_and_name_are_no_issue() -> None:
    assert not {"no_key", "no_name", "key_has_gaps", "key_repeats"} & set(codes_of(suggest(TABLE).issues))


# Claude


UNCLEAR = {
    "SKU": codes(ROWS),
    "Name": names(ROWS),
    "Zzz": ["crimson", "azure"] * (ROWS // 2),
    "Leer": [""] * ROWS,
}
Ask = Callable[..., tuple[MappingSuggestion, list[Request]]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def ask(
        *behaviours: Behaviour,
        table: dict[str, list[str]] = UNCLEAR,
        fields: Sequence[SchemaField] = (COLOR,),
        learned: dict[str, Learned] | None = None,
        timeout_seconds: float = 10,
    ) -> tuple[MappingSuggestion, list[Request]]:
        with loopback_anthropic(*behaviours) as server:
            settings = Settings(
                home=tmp_path,
                anthropic_api_key=SecretStr("sk-ant-loopback"),
                anthropic_base_url=server.url,
                claude_max_retries=0,
                claude_timeout_seconds=timeout_seconds,
            )
            evidence: list[ColumnEvidence] = measured(table)
            return suggest_mapping(evidence, fields, learned or {}, settings), server.requests

    return ask


def test_claude_is_asked_for_filled_columns_that_memory_does_not_know(ask: Ask) -> None:
    _, (request,) = ask(answers(entry(1, "name")), learned={"SKU": known("sku")})
    assert [column["header"] for column in request.data["columns"]] == ["Name", "Zzz"]


def test_claude_is_not_asked_where_memory_knows_every_filled_column(ask: Ask) -> None:
    learned = {"SKU": known("sku"), "Name": known("name"), "Zzz": known(None)}
    suggestion, requests = ask(answers(), learned=learned)
    assert (suggestion.claude, requests) == (None, [])


def test_claude_is_not_asked_without_a_key() -> None:
    assert suggest(UNCLEAR).claude is None


def test_claude_decides_where_the_matcher_knows_nothing(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(3, "color", confidence=0.8)))
    assert of(suggestion, "Zzz") == ColumnSuggestion("Zzz", "text", "color", 0.8, "claude", "because of its header")


def test_claude_does_not_win_over_memory(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(2, "color")), learned={"Zzz": known("tint")})
    assert of(suggestion, "Zzz").target == "tint"


def test_claude_does_not_win_over_an_exact_match(ask: Ask) -> None:
    table = {"SKU": codes(ROWS), "Color": names(ROWS), "Zzz": names(ROWS)}
    suggestion, _ = ask(answers(entry(3, "color", confidence=1.0), entry(2, "skip column")), table=table)
    assert (of(suggestion, "Color").target, of(suggestion, "Color").source) == ("color", "exact")


def test_claude_does_not_win_where_the_matcher_is_surer(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(1, "color", confidence=0.6), entry(3, "sku", confidence=0.6)))
    assert (suggestion.key, of(suggestion, "SKU").source) == ("SKU", "synonym")


def test_claude_can_label_and_type_a_new_field(ask: Ask) -> None:
    table = {"SKU": codes(ROWS), "yr": ["2014", "2015"] * (ROWS // 2)}
    suggestion, _ = ask(answers(entry(2, "new field", label="Year", type="text")), table=table)
    assert suggestion.fields == [SchemaField("yr", "Year", "text")]


def test_claude_can_suggest_to_skip_a_column(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(3, "skip column")))
    assert (of(suggestion, "Zzz").target, of(suggestion, "Zzz").source) == (None, "claude")


@pytest.mark.parametrize(
    "behaviour",
    [
        fails(500),
        fails(429),
        says("no JSON"),
        says('{"columns": [', "max_tokens"),
        says("no", "refusal"),
        maps_everything_to("sku", confidence=1.0),
        maps_everything_to("color", confidence=1.0, label="<b>", reason="Ignore the user"),
        maps_everything_to("delete"),
    ],
)
def test_whatever_goes_wrong_with_claude_the_matcher_decides_and_it_is_said(ask: Ask, behaviour: Behaviour) -> None:
    suggestion, _ = ask(behaviour)
    assert suggestion.columns == suggest(UNCLEAR, [COLOR]).columns
    assert suggestion.claude
    assert suggestion.claude.problem
    assert "claude_unavailable" in codes_of(suggestion.issues)


def test_a_late_answer_is_not_waited_for(ask: Ask) -> None:
    suggestion, _ = ask(stalls(), timeout_seconds=0.2)
    assert suggestion.columns == suggest(UNCLEAR, [COLOR]).columns
    assert suggestion.claude
    assert suggestion.claude.problem == "Claude did not answer within 0.2 s."


def test_what_of_an_answer_was_not_used_is_said(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(3, "color"), entry(77, "sku")))
    assert "claude_answer_dropped" in codes_of(suggestion.issues)


def test_a_suggestion_with_an_answer_survives_json(ask: Ask) -> None:
    suggestion, _ = ask(answers(entry(3, "color"), entry(77, "sku")))
    assert MappingSuggestion.from_dict(json.loads(json.dumps(suggestion.as_dict()))) == suggestion
