"""`segops sources`: list, set, remove, fetch."""

from segops_pipeline_tests.cli.conftest import Segops

LAMPS = "sku,name,price\nL-1,Desk lamp,12.50 EUR\nL-2,Floor lamp,80.00 EUR\n"


def test_a_source_is_made_shown_and_removed(segops: Segops) -> None:
    location = str(segops.folder / "list.csv")
    words = ["--location", location, "--cron", "0 6 * * *", "--timezone", "Europe/Copenhagen", "--automatic"]
    made = segops("sources", "set", "nordic", "-w", "acme", *words, "--json")
    assert made.code == 0, made.err
    told = made.json
    assert (told["location"], told["cron"], told["automatic"], told["policy"]) == (
        location,
        "0 6 * * *",
        True,
        "overwrite",
    )
    assert told["next_due_at"] is not None
    assert segops("sources", "list", "-w", "acme", "--json").json == [told]
    stopped = segops("sources", "set", "nordic", "-w", "acme", "--cron", "", "--ask", "--json").json
    assert (stopped["cron"], stopped["next_due_at"], stopped["automatic"]) == (None, None, False)
    assert segops("sources", "remove", "nordic", "-w", "acme").code == 0
    assert segops("sources", "list", "-w", "acme", "--json").json == []


def test_a_setting_that_makes_no_sense_is_refused(segops: Segops) -> None:
    refused = segops("sources", "set", "nordic", "-w", "acme", "--cron", "whenever", "--location", "x.csv", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
    assert "0 6 * * mon-fri" in refused.err


def test_fetching_reads_the_file_and_then_says_that_it_is_unchanged(segops: Segops) -> None:
    location = segops.write("feed.csv", LAMPS)
    words = ["-w", "fetched"]
    segops("sources", "set", "feed", *words, "--location", location, "--automatic")
    first = segops("sources", "fetch", "feed", *words, "--no-embeddings", "--json")
    assert (first.code, first.json["status"]) == (4, "mapping")
    assert segops("confirm", first.json["job_id"], "--no-embeddings").code == 0
    again = segops("sources", "fetch", "feed", *words, "--no-embeddings", "--json")
    assert (again.code, again.json["status"], again.json["counts"]["rows"]) == (0, "done", 0)
    assert "same" in again.json["reason"]
    segops.write("feed.csv", LAMPS + "L-3,Lantern,9.95 EUR\n")
    grown = segops("sources", "fetch", "feed", *words, "--no-embeddings", "--json")
    assert (grown.code, grown.json["counts"]["created"], grown.json["counts"]["unchanged"]) == (0, 1, 2)


def test_a_source_without_a_location_cannot_be_fetched(segops: Segops) -> None:
    segops("sources", "set", "bare", "-w", "bare")
    refused = segops("sources", "fetch", "bare", "-w", "bare", "--json")
    assert refused.code == 2
    assert "--location" in refused.err


def test_a_file_that_cannot_be_fetched_is_a_failed_job(segops: Segops) -> None:
    segops("sources", "set", "gone", "-w", "gone", "--location", "nowhere.csv")
    failed = segops("sources", "fetch", "gone", "-w", "gone", "--json")
    assert (failed.code, failed.json["reason"]) == (1, "fetch failed")


def test_a_workspace_that_does_not_exist_is_said_so(segops: Segops) -> None:
    refused = segops("sources", "remove", "any", "-w", "nobody", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
