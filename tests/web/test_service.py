import threading

import pytest
from fakes import FakeAssistant

from pvd_assistant.errors import IndexCorruptError, IndexMissingError
from pvd_assistant.settings import Settings
from pvd_assistant.web.health import health
from pvd_assistant.web.service import Service

MISSING = IndexMissingError("index.missing", path="index")


def test_the_assistant_is_loaded_once():
    made = []

    def load(_):
        made.append(FakeAssistant())
        return made[-1]

    service = Service(Settings(), load=load)
    assert service.assistant() is service.assistant()
    assert len(made) == 1


def test_an_index_built_meanwhile_is_found_without_restarting():
    results = [MISSING, FakeAssistant()]

    def load(_):
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    service = Service(Settings(), load=load)
    with pytest.raises(IndexMissingError):
        service.assistant()
    assert service.assistant()


def test_a_newer_index_replaces_the_one_in_use():
    old, new = FakeAssistant(), FakeAssistant()
    service = Service(Settings(), old, load=lambda _: new)
    assert service.assistant() is old
    old.index.outdated = True
    assert service.assistant() is new


def test_a_newer_index_that_cannot_be_used_leaves_the_old_one_answering():
    old = FakeAssistant()

    def load(_):
        raise IndexCorruptError("index.corrupt", path="index", reason="taille")

    service = Service(Settings(), old, load=load)
    old.index.outdated = True
    assert service.assistant() is old


def test_health_is_good_when_questions_can_be_answered():
    status, report = health(Service(Settings(), FakeAssistant()))
    assert status == 200
    assert report["status"] == "ready"
    assert report["index"]["documents"] == 3
    assert report["model"]["name"] == "fake"
    assert report["version"]


def test_health_says_what_to_run_without_an_index(missing_folder):
    status, report = health(Service(Settings(index_dir=missing_folder)))
    assert status == 503
    assert report["status"] == "unavailable"
    assert report["index"] == {"ok": False, "error": "index.missing"}
    assert "pvd-assistant index" in report["message"]


def test_health_does_not_wait_for_a_load_in_progress():
    entered, go_on = threading.Event(), threading.Event()

    def load(_):
        entered.set()
        go_on.wait(10)
        return FakeAssistant()

    service = Service(Settings(), load=load)
    service.warm_up()
    assert entered.wait(10)
    status, report = health(service)
    go_on.set()
    assert status == 503
    assert report["status"] == "starting"
    assert health(Service(Settings(), service.assistant()))[0] == 200


def test_a_failed_warm_up_is_logged_and_stops_nothing(caplog):
    def load(_):
        raise MISSING

    service = Service(Settings(), load=load)
    service.warm_up()
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(10)
    assert "pvd-assistant index" in caplog.text
