import threading

import pytest
from sqlalchemy import func, select

from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.errors import AccessError
from pvd_assistant.storage.account_tables import AttemptRow
from pvd_assistant.storage.database import Database


def refused(throttle: Throttle, login: str, address: str) -> str:
    with pytest.raises(AccessError) as error:
        throttle.attempt(login, address)
    assert error.value.code == "accounts.too_many"
    return str(error.value)


def fail(throttle: Throttle, times: int, login: str = "lea@exemple.fr", address: str = "") -> None:
    for number in range(times):
        throttle.attempt(login, address or f"10.0.0.{number}")


def test_a_login_waits_after_ten_failures_and_is_told_how_long(throttle, clock) -> None:
    fail(throttle, 5)
    clock.wait(minutes=4)
    fail(throttle, 5)
    assert "11 min" in refused(throttle, "Lea@Exemple.fr ", "10.1.1.1")
    throttle.attempt("paul@exemple.fr", "10.1.1.1")
    clock.wait(minutes=11)
    throttle.attempt("lea@exemple.fr", "10.1.1.1")


def test_an_address_waits_after_fifty_failures_of_any_login(throttle) -> None:
    for number in range(50):
        throttle.attempt(f"p{number}@exemple.fr", "10.0.0.1")
    refused(throttle, "lea@exemple.fr", "10.0.0.1")
    throttle.attempt("lea@exemple.fr", "10.0.0.2")


def test_a_network_of_ipv6_counts_as_one_address(throttle) -> None:
    for number in range(50):
        throttle.attempt(f"p{number}@exemple.fr", f"2001:db8:0:1::{number:x}")
    refused(throttle, "lea@exemple.fr", "2001:db8:0:1:ffff::1")
    throttle.attempt("lea@exemple.fr", "2001:db8:0:2::1")


def test_those_who_wait_do_not_make_the_wait_longer(throttle, clock) -> None:
    fail(throttle, 10)
    for _ in range(30):
        clock.wait(seconds=20)
        refused(throttle, "lea@exemple.fr", "10.1.1.1")
    clock.wait(minutes=5)
    throttle.attempt("lea@exemple.fr", "10.1.1.1")


def test_success_clears_the_failures_of_the_login_but_not_of_the_address(throttle) -> None:
    fail(throttle, 9, address="10.0.0.1")
    throttle.attempt("lea@exemple.fr", "10.0.0.1")
    throttle.succeeded("lea@exemple.fr", "10.0.0.1")
    fail(throttle, 10)
    for number in range(40):
        throttle.attempt(f"p{number}@exemple.fr", "10.0.0.1")
    refused(throttle, "paul@exemple.fr", "10.0.0.1")


def test_replicas_share_the_count(database_settings, throttle, clock) -> None:
    other = Database(database_settings)
    fail(throttle, 10)
    refused(Throttle(other, database_settings, clock), "lea@exemple.fr", "10.1.1.1")
    other.close()


def test_attempts_made_at_once_do_not_slip_through(throttle) -> None:
    passed: list[int] = []

    def attempt(number: int) -> None:
        try:
            throttle.attempt("lea@exemple.fr", f"10.0.1.{number}")
            passed.append(number)
        except AccessError:
            pass

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) <= 10


def test_old_rows_are_swept_and_no_login_nor_address_is_kept(database, throttle, clock) -> None:
    fail(throttle, 10)
    clock.wait(minutes=16)
    throttle.attempt("paul@exemple.fr", "10.9.9.9")
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AttemptRow)) == 2
        keys = " ".join(session.scalars(select(AttemptRow.key)))
    assert "paul" not in keys
    assert "10.9" not in keys
