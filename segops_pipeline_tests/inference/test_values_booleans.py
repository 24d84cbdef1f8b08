"""Yes and no in the large languages."""

# ruff: noqa: RUF001 - other scripts' letters are meant

import pytest

from segops_pipeline.inference import booleans
from segops_pipeline.inference.values import CastContext, Refusal, cast

YES = [
    "true",
    "yes",
    "Y",
    "1",
    "on",
    "x",
    "ja",
    "Oui",
    "sí",
    "si",
    "sim",
    "TAK",
    "ano",
    "igen",
    "da",
    "так",
    "はい",
    "是",
    "有",
    "예",
    "evet",
    "in_stock",
    "auf_lager",
    "✓",
    "vrai",
    "wahr",
]
NO = [
    "false",
    "No",
    "n",
    "0",
    "off",
    "nein",
    "non",
    "não",
    "nie",
    "ne",
    "nem",
    "нет",
    "ні",
    "いいえ",
    "否",
    "无",
    "아니요",
    "hayır",
    "out_of_stock",
    "ausverkauft",
    "✗",
    "faux",
    "falsch",
]


@pytest.mark.parametrize("word", [word.replace("_", " ") for word in YES])
def test_a_word_for_yes_is_true(word: str) -> None:
    assert cast(word, "boolean", CastContext()) is True


@pytest.mark.parametrize("word", [word.replace("_", " ") for word in NO])
def test_a_word_for_no_is_false(word: str) -> None:
    assert cast(word, "boolean", CastContext()) is False


@pytest.mark.parametrize("word", ["2", "maybe", "yes and no", "-1", "M", "01"])
def test_another_word_is_refused(word: str) -> None:
    assert isinstance(cast(word, "boolean", CastContext()), Refusal)


def test_no_word_means_yes_in_one_language_and_no_in_another() -> None:
    meanings: dict[str, set[int]] = {}
    for line in (booleans.PAIRS + booleans.STATES).strip().splitlines():
        for meaning, words in enumerate(line.split(" / ")):
            for word in words.split("|"):
                meanings.setdefault(word.strip(), set()).add(meaning)
    assert [word for word, found in meanings.items() if len(found) > 1] == []


def test_words_of_one_language_belong_together() -> None:
    assert booleans.share_a_pair(["Ja", "nein"])
    assert booleans.share_a_pair(["0", "1"])
    assert not booleans.share_a_pair(["yes", "nein"])
    assert not booleans.share_a_pair(["yes", "purple"])
