"""Lists of sheets: counted, limited to a place and a size, widened aloud, what is over said to be."""

from __future__ import annotations

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Filters


def test_a_list_is_exhaustive_and_counted(expert: Assistant) -> None:
    question = "Quelles offres pour les friches ?"

    answer = expert.ask(question)

    documents = [citation.document for citation in answer.citations]
    assert {
        "offres/cartofriches-urbansimul",
        "offres/fonds-vert-recyclage-foncier-friches",
        "offres/urbanvitaliz-debloquer-projet-friche",
    } <= set(documents)
    assert answer.answer.startswith(f"{len(documents)} offres correspondent.")
    assert len(answer.statements) == len(documents)
    assert answer.family == "offer"
    for citation in answer.citations:
        part = expert.part_text(citation.document, citation.part)
        assert part[citation.start : citation.end] == citation.passage


def test_a_list_of_projects_is_limited_to_the_place_named(expert: Assistant) -> None:
    answer = expert.ask("Quels projets dans le Gers ?")

    assert list(dict.fromkeys(citation.document for citation in answer.citations)) == [
        "projets/p083-eauze",
        "projets/p084-fleurance",
        "projets/p092-mirande",
    ]


def test_a_line_of_a_project_names_the_town_its_size_and_what_was_done(expert: Assistant) -> None:
    answer = expert.ask("Quelles villes du Gers ont rouvert une friche ?")

    line = next(line for line in answer.answer.splitlines() if "Fleurance" in line)
    statement = next(s for s in answer.statements if s.text in line)
    cited = [c.passage for c in answer.citations if c.n in statement.citations]
    assert line.startswith(
        "- Fleurance, Lectoure (Gers), jusqu’à 6\u202f247 habitants par commune : "
    )
    assert "friches" in statement.text
    assert statement.text in cited[0]
    assert "6\u00a0247" in cited[1].replace("\u202f", "\u00a0")


def test_projects_are_limited_to_towns_of_the_size_asked(expert: Assistant) -> None:
    answer = expert.ask(
        "Je cherche des communes de moins de 4 000 habitants qui ont rénové leur centre-bourg"
    )

    sizes = [expert.index.documents[c.document].metadata.place for c in answer.citations]
    assert sizes
    assert all(place and place.population and place.population < 4000 for place in sizes)
    assert "(moins de 4\u202f000 habitants)" in answer.answer.splitlines()[0]


def test_when_nothing_meets_every_criterion_one_is_given_up_aloud(expert: Assistant) -> None:
    answer = expert.ask("Quels projets dans le Gers pour des villes de plus de 15 000 habitants ?")

    first = answer.answer.splitlines()[0]
    assert first.startswith("Aucun projet décrit par le Club ne réunit tous les critères (Gers, ")
    assert "Sans le critère de population" in first
    assert "projets/p083-eauze" in {citation.document for citation in answer.citations}


def test_a_filter_that_the_reader_chose_is_not_given_up(expert: Assistant) -> None:
    question = "Quels projets pour des villes de plus de 15 000 habitants ?"

    answer = expert.ask(question, filters=Filters(departements=("Gers",)))

    assert "Sans le critère" not in answer.answer


def test_an_offer_that_is_over_comes_last_and_is_said_to_be(expert: Assistant) -> None:
    answer = expert.ask("Quelles aides pour financer une étude avant de rénover ?")

    lines = answer.answer.splitlines()
    assert lines[-1].startswith("- Clos ou épuisé : Le fonds Chêne")
    assert sum("Clos ou épuisé" in line for line in lines) == 1
