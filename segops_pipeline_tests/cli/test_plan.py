"""`segops plan`, `segops import --plan`, `segops guards`, and the rules of an import as options."""

import pytest

from segops_pipeline.cli.rules import RuleOptions
from segops_pipeline.errors import WrongUsage
from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name,colour\nL-1,Desk lamp,red\nL-2,Floor lamp,blue\n"
CHANGED = "sku,name,colour\nL-1,Desk lamp,\nL-2,Floor lamp,green\nL-3,Lantern,white\n"


def test_a_plan_is_shown_and_then_applied_by_its_token(segops: Segops, imports: Importer) -> None:
    imports.load(LAMPS)
    file = segops.write("changed.csv", CHANGED)
    planned = segops("plan", file, "-w", "acme", "--diff", "diff.csv", "--json")
    assert planned.code == 0, planned.err
    told = planned.json
    assert (told["counts"]["created"], told["counts"]["updated"], told["cells"]) == (1, 2, 4)
    assert "1 value of 'colour' will be cleared." in told["words"]
    assert len((segops.folder / "diff.csv").read_text().splitlines()) == 5
    shown = segops("plan", told["job_id"], "--field", "colour:empty=keep")
    assert "colour: blue → green" in shown.out
    token = shown.out.split()[-1]
    applied = segops("import", "--plan", token, "--no-embeddings", "--json")
    assert (applied.code, applied.json["counts"]["updated"], applied.json["counts"]["unchanged"]) == (0, 1, 1)
    assert imports.data("L-1") == {"colour": "red"}
    gone = segops("import", "--plan", told["token"], "--json")
    assert (gone.code, gone.json["error"]["code"]) == (1, "plan_not_found")


def test_a_held_job_stands_in_the_list_and_goes_on_when_it_is_accepted(segops: Segops, imports: Importer) -> None:
    imports.workspace = "guarded"
    rows = [f"S{number},Thing {number},{number}" for number in range(12)]
    imports.load("\n".join(["sku,name,colour", *rows]))
    assert segops("guards", "set", "cleared_share", "10%", "-w", "guarded", "--source", "manual").code == 0
    limits = segops("guards", "list", "-w", "guarded", "--json").json
    assert segops("guards", "set", "rejected_share", "5%", "-w", "guarded").code == 0
    assert segops("guards", "reset", "rejected_share", "-w", "guarded", "--json").json["was_set"]
    assert segops("guards", "list", "-w", "guarded", "--json").json == limits
    assert [one["most"] for one in limits if one["source"] == "manual"] == [0.1]
    emptied = segops.write("emptied.csv", "\n".join(["sku,name,colour", *(f"S{n},Thing {n}," for n in range(12))]))
    held = segops("import", emptied, "-w", "guarded", "--yes", "--no-embeddings", "--json")
    assert (held.code, held.json["reason"], held.json["issues"][0]["code"]) == (4, "held by guard", "held_by_guard")
    assert "held by guard" in segops("jobs", "-w", "guarded").out
    done = segops("confirm", held.json["job_id"], "--accept-guards", "--no-embeddings", "--json")
    assert (done.code, done.json["counts"]["updated"]) == (0, 12)


def test_a_source_keeps_the_rules_of_its_imports(segops: Segops) -> None:
    words = ["--absent", "deactivate", "--match", "gtin", "--field", "price=fill", "--json"]
    told = segops("sources", "set", "ruled", "-w", "ruled", *words).json
    expected = {"absent": "deactivate", "match": ["gtin"], "fields": {"price": {"policy": "fill"}}}
    assert told["rules"] == expected
    more = segops("sources", "set", "ruled", "-w", "ruled", "--mode", "update", "--json").json
    assert more["rules"] == {**expected, "mode": "update"}


def test_rules_of_fields_are_laid_over_those_before() -> None:
    options = RuleOptions(empty="keep", fields=["a:b=fill", "price:conflict=new", "price=merge"])
    rules = options.over({"mode": "update", "fields": {"price": {"empty": "clear"}}})
    assert rules is not None
    assert rules.as_dict() == {
        "mode": "update",
        "empty": "keep",
        "fields": {"price": {"policy": "merge", "empty": "clear", "conflict": "new"}, "a:b": {"policy": "fill"}},
    }
    assert RuleOptions().over({"mode": "update"}) is None


@pytest.mark.parametrize("wrong", ["price", "=fill", "price=", "price:empty=perhaps", "price:what=keep"])
def test_a_rule_that_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(WrongUsage):
        RuleOptions(fields=[wrong]).check()
