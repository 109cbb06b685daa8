"""Sheets are found by words and facets, and every count says what a click would give."""

from __future__ import annotations

import pytest

from pvd_assistant.practices.catalogue import Criteria
from pvd_assistant.practices.facets import UNKNOWN, names


def value(found, facet, key):
    return next(v for v in found.counts[facet] if v.key == key)


def places(found):
    return [project.place for project in found.projects]


def test_only_project_sheets_are_there(catalogue):
    found = catalogue.search(Criteria())
    assert found.total == len(found.projects) == 13
    assert all(project.metadata.kind == "projet" for project in found.projects)


def test_a_project_is_read_word_for_word(catalogue):
    joigny = catalogue.projects["projets/p020-joigny"]
    assert joigny.subject == "Rénover un centre médiéval et y ramener le commerce"
    assert joigny.place == "Joigny (Yonne)"
    assert joigny.departements == (("89", "Yonne"),)
    assert joigny.years == (2020, 2021)
    assert joigny.cost.text == "300\u00a0000\u00a0€"
    assert joigny.stage.key == "en-cours"
    first = catalogue.index.parts("projets/p020-joigny")[0].text
    assert joigny.summary in first
    assert joigny.summary.startswith("À Joigny, le centre ancien")


def test_a_sheet_without_a_town_is_that_of_its_departement(catalogue):
    plan = catalogue.projects["projets/p036-communes-pvd-de-loir"]
    assert plan.place == "Loir-et-Cher"
    assert plan.population is None
    assert catalogue.search(Criteria(size=(UNKNOWN,))).projects == (plan,)


def test_a_project_astride_two_departements_is_in_both(catalogue):
    cajarc = catalogue.projects["projets/p081-cajarc"]
    for code in ("46", "12"):
        assert cajarc in catalogue.search(Criteria(departement=(code,))).projects


@pytest.mark.parametrize("facet", names())
def test_every_count_is_what_choosing_the_value_gives(catalogue, facet):
    base = Criteria(theme=("santé",)) if facet != "theme" else Criteria(region=("Bretagne",))
    for criteria in (Criteria(), base):
        for one in catalogue.search(criteria).counts[facet]:
            assert one.count == catalogue.count(criteria.choosing(facet, [one.key])), one


def test_values_of_one_facet_add_up_and_facets_narrow(catalogue):
    bretagne = catalogue.search(Criteria(region=("Bretagne",)))
    both = catalogue.search(Criteria(region=("Bretagne", "Hauts-de-France")))
    assert len(both.projects) == len(bretagne.projects) + 1
    assert value(bretagne, "region", "Hauts-de-France").count == 1
    narrowed = catalogue.search(Criteria(region=("Bretagne", "Hauts-de-France"), theme=("santé",)))
    assert places(narrowed) == ["Mortagne-du-Nord (Nord)"]


def test_a_chosen_value_of_no_project_stays_on_show(catalogue):
    found = catalogue.search(Criteria(region=("Bretagne",), theme=("santé",)))
    assert found.projects == ()
    assert (value(found, "theme", "santé").count, value(found, "theme", "santé").chosen) == (
        0,
        True,
    )


def test_bands_are_in_the_order_of_their_numbers_and_unknown_comes_last(catalogue):
    sizes = [one.key for one in catalogue.search(Criteria()).counts["size"]]
    assert sizes[-1] == UNKNOWN
    assert sizes[:-1] == sorted(sizes[:-1], key=int)
    years = [one.key for one in catalogue.search(Criteria()).counts["year"]]
    assert years[0] > years[1]
    assert years[-2:] == ["avant", UNKNOWN]


@pytest.mark.parametrize(
    ("facet", "key", "label"),
    [
        ("size", "0", "Moins de 2\u202f000 habitants"),
        ("size", "2000", "2\u202f000 à 3\u202f499"),
        ("size", "15000", "15\u202f000 et plus"),
        ("cost", "100000", "De 100\u202f000\u00a0€ à moins de 500\u202f000\u00a0€"),
        ("cost", "5000000", "5\u00a0M€ et plus"),
        ("stage", "engage", "Engagé (convention, équipe)"),
        ("departement", "89", "Yonne (89)"),
        ("theme", "habitat", "Habitat"),
        ("theme", "<b>inventé</b>", "<b>inventé</b>"),
        ("size", "12", "12"),
        ("stage", "hors-sujet", "hors-sujet"),
    ],
)
def test_values_have_french_names(catalogue, facet, key, label):
    assert catalogue.labels.label(facet, key) == label


def test_partners_written_in_two_ways_are_one(catalogue):
    keys = [one.label for one in catalogue.search(Criteria()).counts["partner"]]
    assert len(keys) == len({key.casefold() for key in keys})


def test_words_find_the_passage_and_its_sentence(catalogue):
    found = catalogue.search(Criteria(text="maison de santé"))
    first = {match.project.id: match for match in found.matches[:2]}
    assert set(first) == {"projets/p058-mortagne-du-nord", "projets/p075-port-sainte-marie"}
    for match in first.values():
        assert "maison de santé" in match.sentence
        assert match.sentence in match.passage.text


@pytest.mark.parametrize("words", ["piscine", "patinoire", "bitcoin", "centrale nucléaire"])
def test_words_of_no_sheet_find_nothing(catalogue, words):
    assert catalogue.search(Criteria(text=words)).projects == ()


@pytest.mark.parametrize("text", ["", "   ", "«»", "!?"])
def test_text_without_a_word_does_not_filter(catalogue, text):
    assert len(catalogue.search(Criteria(text=text)).projects) == 13
    assert not Criteria(text=text)


def test_orders(catalogue):
    by_size = catalogue.search(Criteria(order="size")).projects
    sizes = [p.population for p in by_size if p.population]
    assert sizes == sorted(sizes)
    assert by_size[-1].population is None
    newest = catalogue.search(Criteria(order="year")).projects[0]
    assert max(newest.years) == max(max(p.years, default=0) for p in by_size)
    names_ = places(catalogue.search(Criteria(order="name")))
    assert names_[0] == "Cajarc, Capdenac-Gare, Lacapelle-Marival (Aveyron et Lot)"


def test_nothing_found_is_never_a_dead_end(catalogue):
    criteria = Criteria(departement=("89",), size=("5000",))
    assert catalogue.count(criteria) == 0
    proposed = catalogue.loosen(criteria)
    changes = {(one.change, one.facet): one for one in proposed}
    assert changes["drop", "size"].count == 2
    assert changes["neighbours", "size"].criteria.size == ("3500", "5000", "7500")
    assert changes["neighbours", "size"].count == 2
    assert ("region", "departement") not in changes  # it would give nothing either
    for one in proposed:
        assert catalogue.count(one.criteria) == one.count > 0
    assert [one.count for one in proposed] == sorted((o.count for o in proposed), reverse=True)


def test_words_too_can_be_dropped(catalogue):
    proposed = catalogue.loosen(Criteria(text="thermes", departement=("89",)))
    assert {(one.facet, one.count) for one in proposed if one.change == "drop"} == {
        ("text", 2),
        ("departement", 3),
    }


def test_the_whole_region_is_proposed_for_a_departement_without_project(catalogue):
    proposed = catalogue.loosen(Criteria(departement=("71",)))
    region = next(one for one in proposed if one.change == "region")
    assert region.criteria.region == ("Bourgogne-Franche-Comté",)
    assert region.count == 2


def test_themes_by_region_are_counted_once_each(catalogue):
    table = catalogue.tally("theme", "region", Criteria())
    assert table["habitat", "Bourgogne-Franche-Comté"] == catalogue.count(
        Criteria(theme=("habitat",), region=("Bourgogne-Franche-Comté",))
    )
    assert sum(n for (t, _), n in table.items() if t == "santé") == catalogue.count(
        Criteria(theme=("santé",))
    )


def test_a_project_is_ready_for_json(catalogue):
    import json

    told = catalogue.projects["projets/p032-guingamp"].to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["stage"]["key"] == "realise"
    assert told["cost"]["euros"] == 6_000_000
