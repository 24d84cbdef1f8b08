"""Placements, masters and links against small models of what the format says, on rows that nobody would write."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.catalogue.pim.fold import Mode
from segops_pipeline_tests.bizzkit.files import Done, category, do, product, state

CATEGORIES = ("A", "B", "C", "D")
CELLS = st.sampled_from([*CATEGORIES, "", "NULL"])
PRODUCTS = ("P", "Q", "R", "S")
VARIANT_ROWS = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS), st.sampled_from([*PRODUCTS, "", "NULL"]), st.sampled_from([*PRODUCTS, "", "NULL"])
    ),
    max_size=8,
)


def model_of_placements(rows: Sequence[Sequence[str]], mode: Mode) -> tuple[str | None, list[str]]:
    """What rows with a primary and two additional placements make of a product that has none."""
    primary: str | None = None
    additional: list[str] = []
    for first, *others in rows:
        named = [one for one in dict.fromkeys(others) if one in CATEGORIES]
        if first in named:
            continue  # refused: it cannot be both
        if first != "NULL" or mode == "overwrite":
            primary = first if first in CATEGORIES else None
        if primary in named:
            primary = None
        kept = [] if mode == "overwrite" else additional
        additional = [one for one in dict.fromkeys([*kept, *named]) if one != primary]
    return primary, additional


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(["merge", "overwrite"]))
def test_placements_are_those_of_the_model(rows: list[tuple[str, str, str]], mode: Mode) -> None:
    text = "\n".join(f"P;{';'.join(cells)}" for cells in rows)
    header = "UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2"

    done = do(f"{header}\n{text}", state(product("P"), *(category(one) for one in CATEGORIES)), mode)

    pim = done.product("P").pim
    assert (pim.get("primary"), pim.get("additional", [])) == model_of_placements(rows, mode)


def after(rows: Sequence[tuple[str, str, str]], order: str = "file") -> Done:
    text = "\n".join(";".join(cells) for cells in rows)
    header = "UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore\n"
    return do(header + text, state(*(product(one) for one in PRODUCTS)), order=order)


def model_of_variants(rows: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """The variants of each master, in order, as rows make them of products without any."""
    variants: dict[str, list[str]] = {one: [] for one in PRODUCTS}
    for key, master, before in rows:
        trial = {one: list(order) for one, order in variants.items()}
        current = _master(trial, key)
        if master not in (current or "", "NULL"):
            if current:
                trial[current].remove(key)
            if master and master in _family(trial, key):
                continue
            if master:
                trial[master].append(key)
        now = _master(trial, key)
        if before != "NULL" and (now or before):
            others = [one for one in trial[now] if one != key] if now else []
            if before and before not in others:
                continue
            assert now is not None
            at = others.index(before) if before else len(others)
            trial[now] = [*others[:at], key, *others[at:]]
        variants = trial
    return variants


def _master(variants: dict[str, list[str]], key: str) -> str | None:
    return next((master for master, order in variants.items() if key in order), None)


def _family(variants: dict[str, list[str]], key: str) -> set[str]:
    return {key}.union(*(_family(variants, one) for one in variants[key]))


@settings(max_examples=150, deadline=None)
@given(VARIANT_ROWS)
def test_masters_and_orders_are_those_of_the_model(rows: list[tuple[str, str, str]]) -> None:
    done = after(rows)

    expected = model_of_variants(rows)
    assert {one: done.records.variants_of(one) for one in PRODUCTS} == expected
    assert {one: done.product(one).pim.get("variants", []) for one in PRODUCTS} == expected


@settings(max_examples=80, deadline=None)
@given(VARIANT_ROWS)
def test_in_any_order_every_row_is_done_or_told(rows: list[tuple[str, str, str]]) -> None:
    done = after(rows, "any")

    assert len(done.results) == len(rows)
    assert all(one.issues for one in done.results if one.did == "rejected")
