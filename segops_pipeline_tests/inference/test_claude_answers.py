"""Claude is asked once for the same columns: its answer is kept for each workspace."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from segops_pipeline.config import Settings
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.inference.claude import ClaudeAnswer, ask_claude
from segops_pipeline.inference.claude_answers import WorkspaceAnswers
from segops_pipeline.inference.claude_question import fingerprint
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.inference.columns import codes, measured, names
from segops_pipeline_tests.loopback_anthropic import (
    Behaviour,
    LoopbackAnthropic,
    answers,
    entry,
    fails,
    loopback_anthropic,
    maps_everything_to,
    says,
)

FIELDS = [SchemaField("color", "Color", "text")]
TABLE = {"Ident": codes(8), "Was": names(8), "Tint": ["crimson", "azure"] * 4}
COLUMNS = measured(TABLE)
RIGHT = answers(entry(1, "sku"), entry(2, "name"), entry(3, "color"))
TARGETS = {"Ident": "sku", "Was": "name", "Tint": "color"}


@pytest.fixture
def kept(database: Database, workspace_id: int) -> WorkspaceAnswers:
    return WorkspaceAnswers(database, workspace_id)


def ask(
    server: LoopbackAnthropic, kept: WorkspaceAnswers, columns: Sequence[ColumnEvidence] = COLUMNS, **settings: str
) -> ClaudeAnswer:
    made = Settings(
        home=Path("unused"),
        anthropic_api_key=SecretStr("sk-ant-loopback"),
        anthropic_base_url=server.url,
        claude_max_retries=0,
        **settings,  # type: ignore[arg-type]
    )
    return ask_claude(columns, FIELDS, made, kept)


def targets(answer: ClaudeAnswer) -> dict[str, str | None]:
    return {column: suggestion.target for column, suggestion in answer.suggestions.items()}


def test_the_same_columns_are_asked_about_once(kept: WorkspaceAnswers) -> None:
    with loopback_anthropic(RIGHT) as server:
        first, second = ask(server, kept), ask(server, kept)
    assert len(server.requests) == 1
    assert targets(first) == targets(second) == TARGETS


def test_a_kept_answer_says_so_and_costs_nothing(kept: WorkspaceAnswers) -> None:
    with loopback_anthropic(RIGHT) as server:
        first, second = ask(server, kept), ask(server, kept)
    assert first.origin == "asked now"
    assert second.origin == f"answer kept from {second.kept_since}, no tokens"
    assert (second.input_tokens, second.output_tokens, second.cost_usd) == (0, 0, 0)
    assert ClaudeAnswer.from_dict(json.loads(json.dumps(second.as_dict()))) == second


def test_another_workspace_is_asked_for_again(
    kept: WorkspaceAnswers, database: Database, other_workspace_id: int
) -> None:
    with loopback_anthropic(RIGHT) as server:
        ask(server, kept)
        ask(server, WorkspaceAnswers(database, other_workspace_id))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "behaviour",
    [fails(500), says("{}", "max_tokens"), says('{"columns": ['), says("no", "refusal"), maps_everything_to("sku")],
)
def test_an_answer_that_is_of_no_use_is_not_kept(kept: WorkspaceAnswers, behaviour: Behaviour) -> None:
    with loopback_anthropic(behaviour, RIGHT) as server:
        assert ask(server, kept).suggestions == {}
        assert targets(ask(server, kept)) == TARGETS


def test_a_kept_answer_is_judged_by_the_values_of_the_file_at_hand(kept: WorkspaceAnswers) -> None:
    # the same by header, type and look, but not by how many of its values are different
    repeated = measured({**TABLE, "Ident": ["AB-1000"] * 8})
    with loopback_anthropic(RIGHT) as server:
        ask(server, kept)
        answer = ask(server, kept, repeated)
    assert len(server.requests) == 1
    assert "Ident" not in answer.suggestions
    assert [part.column for part in answer.dropped] == ["Ident"]


def test_a_kept_answer_of_which_nothing_holds_any_more_is_asked_for_again(kept: WorkspaceAnswers) -> None:
    name = fingerprint(COLUMNS, FIELDS, "claude-of-choice")
    kept.keep(name, json.dumps({"columns": [entry(1, "price")]}))
    with loopback_anthropic(RIGHT) as server:
        answer = ask(server, kept, claude_model="claude-of-choice")
        again = ask(server, kept, claude_model="claude-of-choice")
    assert (targets(answer), answer.kept_since) == (TARGETS, None)
    assert (targets(again), len(server.requests)) == (TARGETS, 1)


def same(table: dict[str, list[str]], fields: Sequence[SchemaField] = FIELDS, model: str = "claude") -> bool:
    return fingerprint(measured(table), fields, model) == fingerprint(COLUMNS, FIELDS, "claude")


def test_more_rows_of_the_same_look_are_the_same_columns() -> None:
    assert same({"Ident": codes(24), "Was": names(24), "Tint": ["azure", "crimson", "crimson"] * 8})


def test_other_headers_types_looks_fields_and_models_are_not() -> None:
    assert not same({**{("Id" if name == "Ident" else name): cells for name, cells in TABLE.items()}})
    assert not same({**TABLE, "Tint": ["1", "2"] * 4})
    assert not same({**TABLE, "Tint": ["a@b.example", "c@d.example"] * 4})
    assert not same(TABLE, [SchemaField("color", "Color", "number")])
    assert not same(TABLE, model="another")


def test_an_intake_keeps_the_answer_for_the_next_file(settings: Settings, tmp_path: Path) -> None:
    with loopback_anthropic(RIGHT) as server:
        key = {"anthropic_api_key": SecretStr("sk-ant-loopback"), "anthropic_base_url": server.url}
        with open_stores(settings.model_copy(update=key)) as stores:
            imports = Importer(stores, tmp_path)
            rows = [f"{ident},{was},crimson" for ident, was in zip(codes(9), names(9), strict=True)]
            jobs = [imports.read("\n".join(["Ident,Was,Tint", *rows[:count]])) for count in (8, 9)]
    assert len(server.requests) == 1
    assert [suggestion_of(job).claude is not None for job in jobs] == [True, True]
    assert "no tokens" in (answer.origin if (answer := suggestion_of(jobs[1]).claude) else "")
