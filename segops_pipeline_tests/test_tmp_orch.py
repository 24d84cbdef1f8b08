import os, time
from segops_pipeline.orchestration.in_process import real_instance, run_in_process
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.jobs import get_job

def test_it(stores, monkeypatch, tmp_path):
    from segops_pipeline.installation.environment import environment
    for k, v in environment(stores.settings).items():
        monkeypatch.setenv(k, v)
    file = tmp_path / "list.csv"
    file.write_text("sku,title,price\n" + "".join(f"A-{i},Product {i},{i}.50 EUR\n" for i in range(50)))
    t = time.monotonic()
    def lap(what):
        nonlocal t
        print(what, round(time.monotonic() - t, 2)); t = time.monotonic()
    with real_instance(stores.settings) as instance:
        lap("instance")
        job = open_job(stores, Upload("acme", str(file)))
        lap("open")
        ok = run_in_process(instance, "intake", job.id, (job.workspace, job.source)); lap(f"intake {ok}")
        job = get_job(stores.database, job.id)
        confirm(stores, job.id, suggested_confirmation(job))
        ok = run_in_process(instance, "import_job", job.id, (job.workspace, job.source)); lap(f"import {ok}")
        ok = run_in_process(instance, "publish", job.id, (job.workspace, job.source), ["clickhouse_products"]); lap(f"publish {ok}")
        for rec in instance.get_run_records():
            print(rec.dagster_run.job_name, rec.dagster_run.status, rec.dagster_run.tags)
            for e in instance.all_logs(rec.dagster_run.run_id):
                if e.dagster_event: print("   ", e.dagster_event.event_type_value, e.dagster_event.step_key, (e.dagster_event.message or "")[:150])
    with real_instance(stores.settings) as instance:
        lap("instance again")
        ok = run_in_process(instance, "import_job", job.id, (job.workspace, job.source)); lap(f"import {ok}")
    print(get_job(stores.database, job.id))
