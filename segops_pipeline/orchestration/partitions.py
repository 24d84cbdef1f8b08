"""The one partitions definition: each import job is a partition, keyed by the job's id."""

from dagster import DynamicPartitionsDefinition

PARTITION_TAG = "dagster/partition"  # where Dagster notes the partition of a run

import_jobs = DynamicPartitionsDefinition(name="import_jobs")
