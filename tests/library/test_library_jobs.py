"""The queue of index runs: gathered, one at a time, taken up again, told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from library_makers import Desk, desk_of

from pvd_assistant.errors import IndexingError, IndexLockedError
from pvd_assistant.index.store import Index
from pvd_assistant.library.jobs import SILENCE, Jobs, JobState, enqueue
from pvd_assistant.library.listing import Standing, Wanted, counts, find, listing
from pvd_assistant.library.worker import Tell, Worker
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database


@pytest.fixture
def desk(database: Database, database_settings: Settings, tmp_path: Path) -> Desk:
    return desk_of(database, database_settings, tmp_path)


@pytest.fixture
def jobs(desk: Desk) -> Jobs:
    return Jobs(desk.database, desk.clock)


def ask(desk: Desk, *, purge: bool = False) -> None:
    with desk.database.transaction() as session:
        enqueue(session, desk.person, desk.clock(), purge=purge)


def test_changes_made_together_are_one_run(desk: Desk, jobs: Jobs) -> None:
    ask(desk)
    ask(desk, purge=True)
    ask(desk)
    (job,) = jobs.latest()
    assert (job.state, job.purge, job.who) == (JobState.QUEUED, True, "Édith Éditrice")


def test_one_job_runs_at_a_time_and_a_change_meanwhile_waits(desk: Desk, jobs: Jobs) -> None:
    ask(desk)
    running = jobs.claim()
    assert running is not None
    ask(desk)
    assert jobs.claim() is None
    assert Jobs(Database(desk.settings), desk.clock).claim() is None
    jobs.finish(running.id, "fait")
    following = jobs.claim()
    assert following is not None
    assert following.id != running.id


def test_the_job_of_a_dead_process_is_taken_up_again(desk: Desk, jobs: Jobs) -> None:
    ask(desk)
    first = jobs.claim()
    assert first is not None
    desk.clock.on(seconds=50)
    jobs.beat(first.id)
    desk.clock.on(seconds=50)
    assert jobs.claim() is None, "its process gave a sign of life"
    desk.clock.on(seconds=SILENCE.total_seconds())
    again = jobs.claim()
    assert again is not None
    assert again.id == first.id


def test_progress_is_told(desk: Desk, jobs: Jobs) -> None:
    ask(desk)
    job = jobs.claim()
    assert job is not None
    jobs.beat(job.id, 30, 60, "Lecture")
    jobs.beat(job.id)
    (seen,) = jobs.latest()
    assert (seen.percent, seen.label, seen.over) == (50, "Lecture", False)
    jobs.beat(job.id, 60, 60, "Écriture")
    assert jobs.latest()[0].percent == 99, "not over yet"


def test_what_a_failed_run_had_to_purge_is_purged_by_the_next(desk: Desk, jobs: Jobs) -> None:
    ask(desk, purge=True)
    job = jobs.claim()
    assert job is not None
    jobs.fail(job.id, "disque plein")
    ask(desk)
    assert jobs.latest()[0].purge


def test_old_jobs_are_forgotten(desk: Desk, jobs: Jobs) -> None:
    for _ in range(25):
        ask(desk)
        job = jobs.claim()
        assert job is not None
        jobs.finish(job.id, "fait")
    assert len(jobs.latest(limit=100)) == 20


def test_the_worker_says_what_came_of_it(desk: Desk, jobs: Jobs) -> None:
    said: list[str] = []

    def run(_: Settings, purge: bool, tell: Tell) -> str:
        tell(1, 2, "Lecture")
        said.append(jobs.latest()[0].label)
        return f"purge : {purge}"

    worker = Worker(desk.settings, desk.database, run, desk.clock)
    assert not worker.step()
    ask(desk)
    assert worker.step()
    assert said == ["Lecture"]
    (job,) = jobs.latest()
    assert (job.state, job.message, job.percent) == (JobState.DONE, "purge : False", 50)


def test_the_worker_waits_for_another_writer_of_the_index(desk: Desk, jobs: Jobs) -> None:
    def locked(*_: object) -> str:
        raise IndexLockedError("index.locked", path="index")

    worker = Worker(desk.settings, desk.database, locked, desk.clock)
    ask(desk)
    assert worker.step()
    assert not worker.step(), "not at once"
    assert jobs.latest()[0].state is JobState.QUEUED
    desk.clock.on(seconds=10)
    assert worker.step()


def test_the_worker_tells_a_failure_in_french(desk: Desk, jobs: Jobs) -> None:
    def fail(*_: object) -> str:
        raise IndexingError("index.disk_full", path="index")

    ask(desk)
    Worker(desk.settings, desk.database, fail, desk.clock).step()
    (job,) = jobs.latest()
    assert job.state is JobState.FAILED
    assert "disque" in job.message


def test_a_server_that_stops_leaves_its_job_to_the_next(desk: Desk, jobs: Jobs) -> None:
    ask(desk)
    worker = Worker(desk.settings, desk.database, now=desk.clock)
    with worker.running():
        pass
    worker.step()
    assert jobs.latest()[0].state is JobState.QUEUED


def test_a_process_of_its_own_indexes_and_the_list_follows(desk: Desk, jobs: Jobs) -> None:
    desk.add()
    desk.add("A;B\n1;2\n", "perime.csv", kind="table", valid_until="2026-01-01")
    desk.editor.withdraw("offres/ort", desk.person)
    (desk.settings.corpus_dir / "abime.pdf").write_bytes(b"%PDF-1.7 rien")
    (desk.settings.corpus_dir / "abime.meta.yaml").write_text(
        (desk.settings.library_dir / "territoires" / "perime.meta.yaml").read_text("utf-8"), "utf-8"
    )
    today = dt.date(2026, 11, 23)
    before = {line.id: line.standing for line in listing(desk.settings, desk.database, {}, today)}
    assert before["guides/halle"] is Standing.WAITING

    assert Worker(desk.settings, desk.database).step()

    (job,) = jobs.latest()
    assert job.state is JobState.DONE, job.message
    assert "illisibles : 1" in job.message.replace("\u00a0", " ")
    with Index.open(desk.settings) as index:
        lines = listing(desk.settings, desk.database, index.documents, today)
    standing = {line.id: line.standing for line in lines}
    assert standing == {
        "abime": Standing.WRONG,
        "guides/halle": Standing.INDEXED,
        "offres/ort": Standing.WITHDRAWN,
        "offres/vir": Standing.INDEXED,
        "territoires/perime": Standing.INDEXED,
    }
    (broken,) = find(lines, Wanted(state="wrong"))
    assert "abîmé" in broken.problems[0]
    assert str(desk.settings.corpus_dir) not in json.dumps(broken.problems)
    assert [line.id for line in find(lines, Wanted(state="expired"))] == [
        "abime",
        "territoires/perime",
    ]
    assert counts(lines)["added"] == 2
    (halle,) = find(lines, Wanted(words="GUIDES Foix"))
    assert (halle.who, halle.when, halle.passages) == ("Édith Éditrice", desk.clock(), 1)
    by_title = [line.title for line in find(lines, Wanted(order="title", descending=True))]
    assert by_title[0] == "VIR"
