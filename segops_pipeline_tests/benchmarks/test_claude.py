"""The benchmark of Claude's answers: none that can be checked makes a suggestion worse than the matcher's."""

from rich.console import Console

from benchmarks import claude
from benchmarks.claude_cases import CASES
from benchmarks.confidence import DEMO_FIELDS


def test_no_answer_makes_a_suggestion_worse_than_the_matchers() -> None:
    console = Console(width=160)
    cases = [case for case in CASES if case.name.startswith(("right", "wrong", "hostile"))]
    catalogues = dict([next(iter(DEMO_FIELDS.items()))])
    with console.capture() as shown:
        figures = {figure.name: figure for figure in claude.measure(console, cases, catalogues)}
    assert figures["columns fewer right than by the matcher alone, worst case"].passes
    assert figures["columns not as a right answer has them"].passes
    assert figures["questions that hold the text of a cell"].passes
    assert all(case.name in shown.get() for case in cases)
