"""What an embedding model makes of headers, where the process has one loaded anyway.

What belongs here: the place where a loaded model is offered, and how alike it finds headers and fields. What
doesn't: any model, and loading one: whoever loads it (`search.models`) offers it; without one nothing is asked.
"""

from collections.abc import Sequence
from typing import Protocol

from segops_pipeline.inference.fields import words

# what a model finds less alike than this is no evidence; what it finds the same is a doubtful match still
LEAST_ALIKE = 0.7
LEAST_SCORE, MOST_SCORE = 0.7, 0.84


class Encoder(Protocol):
    """A model that turns texts into vectors of length 1, one for each text."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed texts."""
        ...


_offered: list[Encoder] = []


def offer_encoder(encoder: Encoder | None) -> None:
    """Offer a model that this process has loaded, in the place of an earlier one; None takes it back."""
    _offered[:] = [encoder] if encoder else []


def embedded_scores(headers: Sequence[str], fields: Sequence[str]) -> dict[tuple[str, str], float]:
    """Score pairs of header and field that the offered model finds alike, 0.7 to 0.84; none without a model.

    A model has no notion of units, aspects and currencies, so that its word is never a sure one.
    """
    if not _offered or not headers or not fields:
        return {}
    texts = [" ".join(words(text)) or text for text in (*headers, *fields)]
    vectors = _offered[0].encode(texts)
    left, right = vectors[: len(headers)], vectors[len(headers) :]
    found = {
        (header, field): sum(a * b for a, b in zip(one, other, strict=True))
        for header, one in zip(headers, left, strict=True)
        for field, other in zip(fields, right, strict=True)
    }
    return {pair: _score(alike) for pair, alike in found.items() if alike >= LEAST_ALIKE}


def _score(alike: float) -> float:
    share = (min(alike, 1.0) - LEAST_ALIKE) / (1 - LEAST_ALIKE)
    return LEAST_SCORE + share * (MOST_SCORE - LEAST_SCORE)
