from staff_forms import both_databases


@both_databases
def test_a_member_enters_and_nobody_does_not(staff) -> None:
    assert staff("membre").get("/equipe").status_code == 200
    assert staff().get("/equipe").headers["location"] == "/equipe/connexion"
