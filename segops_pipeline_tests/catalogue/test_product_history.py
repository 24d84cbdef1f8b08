"""Each value of a product says where it came from."""

from segops_pipeline.catalogue.edit import delete_product
from segops_pipeline.catalogue.product_history import last_changes, product_history
from segops_pipeline_tests.catalogue.test_edit import by_hand, edit
from segops_pipeline_tests.importing import Importer


def test_every_value_knows_its_job_line_and_what_was_before(imports: Importer) -> None:
    first = imports.load("sku,name,color\nB,Bow,blue\nA,Axe,red\n")
    second = imports.load("sku,color\nA,green\n")
    edit(imports, "A", values={"name": "Big axe"})
    changes = by_hand(imports, product_history, "A")
    assert [(change.cause, change.job_id) for change in changes] == [
        ("edit", None),
        ("import", second.id),
        ("import", first.id),
    ]
    last = last_changes(changes)
    name, color = last["name"], last["color"]
    assert name is not None
    assert color is not None
    assert (name.changed_by, name.job_id) == ("ann", None)
    assert (color.job_id, color.line) == (second.id, 2)
    assert [(one.field, one.before, one.after) for one in color.fields or ()] == [("color", "red", "green")]
    assert changes[-1].line == 3


def test_a_deleted_product_still_has_its_history(imports: Importer) -> None:
    imports.load("sku,name\nA,Axe\n")
    by_hand(imports, delete_product, "A", "ann")
    changes = by_hand(imports, product_history, "A")
    assert [change.action for change in changes] == ["deleted", "created"]
    assert [(one.before, one.after) for one in changes[0].fields or ()] == [("Axe", None)]


def test_what_retention_has_purged_is_said_so(imports: Importer) -> None:
    imports.load("sku,name,color\nA,Axe,red\n")
    imports.load("sku,color\nA,green\n")
    imports.execute("UPDATE revisions SET before = NULL")
    changes = by_hand(imports, product_history, "A")
    assert [change.fields for change in changes] == [None, None]
    assert last_changes(changes) == {}
