"""Dagster's home of an installation: the folder and the settings in it.

What belongs here: the files that Dagster reads. What doesn't: starting Dagster, and its Python side.
"""

import tempfile
from pathlib import Path

import segops_pipeline
from segops_pipeline.config import Settings

PACKAGE = Path(segops_pipeline.__file__).parent
LOCATION_NAME = "segops_pipeline"


def write_dagster_home(settings: Settings) -> Path:
    """Write Dagster's settings where they differ, so that several processes may do so at once.

    Returns:
        the folder, DAGSTER_HOME.
    """
    _write(settings.dagster_home / "dagster.yaml", _packaged("dagster.yaml"))
    return settings.dagster_home


def write_workspace(settings: Settings, host: str, port: int) -> Path:
    """Write the workspace file that leads the webserver and the daemon to one code server.

    Returns:
        the file.
    """
    file = settings.dagster_home / "workspace.yaml"
    server = f"{{host: {host}, port: {port}, location_name: {LOCATION_NAME}}}"
    _write(file, f"# Written by `segops up`.\nload_from:\n  - grpc_server: {server}\n")
    return file


def _packaged(name: str) -> str:
    """The content of a file that an installed package has inside, and a working copy beside the package."""
    inside = PACKAGE / name
    return (inside if inside.exists() else PACKAGE.parent / name).read_text()


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.read_text() == content:
        return
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}-", delete=False) as scratch:
        scratch.write(content)
    Path(scratch.name).replace(file)
