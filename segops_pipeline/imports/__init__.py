"""The import job and the acts on it: what pages, command line and sensors all call.

For scripts `inspect_file` can be had from here; it is loaded when it is asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segops_pipeline.imports.inspect import inspect_file

__all__ = ["inspect_file"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as the language has it
    if name == "inspect_file":
        from segops_pipeline.imports.inspect import inspect_file

        return inspect_file
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
