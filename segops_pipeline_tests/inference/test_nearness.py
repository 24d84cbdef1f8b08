"""A loaded embedding model is asked about unknown words, and nobody loads one for it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.matcher import match_columns
from segops_pipeline.inference.nearness import embedded_scores, offer_encoder
from segops_pipeline_tests.inference.columns import codes, measured, names

GRAPES = SchemaField("cepage", "Cepage", "text")
TABLE = {"SKU": codes(6), "Name": names(6), "Vitisia": ["Merlot", "Syrah", "Malbec"] * 2}


class Letters:
    """An encoder whose vectors lie as near as these pairs say."""

    def __init__(self, alike: float) -> None:
        self.asked: list[str] = []
        self._alike = alike

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        other = (1 - self._alike**2) ** 0.5
        return [[1.0, 0.0] if text == "cepage" else [self._alike, other] for text in texts]


@pytest.fixture(autouse=True)
def taken_back() -> Iterator[None]:
    yield
    offer_encoder(None)


def test_an_unknown_word_is_matched_by_a_loaded_model_but_never_surely() -> None:
    offer_encoder(Letters(0.95))
    match = match_columns(measured(TABLE), [GRAPES])["Vitisia"]
    assert match.target == "cepage"
    assert match.confidence < 0.9
    assert match.reason == "the embedding model finds it like Cepage"


def test_what_a_model_finds_hardly_alike_is_no_match() -> None:
    offer_encoder(Letters(0.5))
    assert "Vitisia" not in match_columns(measured(TABLE), [GRAPES])


def test_a_model_is_not_asked_about_words_that_are_known() -> None:
    encoder = Letters(1.0)
    offer_encoder(encoder)
    match_columns(measured(TABLE), [GRAPES])
    assert encoder.asked == ["vitisia", "cepage"]


def test_without_a_model_nothing_is_said() -> None:
    assert embedded_scores(["Vitisia"], ["Cepage"]) == {}


def test_matching_loads_no_model() -> None:
    code = (
        "import sys\n"
        "from segops_pipeline.inference.matcher import match_names\n"
        "match_names(['Vitisia'], ['cepage'])\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
