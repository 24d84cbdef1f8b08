"""What an undo does and what stands in the way, as sentences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from segops_pipeline.catalogue.still_used import KEPT_IN_USE

NOUNS: Mapping[str, tuple[str, str]] = {
    "product": ("product", "products"), "attribute": ("attribute", "attributes"), "global_list": ("list", "lists"),
    "category": ("category", "categories"), "brand": ("brand", "brands"), "segment": ("segment", "segments"),
}  # fmt: skip
TOLD = {
    "deleted": ("is removed: the job had made it.", "are removed: the job had made them."),
    "updated": ("returns to what it was.", "return to what they were."),
    "created": ("is made again: the job had removed it.", "are made again: the job had removed them."),
    "unchanged": ("is as before already.", "are as before already."),
    "rejected": (
        "stays: how it was before is not kept any more.",
        "stay: how they were before is not kept any more.",
    ),
    KEPT_IN_USE: ("is used by others that stay: it is kept.", "are used by others that stay: they are kept."),
}


def undo_words(found: Sequence[Row[Any]], blocking: Sequence[Mapping[str, Any]]) -> list[str]:
    """What an undo does, and by whom it is kept from more.

    Args:
        found: how many keys (`number`) of each `entity` have each `outcome` and `reason`.
        blocking: the jobs and people that have changed keys since: `job_id`, `file`, `edited_by`, `products`,
            `is_of_products`, `changed_at`.
    """
    numbers: Counter[tuple[str, str]] = Counter()
    for row in found:
        told = KEPT_IN_USE if row.reason == KEPT_IN_USE else row.outcome
        numbers[row.entity, told] += row.number
    words = [
        f"{numbers[entity, told]:,} {noun[numbers[entity, told] > 1]} {sentence[numbers[entity, told] > 1]}"
        for entity, noun in NOUNS.items()
        for told, sentence in TOLD.items()
        if numbers[entity, told]
    ]
    return [*words, *(_blocked(one) for one in blocking)]


def _blocked(one: Mapping[str, Any]) -> str:
    if one["job_id"] is None:
        at = one["changed_at"][:16].replace("T", " ")
        by, unless = f"by hand, by {one['edited_by'] or 'somebody'}, last on {at} UTC", ""
    else:
        by, unless = f"by job {one['job_id']} ({one['file'] or '?'})", ", unless you undo that first"
    is_one = one["products"] == 1
    noun = ("product", "products") if one["is_of_products"] else ("record", "records")
    was = f"1 {noun[0]} was" if is_one else f"{one['products']:,} {noun[1]} were"
    return f"{was} changed since {by}: {'it is' if is_one else 'they are'} kept{unless}."
