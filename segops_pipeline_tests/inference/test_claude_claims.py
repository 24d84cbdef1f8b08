"""Claude's claims beside the matcher's candidates."""

from segops_pipeline.inference.claude_claims import MOST_CLAUDE_CONFIDENCE, SURE, with_claims
from segops_pipeline.inference.claude_reply import ClaudeSuggestion
from segops_pipeline.inference.matcher import Candidates, Match, choose


def own(target: str, confidence: float) -> Candidates:
    return {target: Match(target, confidence, "synonym", "like it")}


def claim(target: str | None, confidence: float = 0.9) -> ClaudeSuggestion:
    return ClaudeSuggestion(target, "text", "Label", confidence, "says so")


def chosen(candidates: dict[str, Candidates], claims: dict[str, ClaudeSuggestion]) -> dict[str, tuple[str, str]]:
    found = choose(with_claims(candidates, claims, frozenset()))
    return {column: (match.target, match.source) for column, match in found.items()}


def test_a_claim_decides_where_the_matcher_knows_nothing() -> None:
    assert chosen({"a": {}}, {"a": claim("color")}) == {"a": ("color", "claude")}


def test_the_surer_of_both_decides_where_neither_is_sure() -> None:
    assert chosen({"a": own("size", 0.6)}, {"a": claim("color", 0.7)}) == {"a": ("color", "claude")}
    assert chosen({"a": own("size", 0.7)}, {"a": claim("color", 0.6)})["a"][0] == "size"


def test_what_the_matcher_is_sure_of_stands_however_sure_the_claim_is() -> None:
    candidates = {"a": own("color", SURE), "b": {}}
    claims = {"a": claim("size", 1.0), "b": claim("color", 1.0)}
    assert chosen(candidates, claims) == {"a": ("color", "synonym")}


def test_no_claim_takes_a_target_away_and_gives_none() -> None:
    candidates = {"a": own("sku", 0.5), "b": own("color", 0.5)}
    claims = {"a": claim(None, 1.0), "b": claim("new", 1.0)}
    assert chosen(candidates, claims) == {"a": ("sku", "synonym"), "b": ("color", "synonym")}


def test_a_column_that_is_claimed_for_a_field_stays_the_key_where_no_other_is() -> None:
    assert chosen({"a": own("sku", 0.5)}, {"a": claim("color", 1.0)}) == {"a": ("sku", "synonym")}


def test_a_claim_can_give_the_key_to_another_column() -> None:
    candidates = {"a": own("sku", 0.5), "b": {}}
    claims = {"a": claim("color"), "b": claim("sku")}
    assert chosen(candidates, claims) == {"a": ("color", "claude"), "b": ("sku", "claude")}


def test_a_claim_is_never_believed_as_much_as_an_exact_match() -> None:
    found = with_claims({"a": {}}, {"a": claim("color", 1.0)}, frozenset())
    assert found["a"]["color"].confidence == MOST_CLAUDE_CONFIDENCE


def test_targets_that_memory_has_given_away_are_not_claimed() -> None:
    assert with_claims({"a": {}}, {"a": claim("color")}, frozenset({"color"})) == {"a": {}}
