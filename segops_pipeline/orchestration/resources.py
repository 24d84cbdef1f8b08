"""Dagster resources that turn configuration into plain objects; the domain never sees Dagster."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from segops_pipeline.config import Settings

if TYPE_CHECKING:
    from segops_pipeline.stores.opening import Stores


class StoresResource(ConfigurableResource["StoresResource"]):
    """The open stores of this installation, and the locks of the jobs that a run works on.

    `home` is SEGOPS_HOME where it shall not come from the environment.
    """

    home: str | None = None

    _stack: ExitStack = PrivateAttr(default_factory=ExitStack)
    _stores: "Stores | None" = PrivateAttr(default=None)

    def setup_for_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Nothing is opened before it is used: a look at the definitions needs no store."""
        self._stack = ExitStack()
        self._stores = None

    def teardown_after_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Release the locks and close the stores."""
        self._stack.close()
        self._stores = None

    @property
    def stores(self) -> "Stores":
        """The stores, opened at the first use.

        Raises:
            StoreUnreachable: PostgreSQL does not answer.
        """
        if self._stores is None:
            from segops_pipeline.stores.opening import open_stores

            self._stores = self._stack.enter_context(open_stores(self.settings, start=False))
        return self._stores

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return Settings() if self.home is None else Settings(home=self.home)  # type: ignore[arg-type, call-arg]

    def hold(self, job_id: str) -> None:
        """Hold the job's lock until the run ends.

        Raises:
            JobBusy: another run of the job is alive.
        """
        from segops_pipeline.imports.lock import hold_job

        self._stack.enter_context(hold_job(self.stores.database, job_id))
