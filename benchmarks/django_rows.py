"""Rows per second of the system that this project replaces: Django's `update_or_create`, row by row.

Seed 000, "Tracking the job": "each row is upserted with update_or_create". Beside it the whole of our import of the
same rows, from Parquet to committed products.
"""

# Django is installed for benchmarks only
# pyright: basic, reportMissingImports=false

import csv
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from benchmarks.catalogue import write_catalogue
from benchmarks.figures import Figure
from benchmarks.installation import confirmed_job, import_seconds, installation, owner
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.urls import postgres_urls

LEAST_TIMES = 25.0
THEIR_ROWS = 3_000
WORKSPACE, SOURCE = "bench", "supplier"


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Upsert row by row, and import; the figure is how many times more of our rows go in a second.

    Args:
        rows: of our import.
        repetitions: how many pairs, each into empty tables.
    """
    part = f"rows per second: ours of {rows:,}, update_or_create of {THEIR_ROWS:,}"
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder, installation() as settings:
        file, few = Path(folder) / "new.csv", Path(folder) / "few.csv"
        write_catalogue(file, rows)
        write_catalogue(few, THEIR_ROWS)
        with open_stores(settings) as stores:
            model = _model(postgres_urls(settings).owner)
            for _ in range(repetitions):
                with owner(stores) as connection:
                    connection.execute("TRUNCATE workspaces, products, source_rows, revisions, outbox CASCADE")
                job = confirmed_job(stores, file, WORKSPACE, SOURCE)
                ours.append(rows / import_seconds(stores, job.id))
                theirs.append(_row_by_row(model, few))
    times = [one / other for one, other in zip(ours, theirs, strict=True)]
    return [
        Figure(part, "ours", ours, "rows/s"),
        Figure(part, "Django's update_or_create", theirs, "rows/s"),
        Figure(part, "ours, to Django's", times, "x", LEAST_TIMES, least=True),
    ]


def _model(url: URL) -> Any:  # noqa: ANN401 - a class of Django's
    import django
    from django.conf import settings
    from django.db import connection, models

    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": url.host,
                "PORT": url.port,
                "USER": url.username,
                "PASSWORD": url.password,
                "NAME": url.database,
            }
        },
        INSTALLED_APPS=[],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

    class Product(models.Model):
        workspace_id = models.BigIntegerField()
        sku = models.CharField(max_length=255)
        name = models.TextField()
        data = models.JSONField(default=dict)
        raw_data = models.JSONField(null=True)
        source = models.CharField(max_length=20, default="csv")

        class Meta:
            app_label = "bench"
            db_table = "django_products"
            constraints = (models.UniqueConstraint(fields=["workspace_id", "sku"], name="one_sku"),)

    with connection.schema_editor() as editor:
        editor.create_model(Product)
    return Product


def _row_by_row(model: Any, file: Path) -> float:  # noqa: ANN401
    """Rows per second, half of them new and half of them there already."""
    model.objects.all().delete()
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows[::2]:
        _upsert(model, row)
    started = time.perf_counter()
    for row in rows:
        _upsert(model, row)
    seconds = time.perf_counter() - started
    if model.objects.count() != len(rows):
        raise SystemExit("The benchmark is wrong: Django has another number of rows.")
    return len(rows) / seconds


def _upsert(model: Any, row: dict[str, str]) -> None:  # noqa: ANN401
    data = {key: value for key, value in row.items() if key not in ("sku", "name")}
    model.objects.update_or_create(
        workspace_id=1, sku=row["sku"], defaults={"name": row["name"], "data": data, "raw_data": row, "source": "csv"}
    )
