#!/usr/bin/env python3
"""Take the pictures of docs/images: the asset graph and a partition's page in Dagster's UI, the pages, and what
`segops inspect` and `segops plan` print.

    make demo && .venv/bin/python -m scripts.screenshots

It starts the system on SEGOPS_HOME, or looks at one that runs (--address), and needs Chromium (CHROMIUM names it).
The graph is one line, which would be too small to read: it is cut between its groups, and they stand one below
the other.
"""

import argparse
import base64
import csv
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright
from rich.console import Console
from rich.text import Text

from benchmarks.running import CHROMIUM_OPTIONS
from scripts.pages import pictures
from segops_pipeline.config import get_settings
from segops_pipeline.imports.jobs import list_jobs
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.stores.opening import open_stores

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
INSPECTED = ROOT / "demo" / "catalogues" / "maison-lumiere_catalogue.csv"
PLANNED = ROOT / "demo" / "catalogues" / "nordic-outdoor_price-list.csv"
TERMINAL_COLUMNS = 112
UP = "from segops_pipeline.cli import main; main()"
GROUPS = ("intake", "imports", "publish")
ASSETS = 7
PATIENCE_MILLISECONDS = 120_000
GRAPH_SIZE = (3300, 700)  # wide enough for Dagster to draw every card whole
PAGE_SIZE = (1440, 1088)
MARGIN = 24
ARROW = 85  # the free space between two groups, which the arrow crosses
NO_DOTS = """
() => document.querySelectorAll("*").forEach(element => {
    if (element.getBoundingClientRect().width > 500) element.style.backgroundImage = "none";
})
"""


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("--address", help="of a running system; by default one is started on SEGOPS_HOME")
    parser.add_argument("--workspace", default="demo", help="of the import that is shown (demo)")
    parser.add_argument("--source", default="nordic-outdoor", help="of the import that is shown (nordic-outdoor)")
    parser.add_argument("--asset", default="upserted_products", help="of the partition's page (upserted_products)")
    parser.add_argument("--output", type=Path, default=IMAGES, help="folder for the pictures (docs/images)")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    job_id = largest_import(given.workspace, given.source)
    with running(given.address) as (_, address), sync_playwright() as playwright:
        path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        context = browser.new_context(locale="en-GB", timezone_id="UTC")
        context.add_init_script("localStorage.setItem('dagster-nav-collapsed', 'true')")
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        asset_graph(page, address, given.output / "asset-graph.png")
        inspection(page, given.output / "inspect.png")
        plan(page, given.output / "plan.png")
        partition(page, f"{address}/assets/{given.asset}?view=partitions&partition={job_id}", given.output)
        of_pages(browser, given.output)
        browser.close()


@contextmanager
def running(address: str | None, variables: Mapping[str, str] | None = None) -> Generator[tuple[str, str]]:
    """The way in to the pages and Dagster's address of a running system, this one's own if none is given."""
    if address is not None:
        yield "", address
        return
    environment = {**os.environ, "SEGOPS_WEB_PORT": "0", "SEGOPS_PAGES_PORT": "0", **(variables or {})}
    process = subprocess.Popen([sys.executable, "-c", UP, "up"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def largest_import(workspace: str, source: str) -> str:
    """The job of a source that imported most, of those that created most: the first of a demo run twice."""
    with open_stores(get_settings()) as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            jobs = [job for job in list_jobs(connection, statuses=["done"], limit=1000) if job.source == source]
    if not jobs:
        raise SystemExit(f"Nothing of {source} was imported into {workspace}: run the demo first.")
    return max(jobs, key=lambda job: (job.created or 0, job.imported_count)).id


def asset_graph(page: Page, address: str, target: Path) -> None:
    """The graph with every group open, each group in a row of its own."""
    page.set_viewport_size({"width": GRAPH_SIZE[0], "height": GRAPH_SIZE[1]})
    opened = "%2C".join(f"global%40global%3A{group}" for group in GROUPS)
    page.goto(f"{address}/asset-groups?expanded={opened}")
    page.get_by_text("100% filled").nth(ASSETS - 1).wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(NO_DOTS)
    rows = [page.screenshot(clip=_row(_box(page, group), last=group == GROUPS[-1])) for group in GROUPS]
    pictures = "".join(
        f"<img src='data:image/png;base64,{base64.b64encode(row).decode()}' style='display:block'>" for row in rows
    )
    page.set_content(f"<body style='margin:0'><div id='all' style='width:max-content'>{pictures}</div>")
    page.locator("#all").screenshot(path=target)


def _box(page: Page, group: str) -> FloatRect:
    """Where a group is: its frame is the widest thing that has its name alone."""
    named: Locator = page.locator("foreignObject").filter(has_text=group)
    boxes = [box for box in (one.bounding_box() for one in named.all()) if box is not None]
    return max(boxes, key=lambda box: box["width"])


def _row(box: FloatRect, *, last: bool) -> FloatRect:
    return {
        "x": box["x"] - ARROW,
        "y": box["y"] - MARGIN / 2,
        "width": box["width"] + ARROW + (MARGIN if last else ARROW),
        "height": box["height"] + MARGIN,
    }


def inspection(page: Page, target: Path) -> None:
    """What `segops inspect` prints of a sample catalogue, as a terminal shows it."""
    terminal(page, ["inspect", INSPECTED.name], INSPECTED.parent, target)


def plan(page: Page, target: Path) -> None:
    """What `segops plan` prints of a sample catalogue's next issue, in an installation that ends with it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copy(PLANNED, folder)
        home = {"SEGOPS_HOME": f"{folder}/home"}
        words = ["import", PLANNED.name, "--yes", "--no-embeddings"]
        segops(words, Path(folder), home)
        (Path(folder) / PLANNED.name).write_text(next_issue(PLANNED.read_text("utf-8-sig")), encoding="utf-8")
        terminal(page, ["plan", PLANNED.name], Path(folder), target, home)


def of_pages(browser: Browser, output: Path) -> None:
    """Pictures of the pages, in an installation that ends with them, in which one catalogue is imported."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = {"SEGOPS_HOME": f"{folder}/home"}
        shutil.copy(PLANNED, folder)
        segops(["import", PLANNED.name, "--yes", "--no-embeddings"], folder, home)
        planned = folder / "nordic-outdoor_may.csv"
        planned.write_text(next_issue(PLANNED.read_text("utf-8-sig")), encoding="utf-8")
        with running(None, home) as (way_in, _):
            pictures(browser, way_in, INSPECTED, planned, output)


def next_issue(content: str) -> str:
    """A catalogue as it comes the next time: new prices, lost descriptions, a product more, a price that is none."""
    header, *rest = csv.reader(io.StringIO(content))
    rows = [row for row in rest if len(row) == len(header)]
    price, description = header.index("Price"), header.index("Description")
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row[price] = re.sub(r"\d+", lambda found: str(int(found[0]) + 10), row[price], count=1)
        if number % 7 == 3:
            row[description] = ""
    rows[5][price] = "on request"
    rows.append(["NO-9001", "Nordlys Headlamp", *rows[-1][2:]])
    written = io.StringIO()
    csv.writer(written).writerows([header, *rows])
    return written.getvalue()


def terminal(
    page: Page, words: list[str], folder: Path, target: Path, variables: Mapping[str, str] | None = None
) -> None:
    """A picture of what a command prints."""
    printed = segops(words, folder, {**(variables or {}), "FORCE_COLOR": "1", "COLUMNS": str(TERMINAL_COLUMNS)})
    console = Console(record=True, width=TERMINAL_COLUMNS, file=io.StringIO())
    console.print(Text(f"$ segops {' '.join(words)}", style="bold"))
    console.print(Text.from_ansi(printed))
    page.set_content(f"<body style='margin:0'>{console.export_svg(title=f'segops {words[0]}')}")
    page.locator("svg").first.screenshot(path=target)


def segops(words: list[str], folder: Path, variables: Mapping[str, str]) -> str:
    """What a command prints on standard output."""
    environment = {**os.environ, **variables}
    command = [sys.executable, "-c", UP, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def partition(page: Page, url: str, folder: Path) -> None:
    """The page of one partition, with its counts and issues."""
    page.set_viewport_size({"width": PAGE_SIZE[0], "height": PAGE_SIZE[1]})
    page.goto(url)
    page.get_by_text("Metadata").first.wait_for()
    page.get_by_text("rows_per_second").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "partition.png")


if __name__ == "__main__":
    main()
