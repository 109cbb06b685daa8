from fakes import OUT_OF_SCOPE, PARTIAL, SOURCED

from pvd_assistant.answer.citing import place_in_document
from pvd_assistant.web.copying import plain_answer


def test_a_copied_answer_carries_its_sources_their_dates_and_its_warnings():
    text = plain_answer(SOURCED)
    assert SOURCED.answer in text
    assert SOURCED.warnings[0] in text
    assert "[4] Guide du programme (Entrer dans le programme, page 2)" in text
    assert "vérifié le 23 novembre 2026" in text
    assert SOURCED.citations[0].url in text
    assert "phrases tirées des documents" in text


def test_an_answer_of_a_language_model_says_so():
    assert "intelligence artificielle (mistral-small)" in plain_answer(PARTIAL)


def test_an_answer_without_source_claims_none():
    assert "Sources" not in plain_answer(OUT_OF_SCOPE)


def test_a_place_is_its_section_and_its_printed_page():
    assert place_in_document(SOURCED.citations[3]) == "Entrer dans le programme, page 2"
    assert place_in_document(SOURCED.citations[0]) == "Combien"
