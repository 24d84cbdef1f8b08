import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.inference.nearness import embedded_scores
from segops_pipeline.search.models import EmbeddingModel, load_model, model_name


def similarity(model: EmbeddingModel, one: str, other: str) -> float:
    first, second = model.encode([one, other])
    return sum(a * b for a, b in zip(first, second, strict=True))


def test_vectors_have_length_1(packaged_model: EmbeddingModel) -> None:
    assert packaged_model.dimensions == 384
    assert similarity(packaged_model, "cordless drill", "cordless drill") == pytest.approx(1.0, abs=1e-5)


def test_like_meanings_are_nearer_than_unlike_ones(packaged_model: EmbeddingModel) -> None:
    near = similarity(packaged_model, "cordless drill", "power tool for making holes")
    assert near > similarity(packaged_model, "cordless drill", "shampoo for dry hair")


def test_a_process_loads_a_model_once(packaged_model: EmbeddingModel, tmp_path: Path) -> None:
    assert load_model(Settings(home=tmp_path)) is packaged_model  # type: ignore[call-arg]


def test_another_model_is_named_as_the_setting_names_it(small_model_path: Path) -> None:
    settings = Settings(embedding_model=str(small_model_path))  # type: ignore[call-arg]
    model = load_model(settings)
    assert model.dimensions == 64
    assert model.name == model_name(settings) == str(small_model_path)


def test_a_folder_that_holds_no_model_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        load_model(Settings(embedding_model=str(tmp_path)))  # type: ignore[call-arg]
    assert str(tmp_path) in caught.value.message
    assert "SEGOPS_EMBEDDING_MODEL" in caught.value.remedy


def test_importing_search_loads_no_model_library() -> None:
    program = """
import sys
import segops_pipeline.search.embeddings, segops_pipeline.search.query
print(*sorted({"torch", "transformers", "sentence_transformers", "numpy"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_a_model_that_is_loaded_compares_headers_too(small_model_path: Path, tmp_path: Path) -> None:
    nobody_has_it = shutil.copytree(small_model_path, tmp_path / "model")
    assert embedded_scores(["zorblat"], ["zorblat"]) == {}
    load_model(Settings(embedding_model=str(nobody_has_it)))  # type: ignore[call-arg]
    assert set(embedded_scores(["zorblat"], ["zorblat"])) == {("zorblat", "zorblat")}
