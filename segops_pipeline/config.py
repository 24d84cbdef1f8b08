"""Every setting of the project, in one place, read once from the environment.

What belongs here: names, defaults and units of settings. What doesn't: anything that opens a store.
Each setting is an environment variable named ``SEGOPS_<NAME>`` (the two Anthropic ones keep the names
that its SDK knows). README.md lists them all; a test compares.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="SEGOPS_", env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    home: Path = Field(Path(".segops"), description="Folder that holds all state; two homes are two installations.")

    postgres_url: SecretStr | None = Field(
        None, description="Owner's URL of a PostgreSQL ≥ 15 with pgvector; unset: the embedded server."
    )
    postgres_app_password: SecretStr | None = Field(
        None, description="Password of the application role; required with SEGOPS_POSTGRES_URL."
    )
    postgres_system_password: SecretStr | None = Field(
        None, description="Password of the system role; required with SEGOPS_POSTGRES_URL."
    )
    postgres_role_prefix: str = Field(
        "segops", pattern=r"^[a-z_][a-z0-9_]{0,40}$", description="The roles are <prefix>_app and <prefix>_system."
    )
    clickhouse_url: SecretStr | None = Field(
        None, description="URL of a ClickHouse server (clickhouse://user:password@host:8123); unset: chDB."
    )
    clickhouse_lock_timeout_seconds: float = Field(
        60.0, gt=0, description="How long to wait for chDB's folder, which one process at a time can open."
    )
    storage_url: str | None = Field(
        None, description="fsspec URL of uploads and staged rows; unset: a folder under SEGOPS_HOME."
    )

    embedding_model: str | None = Field(
        None, description="Name or path of a sentence-transformers model; unset: all-MiniLM-L6-v2 as packaged."
    )
    embedding_batch_size: int = Field(256, ge=1, description="Products embedded and committed at a time.")

    anthropic_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ANTHROPIC_API_KEY", "anthropic_api_key"),
        description="Set: Claude is asked for columns that nobody has seen. Unset: the offline matcher alone.",
    )
    anthropic_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("ANTHROPIC_BASE_URL", "anthropic_base_url"),
        description="Where the Anthropic Messages API is, if not at its usual place.",
    )
    claude_model: str = Field("claude-haiku-5-5", description="Model that suggests a mapping.")
    claude_timeout_seconds: float = Field(10.0, gt=0, description="All tries together; then the matcher alone.")
    claude_max_retries: int = Field(1, ge=0, le=5, description="Retries within the time-out.")
    claude_input_usd_per_million_tokens: float = Field(1.0, ge=0, description="For the cost shown with a run.")
    claude_output_usd_per_million_tokens: float = Field(5.0, ge=0, description="For the cost shown with a run.")

    max_upload_bytes: int = Field(1024 * MEBIBYTE, ge=1, description="Largest file taken.")
    max_unpacked_bytes: int = Field(
        4096 * MEBIBYTE, ge=1, description="Most bytes of an archive or a workbook once it is unpacked."
    )
    max_compression_ratio: int = Field(
        300, ge=2, description="Most unpacked bytes for one packed byte, in files of more than 16 MiB unpacked."
    )
    max_archive_members: int = Field(1_000, ge=1, description="Most files in an archive.")
    max_xls_bytes: int = Field(
        64 * MEBIBYTE, ge=1, description="Largest old Excel file (.xls), which is held in memory."
    )
    max_rows: int = Field(5_000_000, ge=1, description="Most rows of a file.")
    max_columns: int = Field(2_000, ge=1, description="Most columns of a file.")
    max_cell_bytes: int = Field(4 * MEBIBYTE, ge=1, description="Largest cell of a file.")

    fetch_timeout_seconds: float = Field(120.0, gt=0, description="Longest time that a fetch from a URL may take.")
    fetch_allow_private: bool = Field(
        False, description="Allow fetches from private, loopback and link-local addresses."
    )
    inbox_settle_seconds: float = Field(
        1.0, ge=0, description="How long a file in the inbox must have kept its size and time before it is taken."
    )

    web_host: str = Field("127.0.0.1", description="Address that Dagster's UI listens on under `segops up`.")
    web_port: int = Field(3000, ge=0, le=65535, description="Its port; when taken, the next free one is used.")

    pages_host: str = Field("127.0.0.1", description="Address that the pages and the API listen on.")
    pages_port: int = Field(3080, ge=0, le=65535, description="Their port; when taken, the next free one is used.")
    pages_url: str | None = Field(
        None, description="Where people reach the pages, such as https://catalogue.example.com; unset: host and port."
    )
    dagster_url: str | None = Field(
        None, description="Where people reach Dagster's UI, for links; unset: where `segops up` serves it."
    )
    secret_key: SecretStr | None = Field(
        None, min_length=32, description="Signs sessions; required off loopback. Unset: made once and kept in the home."
    )
    session_hours: float = Field(24 * 14, gt=0, description="How long a person stays signed in.")
    requests_per_hour: int = Field(20_000, ge=1, description="Most requests of one user or key in an hour.")
    imports_per_hour: int = Field(500, ge=1, description="Most imports that one user or key starts in an hour.")
    sign_ins_per_hour: int = Field(30, ge=1, description="Most wrong passwords for one account or address in an hour.")
    upload_stall_seconds: float = Field(30.0, gt=0, description="An upload that sends nothing for so long is ended.")

    oidc_issuer: str | None = Field(None, description="URL of an OpenID Connect provider; unset: passwords and links.")
    oidc_client_id: str | None = Field(None, description="The client that it knows.")
    oidc_client_secret: SecretStr | None = Field(None, description="The secret of that client.")

    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587 (STARTTLS) or smtps://host:465; unset: no e-mail is sent."
    )
    smtp_from: str = Field("segops@localhost", description="Sender of e-mails.")

    import_max_runtime_seconds: int = Field(4 * 3600, ge=1, description="An import run that takes longer is ended.")
    publish_max_runtime_seconds: int = Field(4 * 3600, ge=1, description="A publish run that takes longer is ended.")

    keep_originals_days: int = Field(
        90, ge=0, description="Days that uploaded files are kept once their import has ended; 0: for ever."
    )
    keep_results_days: int = Field(
        365, ge=0, description="Days that the results per row of an import are kept; 0: for ever."
    )
    keep_issues_days: int = Field(365, ge=0, description="Days that the issues of an import are kept; 0: for ever.")
    keep_before_images_days: int = Field(365, ge=0, description="Days that an import can be undone; 0: for ever.")
    keep_claude_answers_days: int = Field(
        180, ge=0, description="Days that an answer of Claude is kept without being used; 0: for ever."
    )
    keep_waiting_days: int = Field(
        365, ge=0, description="Days after which a job that waits for a person is cancelled; 0: never."
    )
    keep_runs_days: int = Field(90, ge=0, description="Days that Dagster's runs and partitions are kept; 0: for ever.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def inbox(self) -> Path:
        """Folder whose files are imported: ``<workspace>/[<source>/]<file>``."""
        return self.home / "inbox"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's own configuration, DAGSTER_HOME."""
        return self.home / "dagster"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings from the environment, once per process.

    Raises:
        pydantic.ValidationError: a variable has a value that its setting does not take.
    """
    return Settings()  # type: ignore[call-arg]
