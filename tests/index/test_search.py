"""What is found, whatever way it is asked."""

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.analysis import terms
from pvd_assistant.index.retriever import PvdRetriever
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters


@pytest.fixture(scope="module")
def index(assistant: Assistant) -> Index:
    return assistant.index


def _first(index: Index, question: str) -> str:
    return index.search(question, filters=Filters(kinds=("offre",)))[0].passage.document


@pytest.mark.parametrize(
    "question",
    [
        "chef de projet",
        "CDP PVD",
        "cheffe de projet cofinancement",
        "cofinancemnt du chef de projt",
    ],
)
def test_acronyms_forms_and_typing_errors_find_the_sheet(index: Index, question: str) -> None:
    assert _first(index, question) == "offres/chef-de-projet"


def test_an_acronym_finds_its_long_form_and_the_reverse(index: Index) -> None:
    assert _first(index, "VTA") == "offres/volontariat-territorial-administration"
    assert _first(index, "opération de revitalisation de territoire") == "offres/ort"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("éligible", "éligibilité"),
        ("l’aide", "aides"),
        ("RENOVATION", "rénover"),
        ("d'éligibilité", "eligible"),
        ("45 000 €", "45000 euros"),
    ],
)
def test_words_of_one_family_meet(one: str, other: str) -> None:
    assert terms(one)[0] == terms(other)[0]


def test_filters_are_applied_inside_both_searches(index: Index) -> None:
    for mode in ("lexical", "dense", "hybrid"):
        hits = index.search("aide de l'État", filters=Filters(themes=("Habitat",)), mode=mode)
        assert hits
        assert all("habitat" in index.documents[h.passage.document].metadata.themes for h in hits)


def test_a_filter_that_nothing_passes_finds_nothing(index: Index) -> None:
    assert index.search("aide", filters=Filters(kinds=("presse",))) == []


def test_the_order_is_always_the_same(index: Index) -> None:
    first, second = (index.search("financement du poste") for _ in range(2))

    assert [(h.passage.id, h.score) for h in first] == [(h.passage.id, h.score) for h in second]
    assert [h.score for h in first] == sorted((h.score for h in first), reverse=True)


def test_a_passage_is_verbatim_in_its_document(index: Index) -> None:
    for document in index.documents:
        parts = index.parts(document)
        for passage in index.passages_of(document):
            assert parts[passage.part].text[passage.start : passage.end] == passage.text


def test_the_retriever_plugs_into_a_chain(index: Index) -> None:
    retriever = PvdRetriever(index=index, filters=Filters(kinds=("offre",)), limit=3)
    prompt = ChatPromptTemplate.from_template("{context}\n{question}")
    model = FakeListChatModel(responses=["75 %"])
    chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model

    assert (chain | StrOutputParser()).invoke("Qui paie le chef de projet ?") == "75 %"
    found = retriever.invoke("Qui paie le chef de projet ?")
    assert len(found) == 3
    assert found[0].metadata["document"] == "offres/chef-de-projet"
    assert found[0].metadata["source"].startswith("https://")


def test_the_packaged_model_is_the_same_through_sentence_transformers(index: Index) -> None:
    from importlib.resources import files

    import numpy as np
    from sentence_transformers import SentenceTransformer

    folder = str(files("pvd_assistant") / "models" / "pvd-static-fr")
    texts = ["Qui paie le poste de chef de projet ?", "opération de revitalisation"]
    theirs = SentenceTransformer(folder, device="cpu").encode(texts, normalize_embeddings=True)

    ours = np.stack([index.embed_question(text) for text in texts])
    assert np.allclose(ours, theirs, atol=1e-4)
