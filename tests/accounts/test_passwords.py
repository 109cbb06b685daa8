import pytest
from argon2 import PasswordHasher

from pvd_assistant.accounts.passwords import Passwords, check_password, temporary_password
from pvd_assistant.errors import AccountError

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("onze lettre", "accounts.password_short"),
        ("x" * 201, "accounts.password_long"),
        ("motdepasse2026!", "accounts.password_obvious"),
        ("Azertyuiop12", "accounts.password_obvious"),
        ("123456789012", "accounts.password_obvious"),
        ("7294-8361-5527", "accounts.password_obvious"),
        ("aaaaaaaaaaaaaaa", "accounts.password_obvious"),
        ("Bienvenue-Mairie-2026", "accounts.password_obvious"),
        ("Février2026Été", "accounts.password_obvious"),
        ("vive Léa Dubois !", "accounts.password_own"),
        ("mon-lea.dubois-a-moi", "accounts.password_own"),
        ("LEADUBOIS et moi", "accounts.password_own"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(AccountError) as refused:
        check_password(password, "lea.dubois@exemple.fr", "Léa Dubois")
    assert refused.value.code == code
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        "cheval pile agrafe correct",
        "Zk4;pQ9!wRt2",
        "une école bleue, trois mares",
        "é" * 3 + "abcdefxyz",
    ],
)
def test_good_passwords_are_accepted(password: str) -> None:
    check_password(password, "lea.dubois@exemple.fr", "Léa Dubois")


def test_short_words_of_a_name_are_not_looked_for() -> None:
    check_password("cheval pile agrafe correct", "il@exemple.fr", "Al Le Pil")


def test_accents_are_the_same_however_they_are_typed(passwords: Passwords) -> None:
    kept = passwords.hash("une \u00e9cole bleue, trois mares")
    assert passwords.match(kept, "une e\u0301cole bleue, trois mares")
    assert not passwords.match(kept, "une ecole bleue, trois mares")


def test_nobody_matches_even_with_the_right_words(passwords: Passwords) -> None:
    assert not passwords.match(None, "cheval pile agrafe correct")
    assert not passwords.match("not a hash", "cheval pile agrafe correct")


def test_a_login_that_does_not_exist_costs_as_much(monkeypatch, passwords: Passwords) -> None:
    verified: list[str] = []
    original = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept)
        return original(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    passwords.match(None, "cheval pile agrafe correct")
    assert len(verified) == 1
    assert not passwords.stale(verified[0])


def test_a_hash_made_with_weaker_parameters_is_stale() -> None:
    weak = Passwords(QUICK)
    assert Passwords(PasswordHasher(time_cost=2, memory_cost=64)).stale(weak.hash("cheval pile"))
    assert not weak.stale(weak.hash("cheval pile"))


def test_temporary_passwords_differ_and_would_be_accepted() -> None:
    made = {temporary_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        check_password(one, "lea.dubois@exemple.fr", "Léa Dubois")
