"""Commands on the installation: up, serve, exec, env, migrate."""

from typing import Annotated

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.config import get_settings


@app.command("up")
def up_() -> None:
    """Start PostgreSQL, the pages, Dagster's UI and its daemon; Ctrl-C stops everything.

    The first line is a link that signs you in at the pages, once; the second is the address of Dagster's UI.
    """
    from segops_pipeline.installation.up import up

    raise typer.Exit(up(get_settings()))


@app.command("serve")
def serve_(
    host: Annotated[str | None, typer.Option(help="Address to listen on (SEGOPS_PAGES_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (SEGOPS_PAGES_PORT).")] = None,
) -> None:
    """Serve the pages and the API alone, for deployments in which Dagster runs elsewhere; `segops up` serves both.

    Off loopback it needs SEGOPS_SECRET_KEY and somebody who can sign in: segops users add you@example.com --owner
    """
    from segops_pipeline.web.serve import serve

    settings = get_settings()
    host, port = host or settings.pages_host, settings.pages_port if port is None else port
    serve(settings, host, port, ready=lambda: say(f"The pages are at http://{host}:{port}; Ctrl-C stops them."))


@app.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def exec_(
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after --.", show_default=False)],
) -> None:
    """Run any command with the stores up and the environment set.

    Examples: segops exec -- dagster dev · segops exec -- psql
    """
    from segops_pipeline.installation.execute import execute

    raise typer.Exit(execute(get_settings(), command))


@app.command("env")
def env(json: Json = False) -> None:
    """Show where everything is: connection URLs, DAGSTER_HOME, folders, versions."""
    from segops_pipeline.installation.environment import describe

    told = describe(get_settings())
    if json:
        answer(told)
        return
    for section, values in told.items():
        rows = list(values.items()) if isinstance(values, dict) else [("", values)]
        table([section, ""], [[str(name), str(value)] for name, value in rows])


@app.command("migrate")
def migrate_(json: Json = False) -> None:
    """Bring the database to the newest version. Every start does it; this is for deployments that do it once."""
    from segops_pipeline.stores.migrate import newest_revision
    from segops_pipeline.stores.opening import open_stores

    with open_stores(get_settings()):
        revision = newest_revision()
    answer({"revision": revision}) if json else say(f"The database is at revision {revision}.")
