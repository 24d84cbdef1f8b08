"""What a row does to the product that is there: the policies, as SQL over `r` (the row) and `p` (the product).

A staged row has the values that it gives (`r.data`) and the fields that its empty cells clear (`r.cleared`); all
other fields stay as they are.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: whether an empty cell clears, and the after-image as SQL.

    `after_data` is for a product that exists; a new one is what its row gives. `fold` is the order in which
    several rows of one key are laid over each other: the last one given wins.
    """

    name: str
    description: str
    empty_clears: bool
    after_name: str
    after_data: str
    fold: str = "ASC"


POLICIES = {
    policy.name: policy
    for policy in (
        Policy(
            "overwrite",
            "sets the name and every mapped field; an empty cell clears it; unmapped fields stay",
            empty_clears=True,
            after_name="coalesce(r.name, p.name, '')",
            after_data="(p.data - coalesce(r.cleared, '{}')) || r.data",
        ),
        Policy(
            "replace",
            "makes the product exactly the mapped row",
            empty_clears=True,
            after_name="coalesce(r.name, p.name, '')",
            after_data="r.data",
        ),
        Policy(
            "merge",
            "sets what the file gives; an empty cell leaves what is there",
            empty_clears=False,
            after_name="coalesce(nullif(r.name, ''), p.name, '')",
            after_data="p.data || r.data",
        ),
        Policy(
            "fill",
            "writes only where nothing is",
            empty_clears=False,
            after_name="coalesce(nullif(p.name, ''), r.name, '')",
            after_data="r.data || p.data",
            fold="DESC",
        ),
    )
}
