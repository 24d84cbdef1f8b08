"""Any sequence of imports, edits by hand, locks, undos and redos does what a small model says.

`ENGINE_EXAMPLES=500 pytest --timeout 0 segops_pipeline_tests/properties` looks at more sequences, at random.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any, cast

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from segops_pipeline.catalogue.edit import Changes, create_product, delete_product, edit_product
from segops_pipeline.catalogue.locks import lock, unlock
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import NothingToUndo
from segops_pipeline.imports.confirm import confirm
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline_tests.importing import Importer, add_up, confirmation, counts
from segops_pipeline_tests.properties.model import Model, Row, Rules

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "0"))
SUITE_EXAMPLES, STEPS = 9, 12
SKUS, FIELDS = ("K-a", "K-b", "K-c"), ("color", "size")
WORDS = ("", "red", "blue")
PRODUCTS = """
SELECT sku, p.name, data, is_active FROM products p JOIN workspaces w ON w.id = p.workspace_id
WHERE w.name = :workspace
"""
UNSENT = """
SELECT count(*) AS number FROM products p JOIN workspaces w ON w.id = p.workspace_id WHERE w.name = :workspace
    AND NOT EXISTS (SELECT FROM outbox o WHERE o.workspace_id = w.id AND o.key = p.sku AND o.version = p.version)
"""

skus, words = st.sampled_from(SKUS), st.sampled_from(WORDS)
rows_of_files = st.lists(
    st.fixed_dictionaries({"sku": skus, "name": words, "color": words, "size": words}), min_size=1, max_size=4
)
columns_of_files = st.sampled_from(
    [("sku", "name", "color"), ("sku", "name", "color", "size"), ("sku", "color"), ("sku", "color", "size")]
)
ways = st.builds(
    Rules,
    st.sampled_from(["overwrite", "overwrite", "merge", "fill", "replace"]),
    st.sampled_from([None, None, None, "keep", "clear"]),
    st.sampled_from(["both", "both", "both", "create", "update"]),
    st.sampled_from([None, None, None, "keep", "new", "review"]),
    st.sampled_from(["nothing", "nothing", "nothing", "delete", "deactivate"]),
)
NUMBERS = count()


class Engine(RuleBasedStateMachine):
    """Each example has a workspace of its own."""

    def __init__(self, imports: Importer) -> None:
        super().__init__()
        self.imports = replace(imports, workspace=f"w{next(NUMBERS)}")
        self.workspace_id = ensure_workspace(imports.stores.database, self.imports.workspace).id
        self.model = Model()
        self.jobs: list[str] = []

    @rule(source=st.sampled_from(["one", "two"]), columns=columns_of_files, rows=rows_of_files, rules=ways)
    def load(self, source: str, columns: Sequence[str], rows: list[Row], rules: Rules) -> None:
        lines = [",".join(row[column] for column in columns) for row in rows]
        read = self.imports.read("\n".join([",".join(columns), *lines]) + "\n", source=source)
        given = replace(confirmation(columns, policy=rules.policy), rules=_import_rules(rules), accept_guards=True)
        self._end(self.imports.run(confirm(self.imports.stores, read.id, given)).id)
        expected = self.model.load(source, columns, rows, rules)
        self._compare_counts({"rows": len(rows), **expected}, only_creates=rules.mode == "create")

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.jobs) - 1), "job")
        try:
            job = open_undo(self.imports.stores, self.jobs[number], created_by="ann")
        except NothingToUndo:
            assert self.model.is_taken_back(number) or not self.model.would_change(number)
            return
        self._end(self.imports.run(job).id)
        expected = self.model.undo(number)
        self._compare_counts({"rows": sum(expected.values()), **expected})

    @precondition(lambda self: self.model.seen())
    @rule(data=st.data(), name=st.sampled_from([None, "Axe"]), values=st.dictionaries(st.sampled_from(FIELDS), words))
    def edit(self, data: st.DataObject, name: str | None, values: dict[str, str]) -> None:
        sku = data.draw(st.sampled_from(sorted(self.model.seen())), "sku")
        known = self._fields()
        values = {key: value for key, value in values.items() if key in known}
        cleared = [key for key, value in values.items() if not value]
        said = {key: value for key, value in values.items() if value} | ({"name": name} if name else {})
        with self._session() as connection:
            edit_product(connection, self.workspace_id, sku, Changes(said, cleared), "ann")
        self.model.edit(sku, name, {key: value or None for key, value in values.items()})

    @rule(sku=skus)
    def create_or_delete(self, sku: str) -> None:
        exists = sku in self.model.seen()
        with self._session() as connection:
            if exists:
                delete_product(connection, self.workspace_id, sku, "ann")
            else:
                create_product(connection, self.workspace_id, sku, Changes({"name": "Bow"}), "ann")
        if exists:
            self.model.delete(sku)
        else:
            self.model.create(sku, "Bow")

    @rule(sku=st.sampled_from(["", *SKUS]), key=st.sampled_from(["name", *FIELDS]))
    def lock_or_unlock(self, sku: str, key: str) -> None:
        if key not in {"name", *self._fields()} or (sku and sku not in self.model.seen()):
            return
        with self._session() as connection:
            if (sku, key) in self.model.locks:
                unlock(connection, self.workspace_id, key, sku)
            else:
                lock(connection, self.workspace_id, key, "ann", sku)
        self.model.locks ^= {(sku, key)}

    @invariant()
    def products_are_those_of_the_model(self) -> None:
        found = self.imports.rows(PRODUCTS, workspace=self.imports.workspace)
        products = {row["sku"]: (row["name"], row["data"], row["is_active"]) for row in found}
        assert products == self.model.seen()

    def teardown(self) -> None:
        assert unreconciled_jobs(self.imports.stores) == []
        assert self.imports.rows(UNSENT, workspace=self.imports.workspace) == [{"number": 0}]

    def _end(self, job_id: str) -> None:
        self.jobs.append(job_id)

    def _compare_counts(self, expected: dict[str, int], *, only_creates: bool = False) -> None:
        from segops_pipeline.imports.jobs import get_job

        job = get_job(self.imports.stores.database, self.jobs[-1])
        assert job.status == "done", job.error
        assert add_up(job)
        absent = {"deleted": job.deleted, "deactivated": job.deactivated} if job.kind == "import" else {}
        found = counts(job) | {name: number for name, number in absent.items() if number}
        if (
            only_creates
        ):  # a row that the source gave last time too is known, and unchanged, before the mode is looked at
            found["skipped"] = found.get("skipped", 0) + found.pop("unchanged", 0)
            expected = {"skipped": 0, **expected}
        assert found == expected

    def _session(self) -> Any:
        return self.imports.stores.database.workspace_session(self.workspace_id)

    def _fields(self) -> set[str]:
        found = self.imports.rows(
            "SELECT key FROM product_schema_fields WHERE workspace_id = :id", id=self.workspace_id
        )
        return {row["key"] for row in found}


def _import_rules(rules: Rules) -> ImportRules:
    return ImportRules(mode=rules.mode, empty=rules.empty, conflict=rules.conflict, absent=rules.absent)


def test_any_sequence_of_acts_agrees_with_the_model(imports: Importer) -> None:
    run_state_machine_as_test(
        cast("Any", lambda: Engine(imports)),
        settings=settings(
            max_examples=EXAMPLES or SUITE_EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
