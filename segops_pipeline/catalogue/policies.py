"""What a row does to the product that is there: the policies, by name.

What belongs here: what each is called, in words, and what its empty cells do. What doesn't: doing it (`plan_rows`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, and whether an empty cell clears where no rule says otherwise."""

    name: str
    description: str
    empty_clears: bool


POLICIES = {
    policy.name: policy
    for policy in (
        Policy(
            "overwrite",
            "sets the name and every mapped field; an empty cell clears it; unmapped fields stay",
            empty_clears=True,
        ),
        Policy(
            "replace",
            "makes the product exactly the mapped row",
            empty_clears=True,
        ),
        Policy(
            "merge",
            "sets what the file gives; an empty cell leaves what is there",
            empty_clears=False,
        ),
        Policy(
            "fill",
            "writes only where nothing is",
            empty_clears=False,
        ),
    )
}
