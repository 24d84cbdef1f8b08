"""Every state of a job that matters to others is told once, and no other one is."""

import pytest

from segops_pipeline.errors import EmptyFile, WrongUsage
from segops_pipeline.imports.confirm import present_confirmation
from segops_pipeline.imports.failure import cancel, record_failure, retry
from segops_pipeline.imports.planning import plan_draft
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.notify.dispatch import dispatch_once
from segops_pipeline.notify.events import check_events, job_url
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.notify.conftest import Notifying
from segops_pipeline_tests.notify.receivers import Receiver

FILE = "sku,name\nA,Chair\nB,Desk\n"


def test_a_whole_import_is_told_with_its_outcome_and_where_to_see_it(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    job = notifying.imports.read(FILE, created_by="ann")
    notifying.dispatch()
    assert receiving.types == ["import.needs_mapping"]
    waiting = receiving.received[0].message["data"]
    assert waiting["url"] == f"https://pim.example.com/pim/import?job={job.id}"
    notifying.imports.run(notifying.imports.confirm(job))
    notifying.dispatch()
    assert receiving.types == ["import.needs_mapping", "import.started", "import.completed"]
    done = receiving.received[-1].message["data"]
    assert (done["job_id"], done["status"], done["kind"], done["user"]) == (job.id, "done", "import", "ann")
    assert (done["counts"]["created"], done["imported_count"], done["error"]) == (2, 2, None)
    assert done["url"] == f"https://pim.example.com/pim/imports/{job.id}"


def test_what_happened_while_nobody_looked_is_told_later_and_only_once(
    notifying: Notifying, receiving: Receiver
) -> None:
    notifying.webhook(receiving.url)
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert receiving.types == ["import.started", "import.completed"]  # nobody waits for a mapping any more
    assert notifying.dispatch() == 0


def test_a_mapping_that_is_confirmed_at_once_needs_nobody(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    notifying.imports.read(FILE)
    dispatch_once(notifying.stores)
    assert receiving.types == []
    notifying.dispatch()
    assert receiving.types == ["import.needs_mapping"]


def test_a_file_that_cannot_be_read_is_told_with_its_error(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    job = notifying.imports.open("\n")
    with pytest.raises(EmptyFile) as caught:
        notifying.imports.intake(job)
    record_failure(notifying.stores, job.id, caught.value)
    notifying.dispatch()
    assert receiving.types == ["import.failed"]
    data = receiving.received[0].message["data"]
    assert (data["status"], data["error"]["code"]) == ("failed", "empty_file")


def test_each_attempt_is_told(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    job = notifying.imports.queue(FILE)
    cancel(notifying.stores, job.id)
    notifying.imports.run(retry(notifying.stores, job.id))
    notifying.dispatch()
    told = [(one.type, one.message["data"]["attempt"]) for one in receiving.received]
    assert told == [("import.failed", 1), ("import.started", 2), ("import.completed", 2)]


def test_a_job_that_a_guard_holds_is_told_with_why(notifying: Notifying, receiving: Receiver) -> None:
    notifying.imports.load("sku,name,price\n" + "".join(f"{n},Chair,{n}\n" for n in range(1, 30)), {"price": "number"})
    notifying.dispatch()
    notifying.webhook(receiving.url)
    notifying.imports.load("sku,name,price\n" + "".join(f"{n},Chair,\n" for n in range(1, 30)), {"price": "number"})
    notifying.dispatch()
    assert receiving.types == ["import.started", "import.needs_mapping"]
    held = receiving.received[-1].message["data"]
    assert held["reason"] == "held by guard"
    assert held["held"][0]["message"]
    assert "/pim/imports/" in held["url"]  # its mapping is there already


def test_a_plan_that_somebody_looks_at_is_not_told(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    imports = notifying.imports
    job = imports.read(FILE)
    plan_draft(imports.stores, job.id, present_confirmation(imports.stores, job), imports.progress(job))
    notifying.dispatch()
    assert receiving.types == []


def test_an_undo_is_told_with_its_kind_and_what_it_undoes_is_not_told_again(
    notifying: Notifying, receiving: Receiver
) -> None:
    job = notifying.imports.load(FILE)
    notifying.dispatch()
    notifying.webhook(receiving.url)
    notifying.imports.run(open_undo(notifying.stores, job.id, created_by="ann"))
    notifying.dispatch()
    told = [(one.type, one.message["data"]["kind"], one.message["data"]["undoes"]) for one in receiving.received]
    assert told == [("import.started", "undo", job.id), ("import.completed", "undo", job.id)]


def test_a_webhook_is_told_of_what_it_asks_for(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url, "import.completed")
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert receiving.types == ["import.completed"]


def test_another_workspace_is_told_nothing(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    Importer(notifying.stores, notifying.imports.folder, "elsewhere").load(FILE)
    notifying.dispatch()
    assert receiving.received == []


def test_a_workspace_that_tells_nobody_has_told_all_at_once(notifying: Notifying) -> None:
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert notifying.imports.number_of("deliveries") == 0
    assert notifying.imports.rows("SELECT id FROM job_events WHERE NOT told") == []


def test_a_scheduled_file_that_is_the_same_again_is_no_import(notifying: Notifying, receiving: Receiver) -> None:
    imports = notifying.imports
    path = imports.file(FILE)
    with imports.stores.database.workspace_session(notifying.workspace_id) as connection:
        save_source(connection, notifying.workspace_id, "feed", location=str(path))
    imports.load(path, source="feed")
    notifying.dispatch()
    notifying.webhook(receiving.url)
    assert imports.read(path, source="feed", origin="schedule").status == "done"
    notifying.dispatch()
    assert receiving.types == []


def test_events_are_chosen_by_name() -> None:
    assert check_events(["import.failed", "import.failed"]) == ["import.failed"]
    for wrong in (["import.exploded"], []):
        with pytest.raises(WrongUsage):
            check_events(wrong)


def test_without_a_url_of_the_pages_links_lead_to_where_they_listen(notifying: Notifying) -> None:
    settings = notifying.stores.settings.model_copy(update={"pages_url": None, "pages_host": "::1"})
    assert job_url(settings, "a/b") == "http://[::1]:3080/pim/imports/a%2Fb"
