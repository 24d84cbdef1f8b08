"""What imports, edits and undos should do, as a small program on dicts, written from the design and not from the SQL.

A product is a name, data and whether it is active. Every change of a product is a state of its own; taking a change
back returns to the state before it, so that a change and its undo cancel out. What a source has given last is kept
with the version that it led to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Row = dict[str, str]
OUTCOMES = ("created", "updated", "unchanged", "conflicts", "rejected", "skipped")
NAME = "name"
CLEARS = ("overwrite", "replace")


@dataclass(frozen=True, slots=True)
class Image:
    """A product at one moment; `left_out` says that it is inactive because a feed has lacked it."""

    name: str
    data: Mapping[str, str]
    is_active: bool = True
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says: the name if it does, values by field (None clears)."""

    name: str | None
    values: Mapping[str, str | None]

    @property
    def set_values(self) -> dict[str, str]:
        """The values that are set."""
        return {key: value for key, value in self.values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LastGiven:
    """What a source has given of a product last: in which job, leading to which version; `given` where it differs."""

    job: int
    version: int | None
    given: Given | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one product by one job, with all that an undo puts back."""

    version_before: int | None
    before: Image | None
    state_before: int
    state_after: int
    last_given: LastGiven | None


@dataclass
class Product:
    """A key and all that has been of it; `image` is None where there is no product now."""

    image: Image | None = None
    version: int | None = None
    state: int = 0
    images: dict[int, Image] = field(default_factory=dict[int, Image])
    given: dict[str, LastGiven] = field(default_factory=dict[str, LastGiven])


@dataclass(frozen=True, slots=True)
class Rules:
    """How a file is imported."""

    policy: str = "overwrite"
    empty: str | None = None
    mode: str = "both"
    conflict: str | None = None
    absent: str = "nothing"

    @property
    def clears(self) -> bool:
        """Whether an empty cell clears."""
        return self.empty == "clear" or (self.empty is None and self.policy in CLEARS)


@dataclass
class Job:
    """A job that is done: the source whose rows it wrote, what it changed, what it takes back and whether all of it."""

    source: str
    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    undoes: int | None = None
    is_complete: bool = False


@dataclass
class Model:
    """The products of a workspace, its locks and its jobs."""

    products: dict[str, Product] = field(default_factory=dict[str, Product])
    locks: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    jobs: list[Job] = field(default_factory=list[Job])
    clock: int = 0

    def seen(self) -> dict[str, tuple[str, dict[str, str], bool]]:
        """Name, data and activity of every product."""
        found = {sku: product.image for sku, product in self.products.items()}
        return {sku: (image.name, dict(image.data), image.is_active) for sku, image in found.items() if image}

    def load(self, source: str, columns: Sequence[str], rows: Sequence[Row], rules: Rules) -> dict[str, int]:
        """Import rows; returns the counts of rows, and of products that were absent."""
        counts: dict[str, int] = dict.fromkeys((*OUTCOMES, "deleted", "deactivated"), 0)
        folded: dict[str, Given] = {}
        for row in rows:
            given = _given(columns, row, rules)
            before = folded.get(row["sku"])
            folded[row["sku"]] = _fold(before, given, rules) if before else given
            counts["skipped"] += before is not None
        self.jobs.append(Job(source))
        was = {sku: source in product.given for sku, product in self.products.items()}
        owners = {sku: set(product.given) for sku, product in self.products.items()}
        for sku, given in folded.items():
            counts[self._take(source, sku, columns, given, rules)] += 1
        for sku in sorted(set(was) - set(folded)):
            image = self.products[sku].image
            if rules.absent == "nothing" or image is None or owners[sku] != {source}:
                continue
            if rules.absent == "delete":
                self._write(sku, None, source)
                del self.products[sku].given[source]
                counts["deleted"] += 1
            elif image.is_active:
                self._write(sku, replace(image, is_active=False, left_out=True), source)
                counts["deactivated"] += 1
        return {name: number for name, number in counts.items() if number}

    def edit(self, sku: str, name: str | None, values: Mapping[str, str | None]) -> None:
        """Change a product by hand; None clears."""
        image = self.products[sku].image
        assert image is not None
        after = replace(image, name=image.name if name is None else name, data=_laid(image.data, values))
        if after != image:
            self._write(sku, after)

    def create(self, sku: str, name: str) -> None:
        """Make a product by hand."""
        self.products.setdefault(sku, Product())
        self._write(sku, Image(name, {}))

    def delete(self, sku: str) -> None:
        """Delete a product by hand."""
        self._write(sku, None)

    def undo(self, number: int) -> dict[str, int]:
        """Take a job back; returns the counts of keys."""
        undone = self.jobs[number]
        self.jobs.append(Job(undone.source, undoes=number))
        counts = dict.fromkeys(OUTCOMES, 0)
        for sku, change in undone.changes.items():
            product = self.products[sku]
            if product.state == change.state_before:
                counts["unchanged"] += 1
            elif product.state != change.state_after:
                counts["conflicts"] += 1
            else:
                counts["updated" if product.image else "created"] += 1
                self._write(sku, change.before, undone.source, state=change.state_before)
                self._return_given(product, undone.source, number, change)
        self.jobs[-1].is_complete = not counts["conflicts"]
        return {name: count for name, count in counts.items() if count}

    def is_taken_back(self, number: int) -> bool:
        """Whether another job has taken all of a job back, and stands itself."""
        return any(
            job.undoes == number and job.is_complete and not self.is_taken_back(later)
            for later, job in enumerate(self.jobs)
        )

    def would_change(self, number: int) -> bool:
        """Whether an undo of a job would change anything."""
        changes = self.jobs[number].changes
        return any(self.products[sku].state == change.state_after for sku, change in changes.items())

    def _return_given(self, product: Product, source: str, number: int, change: Change) -> None:
        now, back = product.given.get(source), change.last_given
        if now is not None and now.job > number:
            return
        if back is None:
            product.given.pop(source, None)
            return
        follows = back.version == change.version_before and product.version is not None
        product.given[source] = replace(back, version=product.version) if follows else back

    def _take(self, source: str, sku: str, columns: Sequence[str], given: Given, rules: Rules) -> str:
        product = self.products.setdefault(sku, Product())
        image = product.image
        if (rules.mode == "create" and image) or (rules.mode == "update" and not image):
            return "skipped"
        locked = {one for key, one in self.locks if key in ("", sku)}
        if image is None:
            values = {key: value for key, value in given.set_values.items() if key not in locked}
            self._write(sku, Image("" if NAME in locked else given.name or "", values), source)
            product.given[source] = LastGiven(len(self.jobs) - 1, product.version, None)
            return "created"
        kept, contested = self._compare(source, product, columns, given, rules)
        if contested - locked:
            return "conflicts"
        after = _after(image, columns, given, rules, kept | locked)
        changed = after != image
        last_before = product.given.get(source)
        if changed:
            self._write(sku, after, source)
        as_given = all(after.data.get(key) == value for key, value in given.values.items())
        as_given = as_given and given.name in (None, after.name)
        product.given[source] = LastGiven(len(self.jobs) - 1, product.version, None if as_given else given)
        if changed:
            self.jobs[-1].changes[sku] = replace(self.jobs[-1].changes[sku], last_given=last_before)
        return "updated" if changed else "unchanged"

    def _compare(
        self, source: str, product: Product, columns: Sequence[str], given: Given, rules: Rules
    ) -> tuple[set[str], set[str]]:
        """Fields in which the product stays, and those that wait for a person."""
        last, image = product.given.get(source), product.image
        assert image is not None
        if last is None and rules.conflict is None:
            return set(), set()
        if last is not None and last.version == product.version and last.given is None:
            return set(), set()
        ours: dict[str, Any] = {**image.data, NAME: image.name}
        theirs: dict[str, Any] = dict(given.values)
        if rules.policy == "replace":
            keeping = set() if rules.clears else set(columns)
            theirs = {**dict.fromkeys(set(image.data) - keeping - set(theirs)), **theirs}
        if given.name is not None and not (rules.policy == "fill" and image.name):
            theirs[NAME] = given.name
        base = _base(product, last)
        kept: set[str] = set()
        contested: set[str] = set()
        for key, value in theirs.items():
            mine = ours.get(key)
            if mine == value or (rules.policy == "fill" and key != NAME and mine is not None):
                continue
            if last is not None and mine == base.get(key):
                continue
            if last is not None and value == base.get(key):
                kept.add(key)
            elif (last is None and mine in (None, "")) or rules.conflict == "new":
                continue
            elif rules.conflict == "keep":
                kept.add(key)
            else:
                contested.add(key)
        return kept, contested

    def _write(self, sku: str, image: Image | None, source: str | None = None, state: int | None = None) -> None:
        product = self.products[sku]
        self.clock += 1
        after = self.clock if state is None else state
        if source is not None:
            self.jobs[-1].changes[sku] = Change(
                product.version, product.image, product.state, after, product.given.get(source)
            )
        product.image, product.state = image, after
        product.version = self.clock if image else None
        if image:
            product.images[self.clock] = image


def _given(columns: Sequence[str], row: Row, rules: Rules) -> Given:
    empty = (None, *([""] if not rules.clears else []))
    name = row[NAME] if NAME in columns else None
    values = {key: row[key] or None for key in columns if key not in ("sku", NAME) and row[key] not in empty}
    return Given(None if name in empty else name, values)


def _fold(before: Given, row: Given, rules: Rules) -> Given:
    """The later row wins; where fields are only filled, the earlier one does."""
    first, second = (row, before) if rules.policy == "fill" else (before, row)
    return Given(first.name if second.name is None else second.name, {**first.values, **second.values})


def _after(image: Image, columns: Sequence[str], given: Given, rules: Rules, dropped: set[str]) -> Image:
    name = given.name
    if name is None or NAME in dropped or (rules.policy == "fill" and image.name):
        name = image.name
    values = {key: value for key, value in given.values.items() if key not in dropped}
    data = dict(image.data)
    if rules.policy == "replace":
        staying = dropped | (set() if rules.clears else set(columns))
        data = {key: value for key, value in data.items() if key in staying}
    if rules.policy == "fill":
        values = {key: value for key, value in values.items() if value is None or key not in data}
    active = image.is_active or image.left_out
    return Image(name, _laid(data, values), active, image.left_out and not active)


def _base(product: Product, last: LastGiven | None) -> dict[str, Any]:
    """What the source's last import led to, by field."""
    if last is None:
        return {}
    if last.given is not None:
        return {**last.given.set_values, NAME: last.given.name}
    assert last.version is not None
    image = product.images[last.version]
    return {**image.data, NAME: image.name}


def _laid(data: Mapping[str, str], values: Mapping[str, str | None]) -> dict[str, str]:
    """The data with these values laid over it; None clears."""
    return {key: value for key, value in {**data, **values}.items() if value is not None}
