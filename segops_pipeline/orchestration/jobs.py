"""The jobs over the assets, all partitioned alike; chains are linear, so each run is one process.

`intake` ends where a person has to decide, `import_job` starts when somebody has, `publish` follows in a pool
and with a time limit of its own. `automatic_import` is intake and import as one run, for automatic sources.
"""

from dagster import AssetSelection, define_asset_job, in_process_executor

from segops_pipeline.config import get_settings
from segops_pipeline.orchestration.assets import (
    clickhouse_products,
    confirmed_mapping,
    import_plan,
    inferred_schema,
    parsed_upload,
    product_embeddings,
    upserted_products,
)

MAX_RUNTIME_TAG = "dagster/max_runtime"
INTAKE_ASSETS = (parsed_upload, inferred_schema)
IMPORT_ASSETS = (confirmed_mapping, import_plan, upserted_products)
PUBLISH_ASSETS = (clickhouse_products, product_embeddings)

_settings = get_settings()
_import_limit = {MAX_RUNTIME_TAG: str(_settings.import_max_runtime_seconds)}

intake = define_asset_job(
    "intake",
    AssetSelection.assets(*INTAKE_ASSETS),
    description="Read a file and suggest its mapping; then the job waits in `mapping`.",
    executor_def=in_process_executor,
    tags=_import_limit,
)
import_job = define_asset_job(
    "import_job",
    AssetSelection.assets(*IMPORT_ASSETS),
    description="Plan the confirmed mapping and apply exactly that plan. ('import' itself is a reserved word.)",
    executor_def=in_process_executor,
    tags=_import_limit,
)
automatic_import = define_asset_job(
    "automatic_import",
    AssetSelection.assets(*INTAKE_ASSETS, *IMPORT_ASSETS),
    description="Intake and import as one run, for automatic sources; it stops in `mapping` at an unknown column.",
    executor_def=in_process_executor,
    tags=_import_limit,
)
publish = define_asset_job(
    "publish",
    AssetSelection.assets(*PUBLISH_ASSETS),
    description="Send what has changed to ClickHouse and embed it.",
    executor_def=in_process_executor,
    tags={MAX_RUNTIME_TAG: str(_settings.publish_max_runtime_seconds)},
)

JOBS = [intake, import_job, automatic_import, publish]
