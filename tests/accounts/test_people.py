import threading
from contextlib import suppress

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from pvd_assistant.accounts.passwords import Passwords
from pvd_assistant.accounts.people import People
from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.accounts.signing_in import SigningIn
from pvd_assistant.errors import AccessError, AccountError
from pvd_assistant.storage.account_tables import AccountRow, ActionRow
from pvd_assistant.storage.database import Database

PASSWORD = "cheval pile agrafe correct"
HERE = "127.0.0.1"


@pytest.fixture
def chief(people: People) -> Person:
    made = people.add(None, "chef@exemple.fr", "Anne Chef", [Role.ADMINISTRATOR], PASSWORD)
    return Person(made.id, made.login, made.name, made.roles)


@pytest.fixture
def lea(people: People) -> int:
    return people.add(None, "lea@exemple.fr", "Léa", [Role.HELPDESK], PASSWORD).id


def code_of(call) -> str:
    with pytest.raises((AccountError, AccessError)) as refused:
        call()
    return refused.value.code


def test_a_password_opens_a_session_whatever_the_case_of_the_login(
    signing_in, sessions, lea
) -> None:
    found = sessions.find(signing_in.with_password(" LEA@exemple.fr", PASSWORD, HERE))
    assert found is not None
    assert (found.person.name, found.person.roles) == ("Léa", {Role.HELPDESK})
    assert not found.must_change


def test_wrong_unknown_and_closed_are_told_alike(signing_in, people, lea) -> None:
    people.set_active(
        None, people.add(None, "p@exemple.fr", "Paul", [Role.MEMBER], PASSWORD).id, False
    )
    people.add(None, "o@exemple.fr", "Odile", [Role.MEMBER])
    said = set()
    for login, password in [
        ("lea@exemple.fr", "un autre mot de passe"),
        ("inconnue@exemple.fr", PASSWORD),
        ("p@exemple.fr", PASSWORD),
        ("o@exemple.fr", ""),
        ("", ""),
    ]:
        with pytest.raises(AccessError) as refused:
            signing_in.with_password(login, password, HERE)
        said.add(str(refused.value))
    assert len(said) == 1


def test_ten_wrong_passwords_close_the_door_even_to_the_right_one(signing_in, lea, clock) -> None:
    for _ in range(10):
        assert code_of(lambda: signing_in.with_password("lea@exemple.fr", "faux", HERE)) == (
            "accounts.wrong_password"
        )
    assert code_of(lambda: signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)) == (
        "accounts.too_many"
    )
    clock.wait(minutes=15)
    assert signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
    database, sessions, people, throttle, clock, lea
) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    signing_in = SigningIn(database, sessions, people, stronger, throttle, clock)

    def kept() -> str:
        with database.transaction() as session:
            return str(session.get_one(AccountRow, lea).password)

    before = kept()
    signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    after = kept()
    assert before != after
    assert not stronger.stale(after)
    signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    assert kept() == after


def test_a_temporary_password_must_be_changed_and_does_not_last(
    signing_in, sessions, people, chief, lea, clock
) -> None:
    given = people.set_password(chief, lea)
    found = sessions.find(signing_in.with_password("lea@exemple.fr", given, HERE))
    assert found is not None
    assert found.must_change
    clock.wait(days=8)
    assert code_of(lambda: signing_in.with_password("lea@exemple.fr", given, HERE)) == (
        "accounts.password_late"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda people, by, lea: people.change(by, lea, "Léa", [Role.EDITOR]),
        lambda people, by, lea: people.set_active(by, lea, False),
        lambda people, by, lea: people.set_password(by, lea),
        lambda people, by, lea: people.set_password(by, lea, "un tout nouveau secret"),
        lambda people, by, lea: people.unlink(by, lea),
    ],
)
def test_what_changes_an_account_closes_its_sessions_and_no_other(
    signing_in, sessions, people, chief, lea, change
) -> None:
    token = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    other = signing_in.with_password("chef@exemple.fr", PASSWORD, HERE)
    change(people, chief, lea)
    assert sessions.find(token) is None
    assert sessions.find(other) is not None


def test_another_name_closes_nothing(signing_in, sessions, people, chief, lea) -> None:
    token = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    people.change(chief, lea, " Léa\tDubois ", [Role.HELPDESK])
    found = sessions.find(token)
    assert found is not None
    assert found.person.name == "Léa Dubois"


def test_changing_ones_password_leaves_only_this_browser(signing_in, sessions, people, lea) -> None:
    first = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    second = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    found = sessions.find(first)
    assert found is not None
    assert sessions.others(lea, first) == 1
    third = signing_in.change_password(found.person, PASSWORD, "un tout nouveau secret", HERE)
    assert [sessions.find(token) is not None for token in (first, second, third)] == [
        False,
        False,
        True,
    ]
    assert code_of(lambda: signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)) == (
        "accounts.wrong_password"
    )


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("faux", "un tout nouveau secret", "accounts.current_wrong"),
        (PASSWORD, PASSWORD, "accounts.password_same"),
        (PASSWORD, "court", "accounts.password_short"),
    ],
)
def test_a_refused_change_of_password_changes_nothing(
    signing_in, sessions, lea, current, new, code
) -> None:
    token = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    found = sessions.find(token)
    assert found is not None
    assert code_of(lambda: signing_in.change_password(found.person, current, new, HERE)) == code
    assert sessions.find(token) is not None


def test_a_stolen_session_cannot_try_current_passwords_for_ever(signing_in, sessions, lea) -> None:
    found = sessions.find(signing_in.with_password("lea@exemple.fr", PASSWORD, HERE))
    assert found is not None
    for _ in range(10):
        with pytest.raises(AccountError):
            signing_in.change_password(found.person, "faux", "un tout nouveau secret", HERE)
    assert code_of(lambda: signing_in.change_password(found.person, PASSWORD, "x", HERE)) == (
        "accounts.too_many"
    )


def test_close_others_keeps_one(signing_in, sessions, lea) -> None:
    kept, gone = (signing_in.with_password("lea@exemple.fr", PASSWORD, HERE) for _ in range(2))
    sessions.close_others(lea, kept)
    assert sessions.find(kept) is not None
    assert sessions.find(gone) is None
    assert sessions.others(lea, kept) == 0


def test_sessions_end_when_idle_and_at_the_end_of_the_day(signing_in, sessions, lea, clock) -> None:
    token = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    for _ in range(11):
        clock.wait(minutes=50)
        assert sessions.find(token) is not None
    clock.wait(minutes=51)
    assert sessions.find(token) is None
    idle = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    clock.wait(minutes=61)
    assert sessions.find(idle) is None


@pytest.mark.parametrize(
    ("login", "name", "roles", "code"),
    [
        ("pas une adresse", "Paul", [Role.MEMBER], "accounts.login_wrong"),
        ("a@b@c", "Paul", [Role.MEMBER], "accounts.login_wrong"),
        ("x" * 200 + "@exemple.fr", "Paul", [Role.MEMBER], "accounts.login_wrong"),
        ("LEA@EXEMPLE.FR", "Paul", [Role.MEMBER], "accounts.login_taken"),
        ("paul@exemple.fr", " \u200b ", [Role.MEMBER], "accounts.name_missing"),
        ("paul@exemple.fr", "Paul", [], "accounts.role_missing"),
    ],
)
def test_an_account_that_cannot_be_made(people, lea, login, name, roles, code) -> None:
    assert code_of(lambda: people.add(None, login, name, roles)) == code
    assert len(people.all()) == 1


@pytest.mark.parametrize("account", [999_999, 2**31, 2**70])
def test_an_account_that_does_not_exist(people, account) -> None:
    assert code_of(lambda: people.get(account)) == "accounts.unknown_account"


@pytest.mark.parametrize(
    "change",
    [
        lambda people, chief: people.set_active(chief, chief.id, False),
        lambda people, chief: people.change(chief, chief.id, "Anne", [Role.EDITOR]),
    ],
)
def test_the_last_administrator_stays(people, chief, lea, change) -> None:
    assert code_of(lambda: change(people, chief)) == "accounts.last_administrator"
    kept = people.get(chief.id)
    assert (kept.active, kept.name, kept.roles) == (True, "Anne Chef", {Role.ADMINISTRATOR})
    # Somebody who cannot sign in yet does not count.
    waiting = people.add(chief, "b@exemple.fr", "Bob", [Role.ADMINISTRATOR])
    assert code_of(lambda: change(people, chief)) == "accounts.last_administrator"
    people.set_password(chief, waiting.id)
    change(people, chief)


def test_two_administrators_cannot_remove_each_other_at_once(people, chief, database) -> None:
    other = people.add(chief, "b@exemple.fr", "Bob", [Role.ADMINISTRATOR], PASSWORD)
    ready = threading.Barrier(2)

    def close(account: int) -> None:
        ready.wait()
        with suppress(AccountError):
            people.set_active(None, account, False)

    for _ in range(5):
        threads = [threading.Thread(target=close, args=(one,)) for one in (chief.id, other.id)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(one.active for one in people.all()) == 1
        for one in (chief.id, other.id):
            people.set_active(None, one, True)


def test_an_account_made_twice_at_once_is_made_once(people, database: Database) -> None:
    ready, said = threading.Barrier(4), []

    def add() -> None:
        ready.wait()
        try:
            people.add(None, "paul@exemple.fr", "Paul", [Role.MEMBER])
        except AccountError as error:
            said.append(error.code)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["accounts.login_taken"] * 3
    assert len(people.all()) == 1


def test_the_journal_says_who_did_what_without_any_password(
    database, signing_in, people, chief, lea
) -> None:
    given = people.set_password(chief, lea)
    people.change(chief, lea, "Léa", [Role.EDITOR])
    with database.transaction() as session:
        rows = [
            (row.who, row.action, row.target, row.detail)
            for row in session.scalars(select(ActionRow).order_by(ActionRow.id))
        ]
    assert ("Ligne de commande du serveur", "account.created", f"account:{lea}", "helpdesk") in rows
    assert rows[-2:] == [
        ("Anne Chef", "account.password", f"account:{lea}", ""),
        ("Anne Chef", "account.roles", f"account:{lea}", "editeur"),
    ]
    assert given not in str(rows)


def test_the_database_opens_no_session_and_holds_no_password(
    database, signing_in, people, lea
) -> None:
    token = signing_in.with_password("lea@exemple.fr", PASSWORD, HERE)
    with database.transaction() as session:
        held = [
            str(row)
            for table in ("accounts", "sessions", "actions", "sign_in_attempts")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    assert token not in str(held)
    assert PASSWORD not in str(held)
