"""Runs inside this process: the real instance, opened and closed again."""

import os
from pathlib import Path

import pytest
from dagster import DagsterInstance
from pydantic import SecretStr
from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.orchestration.in_process import real_instance
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.running_system import until

OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def test_it_is_the_instance_that_the_webserver_has(stores: Stores) -> None:
    with real_instance(stores.settings) as instance:
        assert isinstance(instance, DagsterInstance)
        assert Path(instance.root_directory) == stores.settings.dagster_home
        assert instance.get_runs() == []


def test_the_variables_of_dagster_are_gone_afterwards(stores: Stores) -> None:
    before = dict(os.environ)
    with real_instance(stores.settings):
        assert os.environ["DAGSTER_HOME"] == str(stores.settings.dagster_home)
    assert dict(os.environ) == before


def test_no_connection_outlives_it(stores: Stores) -> None:
    with stores.database.owner_session() as connection:
        before = len(connection.execute(text(OTHERS)).all())
        with real_instance(stores.settings) as instance:
            instance.get_runs()
        until(lambda: len(connection.execute(text(OTHERS)).all()) <= before, "its connections are closed")


def test_a_postgresql_that_does_not_answer_is_a_store_that_is_unreachable(stores: Stores) -> None:
    nobody_listens = {
        "postgres_url": SecretStr("postgresql://owner:secret@127.0.0.1:1/segops"),
        "postgres_app_password": SecretStr("secret"),
        "postgres_system_password": SecretStr("secret"),
    }
    settings = stores.settings.model_copy(update=nobody_listens)
    with pytest.raises(StoreUnreachable, match=r"Dagster's PostgreSQL does not answer"):
        runs_of(settings)


def runs_of(settings: Settings) -> int:
    with real_instance(settings) as instance:
        return len(instance.get_runs())
