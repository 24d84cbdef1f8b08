"""The command line: `segops`. Each command is a few lines that call one act and show its result."""

from segops_pipeline.cli.app import app, main

__all__ = ["app", "main"]
