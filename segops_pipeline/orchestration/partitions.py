"""The one partitions definition: each import job is a partition, keyed by the job's id."""

from dagster import DynamicPartitionsDefinition

import_jobs = DynamicPartitionsDefinition(name="import_jobs")
