"""Who may import whom: the layers of ARCHITECTURE.md, read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from segops_pipeline_tests.repository.tree import ROOT

PACKAGE = "segops_pipeline"

# From the bottom up; a layer imports itself and those before it. Those of one line may import each other.
LAYERS = [
    ["errors", "config"],
    ["stores"],
    ["reading"],
    ["inference"],
    ["formats"],
    ["catalogue"],
    ["analytics", "search"],
    ["imports"],
    ["access", "notify"],
    ["installation"],
    ["orchestration", "definitions"],
    ["web"],
    ["cli"],
]
LEVELS = {part: level for level, parts in enumerate(LAYERS) for part in parts}
KNOW_DAGSTER = {"orchestration", "definitions", "web", "cli"}


def modules() -> list[Path]:
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def part_of(name: str) -> str | None:
    """The part of the package that a dotted name belongs to: `segops_pipeline.stores.urls` → `stores`."""
    package, _, rest = name.partition(".")
    part = rest.split(".")[0]
    return ("cli" if part.startswith("cli") else part) if package == PACKAGE and part else None


def part_of_file(file: Path) -> str | None:
    return part_of(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def imports(nodes: Iterator[ast.AST]) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; `from package import part` counts as `package.part`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((name, node.lineno) for name in (names if node.module == PACKAGE else [node.module]))


def all_imports(file: Path) -> Iterator[tuple[str, int]]:
    return imports(ast.walk(ast.parse(file.read_text())))


def places(found: Iterator[tuple[Path, str, int]]) -> list[str]:
    return [f"{file.relative_to(ROOT)}:{line} imports {name}" for file, name, line in found]


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {part for file in modules() if (part := part_of_file(file)) is not None}
    assert parts <= set(LEVELS)


def test_no_layer_imports_one_above_it() -> None:
    wrong = places(
        (file, name, line)
        for file in modules()
        if (own := part_of_file(file)) is not None
        for name, line in all_imports(file)
        if (other := part_of(name)) in LEVELS and LEVELS[other] > LEVELS[own]
    )
    assert wrong == []


def test_nothing_below_orchestration_imports_dagster() -> None:
    wrong = places(
        (file, name, line)
        for file in modules()
        if part_of_file(file) not in KNOW_DAGSTER
        for name, line in all_imports(file)
        if name.split(".")[0].startswith("dagster")
    )
    assert wrong == []


def test_every_import_is_absolute() -> None:
    folders = [ROOT / PACKAGE, ROOT / "segops_pipeline_tests", ROOT / "demo", ROOT / "benchmarks"]
    relative = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for folder in folders
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert relative == []


def test_nothing_of_the_package_imports_the_tests_or_the_demo() -> None:
    outside = {"segops_pipeline_tests", "demo", "benchmarks"}
    wrong = places(
        (file, name, line) for file in modules() for name, line in all_imports(file) if name.split(".")[0] in outside
    )
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from segops_pipeline import stores", "stores"),
        ("from segops_pipeline.cli_tables import table", "cli"),
        ("import segops_pipeline.catalogue.plan", "catalogue"),
        ("def late():\n    from segops_pipeline.search.query import search", "search"),
    ],
)
def test_imports_are_seen_wherever_and_however_they_stand(source: str, expected: str) -> None:
    assert [part_of(name) for name, _ in imports(ast.walk(ast.parse(source)))] == [expected]
