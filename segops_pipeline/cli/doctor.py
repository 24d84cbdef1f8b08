"""Commands on the state of the whole installation: doctor, purge."""

from typing import Annotated

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.session import importing
from segops_pipeline.cli.show import answer, say


@app.command("doctor")
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    json: Json = False,
) -> None:
    """Look whether counts, ClickHouse, embeddings, jobs, staging and files are as they are told to be.

    How the installation fares (memory, connections, disk, what waits) is told too, where that is not good.

    Exit code 0: all is well, or repaired; 1: something is left to do.
    """
    from segops_pipeline.imports.doctor import examine
    from segops_pipeline.imports.health import read_health
    from segops_pipeline.installation.processes import process_health
    from segops_pipeline.orchestration.doctor import examine_runs

    with importing() as session:
        found = [
            *examine(session.stores, repair=repair),
            *examine_runs(session.instance, session.stores, repair=repair),
        ]
        health = [*process_health(session.stores.settings), *read_health(session.stores)]
    left = [finding for finding in found if not finding.repaired]
    if json:
        measures = [measure.as_dict() for measure in health]
        answer({"well": not left, "findings": [finding.as_dict() for finding in found], "health": measures})
    else:
        for finding in found:
            say(f"{finding.check}: {finding.message} {'Repaired.' if finding.repaired else finding.remedy}")
        for measure in health:
            if measure.level != "good":
                say(f"{measure.name} ({measure.level}): {measure.message} {measure.remedy}")
        say("All is well." if not left else f"Left to do: {len(left)}.")
    raise typer.Exit(1 if left else 0)


@app.command("purge")
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed.")] = False,
    json: Json = False,
) -> None:
    """Remove what is older than the settings SEGOPS_KEEP_… keep it; `segops up` does it once a day."""
    from segops_pipeline.orchestration.retention import purge_all

    with importing() as session:
        gone = purge_all(session.instance, session.stores, dry_run=dry_run)
    if json:
        answer({"removed": gone, "dry_run": dry_run})
        return
    told = [f"{name.replace('_', ' ')} {number:,}" for name, number in gone.items() if number]
    say(f"{'Would remove' if dry_run else 'Removed'}: {', '.join(told) or 'nothing, all is young enough'}.")
