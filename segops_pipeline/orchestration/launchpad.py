"""What a person can say in Dagster's launchpad: which file to import, which mapping to confirm."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagster import AssetExecutionContext, Config
from pydantic import Field

from segops_pipeline.orchestration.progress import Running

if TYPE_CHECKING:
    from segops_pipeline.imports.confirm import Confirmation
    from segops_pipeline.reading.choice import DialectChoice


class UploadConfig(Config):
    """What to import, for a run that is launched by hand; jobs from the inbox or the wizard know it already."""

    path: str | None = Field(None, description="Path or URL of the file. Leave empty for a job that exists.")
    workspace: str = Field("default", description="Workspace that the products belong to.")
    source: str = Field("manual", description="Name of where the file is from, such as 'acme-price-list'.")
    format: str | None = Field(None, description="table or bizzkit; empty: as the source, or the file, says.")
    entity: str | None = Field(None, description="What a Bizzkit file is of, such as product or brand.")
    mode: str | None = Field(None, description="How a Bizzkit file is imported: merge or overwrite.")
    order: str | None = Field(None, description="Whether its rows stand in the order in which they refer: file or any.")
    null_removes: bool | None = Field(None, description="Whether its NULL under a bare attribute name removes.")
    policy: str | None = Field(None, description="overwrite, replace, merge or fill; empty: the source's own.")
    validation: str = Field("lenient", description="lenient, strict or none.")
    encoding: str | None = Field(None, description="Encoding of the file, where it is not detected rightly.")
    delimiter: str | None = Field(None, description="Its delimiter, or a name such as 'tab'.")
    quote: str | None = Field(None, description="Its quotation mark, or 'none'.")
    header_row: int | None = Field(None, description="Row of its header, counted from 1; 0: it has none.")
    sheet: str | None = Field(None, description="Sheet of a workbook, or file in an archive.")

    def choice(self) -> "DialectChoice":
        """What is said of the file's layout."""
        from segops_pipeline.reading.choice import DialectChoice

        return DialectChoice.of_words(
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            header_row=self.header_row or None,
            no_header=self.header_row == 0,
            sheet=self.sheet,
        )

    def options(self) -> dict[str, Any]:
        """What is said of a Bizzkit file."""
        given = {"entity": self.entity, "mode": self.mode, "order": self.order, "null_removes": self.null_removes}
        return {name: value for name, value in given.items() if value is not None}


class FieldConfig(Config):
    """One field of the product schema."""

    key: str
    type: str = "text"
    label: str | None = None
    required: bool = False


class MappingConfig(Config):
    """The confirmation of a mapping from the launchpad."""

    accept_suggestion: bool = Field(False, description="Confirm the suggested mapping; `mapping` corrects it.")
    mapping: dict[str, str] = Field(
        {}, description="Column: field key, 'sku', 'name', or an empty text to skip the column."
    )
    fields: list[FieldConfig] = Field([], description="Fields that are new or shall change.")
    transformations: dict[str, list[str]] = Field(
        {}, description="Column: steps for its text before it is read, such as 'trim' or 'unit g to kg'."
    )
    policy: str | None = Field(None, description="overwrite, replace, merge or fill.")
    validation: str | None = Field(None, description="lenient, strict or none.")
    rules: dict[str, Any] | None = Field(
        None, description="Rules beside the policy, such as {mode: update, empty: keep}; empty: the source's own."
    )
    plan: str | None = Field(
        None, description="Token of the plan that you have seen; without a mapping exactly it is confirmed."
    )
    accept_guards: bool = Field(False, description="Go on with a plan that a guard holds.")
    format_options: dict[str, Any] | None = Field(
        None, description="Of a Bizzkit file, where it leaves that open: {entity: brand, mode: merge, order: any}."
    )


def open_from_launchpad(context: AssetExecutionContext, config: UploadConfig, run: Running) -> None:
    """A run that names a file makes the job of its partition, unless that job exists."""
    from segops_pipeline.errors import JobNotFound
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.locations import parse_location
    from segops_pipeline.imports.upload import Upload, open_job

    try:
        job = get_job(run.stores.database, run.job_id)
        if config.path is not None and parse_location(config.path).text != job.location:
            context.log.warning(
                f"Job {job.id} exists already, for {job.file_name}: 'path' is not looked at. "
                "To import another file, add a partition."
            )
    except JobNotFound:
        if config.path is None:
            raise
        open_job(
            run.stores,
            Upload(
                config.workspace,
                config.path,
                config.source,
                format=config.format,
                format_options=config.options(),
                policy=config.policy,
                validation=config.validation,
                created_by=context.run.tags.get("user", "dagster"),
                job_id=run.job_id,
                choice=config.choice(),
            ),
        )


def confirmation_of(config: MappingConfig, run: Running) -> "Confirmation":
    """What a person confirms in the launchpad: the suggestion, corrected by a mapping and fields of their own."""
    from segops_pipeline.catalogue.rules import ImportRules
    from segops_pipeline.imports.bizzkit import checked_options
    from segops_pipeline.imports.confirm import Confirmation, present_confirmation
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.inference.fields import SchemaField

    given = {column: target or None for column, target in config.mapping.items()}
    fields = [SchemaField(f.key, f.label or f.key, f.type, f.required) for f in config.fields]
    base = Confirmation({})
    if config.accept_suggestion:
        job = get_job(run.stores.database, run.job_id)
        base = present_confirmation(run.stores, job)
    return replace(
        base,
        mapping={**base.mapping, **given},
        fields=[*base.fields, *fields],
        policy=config.policy or base.policy,
        validation=config.validation or base.validation,
        plan=config.plan,
        transformations={**base.transformations, **config.transformations},
        rules=base.rules if config.rules is None else ImportRules.from_dict(config.rules),
        accept_guards=config.accept_guards,
        format_options=base.format_options if config.format_options is None else checked_options(config.format_options),
    )
