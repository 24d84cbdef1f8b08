"""Confidence: it rises with the score, a rival makes it doubtful, and it never leaves 0 to 1."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.inference.confidence import Evidence, beside_rival, calibrated
from segops_pipeline.inference.matcher import match_columns, rate_names
from segops_pipeline_tests.inference.columns import codes, measured, names

SCORES = st.floats(0, 1)


@given(SCORES, SCORES, st.sampled_from(["role", "field"]))
@settings(derandomize=True, max_examples=50)
def test_a_higher_score_never_gives_less_confidence(one: float, other: float, evidence: Evidence) -> None:
    low, high = sorted((one, other))
    assert 0 <= calibrated(low, evidence) <= calibrated(high, evidence) <= 1


@pytest.mark.parametrize("evidence", ["role", "field"])
def test_no_score_gives_certainty(evidence: Evidence) -> None:
    assert calibrated(1.0, evidence) < 1


def test_a_close_rival_takes_away_and_a_distant_one_does_not() -> None:
    assert beside_rival(0.95, 0.9, 0.89) < 0.9
    assert beside_rival(0.95, 0.9, 0.5) == 0.95


def test_of_two_keys_as_good_as_each_other_none_is_sure() -> None:
    alone = match_columns(measured({"SKU": codes(24), "Name": names(24)}), [])["SKU"]
    table = {"Name": names(24), "Article number": codes(24), "Item number": codes(24, "X-10")}
    twice = [match for match in match_columns(measured(table), []).values() if match.target == "sku"]
    assert alone.confidence >= 0.9
    assert [match.confidence < 0.9 for match in twice] == [True]


def test_a_name_that_two_fields_claim_alike_is_not_sure() -> None:
    assert rate_names(["Colour"], ["color", "colors"])["Colour"].confidence < 0.9
    assert rate_names(["Colour"], ["color", "size"])["Colour"].confidence >= 0.9
