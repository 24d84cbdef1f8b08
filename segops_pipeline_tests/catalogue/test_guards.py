"""Guards: what a broken file would do is held, what a daily price list or a second supplier does is not."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from segops_pipeline.catalogue.guards import WHOLE_WORKSPACE, load_limits, set_limit
from segops_pipeline.errors import HeldByGuard, WrongUsage
from segops_pipeline_tests.catalogue.ruled import queue_under
from segops_pipeline_tests.importing import Importer

TYPES = {"price": "price", "stock": "number", "tags": "list", "images": "list"}
HEADER = "sku,name,price,stock,tags,images"
Row = Callable[[int], str]


def usual(number: int) -> str:
    """A row of the file that is there first."""
    return (
        f'S{number},Thing {number},{number + 10}.50 EUR,{number + 1},"a; b","x.test/{number}.png; y.test/{number}.png"'
    )


def file(row: Row = usual, rows: int = 40, changed: int = 40) -> str:
    """A file whose first rows are changed and whose others are as usual."""
    return "\n".join([HEADER, *((row if number < changed else usual)(number) for number in range(rows))])


def guards_of(imports: Importer, content: str) -> list[str]:
    """The guards that hold a file."""
    job = imports.queue(content, TYPES)
    try:
        imports.perform(job)
    except HeldByGuard:
        return [held["guard"] for held in imports.job(job).held or []]
    return []


@pytest.fixture
def filled(imports: Importer) -> Importer:
    """A catalogue of forty products."""
    imports.load(file(), TYPES)
    return imports


def test_no_guard_minds_a_price_list_that_changes_every_price_a_little(filled: Importer) -> None:
    assert guards_of(filled, file(lambda n: usual(n).replace(f"{n + 10}.50", f"{n + 11}.50"))) == []


def test_no_guard_minds_a_few_promotions_among_many_prices(filled: Importer) -> None:
    cheap = file(lambda n: usual(n).replace(f"{n + 10}.50", "1.00"), changed=8)
    assert guards_of(filled, cheap) == []


def test_no_guard_minds_new_products_with_pictures_of_their_own(filled: Importer) -> None:
    more = [usual(number) for number in range(100, 250)]
    assert guards_of(filled, "\n".join([HEADER, *more])) == []


def test_prices_that_a_lost_decimal_point_multiplies_are_held(filled: Importer) -> None:
    assert guards_of(filled, file(lambda n: usual(n).replace(f"{n + 10}.50", f"{n + 10}50"))) == ["repriced_share"]


def test_prices_without_a_currency_are_guarded_too(imports: Importer) -> None:
    types = {"list_price": "number"}
    imports.load("sku,list_price\n" + "".join(f"S{n},{n + 10}.5\n" for n in range(20)), types)
    job = imports.queue("sku,list_price\n" + "".join(f"S{n},{n + 10}5\n" for n in range(20)), types)
    with pytest.raises(HeldByGuard, match="repriced_share"):
        imports.perform(job)


def test_stock_that_is_gone_everywhere_is_held(filled: Importer) -> None:
    assert guards_of(filled, file(lambda n: usual(n).replace(f"EUR,{n + 1},", "EUR,0,"))) == ["stock_zero_share"]


def test_values_that_are_cleared_everywhere_are_held(filled: Importer) -> None:
    assert guards_of(filled, file(lambda n: f"S{n},Thing {n},,,,")) == ["cleared_share"]


def test_rows_that_are_rejected_in_numbers_are_held(filled: Importer) -> None:
    assert guards_of(filled, file(lambda n: usual(n).replace(f"EUR,{n + 1},", "EUR,many,"))) == ["rejected_share"]


def test_a_small_catalogue_is_not_held(imports: Importer) -> None:
    imports.load(file(rows=9), TYPES)
    assert guards_of(imports, file(lambda n: f"S{n},Thing {n},,,,", rows=9)) == []


def test_a_small_source_that_would_lose_all_of_its_products_is_held(imports: Importer) -> None:
    imports.load("sku,name\nA,Chair\nB,Table\n")
    kept = queue_under(imports, {"absent": "delete"}, "sku,name\nA,Chair\n")
    assert imports.perform(kept).deleted == 1
    gone = queue_under(imports, {"absent": "delete"}, "sku,name\nZ,Lamp\n")
    with pytest.raises(HeldByGuard, match="removed_share"):
        imports.perform(gone)


def test_a_source_has_limits_of_its_own(filled: Importer) -> None:
    job = filled.queue(file(lambda n: f"S{n},Thing {n},,,,"), TYPES)
    with filled.stores.database.workspace_session(job.workspace_id) as connection:
        set_limit(connection, job.workspace_id, WHOLE_WORKSPACE, "cleared_share", Decimal("0.1"))
        set_limit(connection, job.workspace_id, job.source_id, "cleared_share", None)
        assert load_limits(connection, job.workspace_id, job.source_id)["cleared_share"] is None
        assert load_limits(connection, job.workspace_id, job.source_id + 1)["cleared_share"] == Decimal("0.1")
    assert filled.perform(job).status == "done"


def test_a_limit_that_cannot_be_is_refused(filled: Importer) -> None:
    job = filled.queue(file(rows=1), TYPES)
    with filled.stores.database.workspace_session(job.workspace_id) as connection:
        for name, most in (("cleared_share", Decimal(2)), ("no_such_guard", Decimal(0))):
            with pytest.raises(WrongUsage):
                set_limit(connection, job.workspace_id, WHOLE_WORKSPACE, name, most)
