"""Archives of several Bizzkit files: a job for each, in the order in which they depend."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from segops_pipeline.errors import SeveralTables, WrongState
from segops_pipeline.imports.bizzkit_archive import jobs_after
from segops_pipeline.imports.confirm import confirm_if_known, suggested_confirmation
from segops_pipeline.imports.draft import problems_of
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import WAITING_TO_BE_READ, Job
from segops_pipeline.imports.reread import reread
from segops_pipeline.imports.sources import save_source
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.pim.bizzkit_files import Files, files

__all__ = ["files"]

ATTRIBUTES = (
    "UniqueName;Name;Type;Configuration;Field1/Name;Field1/PimType\nDEPTH;Depth;SingleValued;Plain;Depth;PInt32\n"
)
PRODUCTS = "UniqueName;DEPTH\nDB-5;12\n"
BRANDS = "UniqueName;Name\nX;Y\n"
ALL = {"products.csv": PRODUCTS, "brands.csv": BRANDS, "attributes.csv": ATTRIBUTES}


def archive(members: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def opened(files: Files, members: Mapping[str, str] = ALL, **upload: object) -> list[Job]:
    """The jobs of an archive, all of them read."""
    first = files.imports.read(archive(members), file_name="catalogue.zip", **upload)
    with files.imports.stores.database.workspace_session(files.workspace_id) as connection:
        others = jobs_after(connection, first)
    assert {job.reason for job in others} == {WAITING_TO_BE_READ}
    return [first, *map(files.imports.intake, others)]


def imported(files: Files, job: Job) -> Job:
    done = files.imports.run(files.imports.confirm_suggestion(job))
    assert done.status == "done", done.error
    return done


def test_each_file_has_a_job_and_comes_in_its_turn(files: Files) -> None:
    jobs = opened(files)
    assert [job.file_name for job in jobs] == [
        f"catalogue.zip/{name}" for name in ("attributes.csv", "brands.csv", "products.csv")
    ]
    assert {(job.format, job.checksum) for job in jobs} == {("bizzkit", jobs[0].checksum)}
    with pytest.raises(WrongState, match=r"attributes\.csv comes before products\.csv"):
        files.imports.confirm_suggestion(jobs[2])
    for job in jobs:
        imported(files, job)
    assert files.products()["DB-5"][0]["DEPTH"] == 12


def test_a_file_whose_forerunner_is_cancelled_goes_on_without_it_with_a_warning(files: Files) -> None:
    stores = files.imports.stores
    attributes, brands, products = opened(files)
    cancel(stores, attributes.id)
    problems = problems_of(stores, brands, suggested_confirmation(brands))
    assert [(issue.code, issue.level) for issue in problems] == [("not_imported_before", "warning")]
    imported(files, brands)
    told = problems_of(stores, products, suggested_confirmation(products))
    assert [issue.column for issue in told if issue.level == "error"] == ["DEPTH"]


def test_files_of_an_automatic_source_follow_each_other_by_themselves(files: Files) -> None:
    stores = files.imports.stores
    with stores.database.workspace_session(files.workspace_id) as connection:
        save_source(connection, files.workspace_id, "pim", format="bizzkit", automatic=True)
    attributes, brands, products = opened(files, source="pim")
    assert not confirm_if_known(stores, products.id)
    assert confirm_if_known(stores, attributes.id)
    files.imports.run(attributes)
    assert files.imports.job(brands).status == "pending"
    files.imports.run(brands)
    assert files.imports.run(products).status == "done"
    assert files.products()["DB-5"][0]["DEPTH"] == 12


def test_an_archive_of_one_file_is_one_job(files: Files) -> None:
    (job,) = [files.imports.read(archive({"brands.csv": BRANDS}), file_name="brands.zip")]
    assert (job.file_name, job.format) == ("brands.zip", "bizzkit")
    assert "archive" not in (job.format_options or {})


def test_an_archive_of_other_tables_still_asks_which_one_is_meant(files: Files) -> None:
    job = files.imports.open(archive({"a.csv": "sku;name\n1;x\n", "brands.csv": BRANDS}), file_name="mixed.zip")
    with pytest.raises(SeveralTables):
        files.imports.intake(job)


def test_a_file_of_an_archive_that_somebody_names_stands_alone(files: Files) -> None:
    job = files.imports.read(archive(ALL), file_name="catalogue.zip", choice=DialectChoice(sheet="brands.csv"))
    assert "archive" not in (job.format_options or {})
    assert job.headers == ["UniqueName", "Name"]


def test_what_is_no_such_file_is_left_out_and_told(files: Files) -> None:
    members = {**ALL, "readme.txt": "What is in here; and why\nread;me\n", "other.csv": "sku;name\n1;x\n"}
    jobs = opened(files, members, format="bizzkit", format_options={"mode": "merge"})
    assert len(jobs) == 3
    (told,) = files.imports.issues(jobs[0], "left_out_of_archive")
    assert "readme.txt, other.csv" in told.message
    assert not files.imports.issues(jobs[1], "left_out_of_archive")


def test_a_file_of_an_archive_that_is_read_again_is_still_that_file(files: Files) -> None:
    brands = opened(files)[1]
    again = files.imports.intake(reread(files.imports.stores, brands.id, DialectChoice(encoding="utf-8")))
    assert (again.headers, again.format_options) == (["UniqueName", "Name"], brands.format_options)
    assert files.imports.number_of("import_jobs") == 3
