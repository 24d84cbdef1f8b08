"""Products in tree order: each variant behind its master, the variants of a master in its order.

Source: seed 002, "Master/variants" ("it is a requirement that the master/variant structure is sorted by tree order").
What belongs here: the order of keys. What doesn't: loading products (`export`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from segops_pipeline.catalogue.pim.records import in_order


class MasterTrees:
    """The masters and variants of a workspace: which product is whose variant, and the order that masters keep."""

    def __init__(self, masters: Mapping[str, str], orders: Mapping[str, Iterable[str]]) -> None:
        self._masters = masters
        members: dict[str, set[str]] = {}
        for key, master in masters.items():
            members.setdefault(master, set()).add(key)
        self._variants = {master: in_order(those, orders.get(master, ())) for master, those in members.items()}

    def order(self, roots: Iterable[str], variants: Collection[str]) -> Iterator[str]:
        """Some products in tree order.

        Args:
            roots: those without a master, in the order in which their trees are to stand.
            variants: those with one; where their master is not among all of these, they come last.
        """
        left = set(variants)
        for root in roots:
            yield root
            if root in self._variants:
                yield from self._below(root, left)
        for top in sorted({self._top(key) for key in left}):
            yield from self._below(top, left)
        yield from sorted(left)  # of a circle, which nothing makes

    def _below(self, top: str, left: set[str]) -> Iterator[str]:
        waiting = list(reversed(self._variants.get(top, ())))
        seen = {top}
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            if key in left:
                left.discard(key)
                yield key
            waiting += reversed(self._variants.get(key, ()))

    def _top(self, key: str) -> str:
        seen: set[str] = set()
        while key in self._masters and key not in seen:
            seen.add(key)
            key = self._masters[key]
        return key
