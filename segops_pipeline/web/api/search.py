"""Search over the catalogue: by key, by words, and by meaning."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from segops_pipeline.search.everywhere import MOST_HITS, search_catalogue
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import NO_NUL

router = ApiRouter("search")


class HitAnswer(BaseModel):
    """A product that was found, and why."""

    id: int
    sku: str
    name: str
    why: Literal["sku", "name", "text", "meaning"]
    field: str | None = Field(description="Where the words stand, if it was found by a text.")
    score: float | None = Field(description="How near its meaning is, 1 for the same text, if it was found by that.")


class FoundAnswer(BaseModel):
    """The products, the best first."""

    results: list[HitAnswer]
    meaning: Literal["ready", "loading", "off"] = Field(
        description="Whether meaning was asked too: `loading` is not yet (ask again in some seconds), `off` is that"
        " nothing is embedded, or that there is no model."
    )


@router.get("/search/", summary="Search")
def search(
    web: TheWeb,
    actor: Reader,
    q: Annotated[str, Query(min_length=1, max_length=500, pattern=NO_NUL, description="Words, or a part of a sku.")],
    limit: Annotated[int, Query(ge=1, le=MOST_HITS, description="How many at most.")] = 20,
) -> FoundAnswer:
    """Find active products: by sku, by words of the name and other texts, and by what means the same."""
    return FoundAnswer.model_validate(asdict(search_catalogue(web.stores, actor.workspace_id, q, limit)))
