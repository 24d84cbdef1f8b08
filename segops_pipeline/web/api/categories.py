"""The product hierarchies over the API: the tree a level at a time, a node, and the products in it; and brands.

What belongs here: these routes, which only show: both are changed by imports. What doesn't: finding (`browse`).
"""

from typing import Annotated

from fastapi import Path, Query

from segops_pipeline.catalogue.pim.browse import Found, Window, find_records, get_record
from segops_pipeline.catalogue.pim.browse_trees import (
    children,
    count_below,
    count_placed,
    find_placed,
    names_of,
    path_to,
)
from segops_pipeline.catalogue.pim.plain import load_lookup
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.paging import Page, Paged, Paging
from segops_pipeline.web.api.pim_answers import (
    BrandAnswer,
    CategoryAnswer,
    OneBrandAnswer,
    OneCategoryAnswer,
    PlacedAnswer,
    brand_answer,
    category_answer,
    one_brand_answer,
    one_category_answer,
)
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import MOST_NAME, NO_NUL

router = ApiRouter("categories and brands")

KeyInPath = Annotated[str, Path(min_length=1, max_length=MOST_NAME, pattern=NO_NUL)]
Sought = Annotated[str, Query(max_length=500, pattern=NO_NUL, description="Words that stand in its key and names.")]
Parent = Annotated[
    str | None,
    Query(max_length=MOST_NAME, pattern=NO_NUL, description="Only what stands directly below it; empty: at the top."),
]


def window_of(paging: Paging, q: str = "") -> Window:
    """The page that is asked for."""
    return Window(q, paging.page_size, paging.offset)


@router.get("/categories/", summary="Categories")
def see_categories(
    web: TheWeb, actor: Reader, paging: Paged, q: Sought = "", parent: Parent = None
) -> Page[CategoryAnswer]:
    """Categories by key; with `parent` a level of the tree, with what is linked there too."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        if parent is None:
            count, found = find_records(connection, workspace_id, "category", window_of(paging, q))
        else:
            count, found = children(connection, workspace_id, "category", parent or None, window_of(paging, q))
        keys = [one.key for one in found]
        below = count_below(connection, workspace_id, "category", keys)
        placed = count_placed(connection, workspace_id, keys)
    return paging.of(count, [category_answer(one, below.get(one.key, 0), placed.get(one.key, 0)) for one in found])


@router.get("/categories/{key:path}/products/", summary="Products in a category")
def see_placed(web: TheWeb, actor: Reader, key: KeyInPath, paging: Paged) -> Page[PlacedAnswer]:
    """The products that are placed directly in a category, by sku."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        get_record(connection, workspace_id, "category", key)
        count, found = find_placed(connection, workspace_id, key, window_of(paging))
    told = [PlacedAnswer(id=one.id, sku=one.sku, name=one.name, is_primary=one.is_primary) for one in found]
    return paging.of(count, told)


@router.get("/categories/{key:path}/", summary="One category")
def see_category(web: TheWeb, actor: Reader, key: KeyInPath) -> OneCategoryAnswer:
    """A category with the way to it, where else it is shown, and its values."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        found: Found = get_record(connection, workspace_id, "category", key)
        below = count_below(connection, workspace_id, "category", [key]).get(key, 0)
        placed = count_placed(connection, workspace_id, [key]).get(key, 0)
        path = path_to(connection, workspace_id, "category", key)
        linked = names_of(connection, workspace_id, "category", found.data.get("links") or [])
        lookup = load_lookup(connection, workspace_id)
    return one_category_answer(found, (below, placed), path, linked, lookup)


@router.get("/brands/", summary="Brands")
def see_brands(web: TheWeb, actor: Reader, paging: Paged, q: Sought = "", parent: Parent = None) -> Page[BrandAnswer]:
    """Brands by key; with `parent` its sub-brands."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        if parent is None:
            count, found = find_records(connection, workspace_id, "brand", window_of(paging, q))
        else:
            count, found = children(connection, workspace_id, "brand", parent or None, window_of(paging, q))
        below = count_below(connection, workspace_id, "brand", [one.key for one in found])
    return paging.of(count, [brand_answer(one, below.get(one.key, 0)) for one in found])


@router.get("/brands/{key:path}/", summary="One brand")
def see_brand(web: TheWeb, actor: Reader, key: KeyInPath) -> OneBrandAnswer:
    """A brand with the brands above it, and its values."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "brand", key)
        below = count_below(connection, workspace_id, "brand", [key]).get(key, 0)
        path = path_to(connection, workspace_id, "brand", key)
        return one_brand_answer(found, below, path, load_lookup(connection, workspace_id))
