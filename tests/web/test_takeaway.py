import datetime as dt
import io
from dataclasses import replace

import pytest
from docx import Document
from fakes import COMPARISON, HOSTILE, RATE, SOURCED, UNKNOWN
from markdown_it import MarkdownIt
from pypdf import PdfReader

from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.takeaway import take_away
from pvd_assistant.web.towns import Town

DAY = dt.date(2026, 11, 28)


@pytest.fixture
def talk():
    town = Town("38269", "La Mure (Isère)", True)
    talk = Conversation().about(town).asked("Qui paie ?").with_last(answer=SOURCED)
    talk = talk.asked("Et pour comparer ?").with_last(answer=COMPARISON)
    talk = talk.asked("Une piscine ?").with_last(answer=UNKNOWN)
    return talk.asked("Perdue ?").with_last(problem="Pas d’index.")


def test_nothing_is_taken_away_before_the_first_answer(talk):
    assert take_away(Conversation().asked("Qui paie ?"), "docx", DAY) is None
    assert take_away(talk, "exe", DAY) is None


def test_the_file_is_named_after_its_day(talk):
    file = take_away(talk, "md", DAY)
    assert file.name == "conversation-petites-villes-de-demain-2026-11-28.md"
    assert file.media.startswith("text/markdown")


def test_markdown_holds_questions_answers_passages_and_the_notice(talk):
    words = take_away(talk, "md", DAY).content.decode()
    assert "3 questions, document établi le 28 novembre 2026." in words
    assert "intelligence artificielle" in words
    assert words.count("\n## ") == 3
    assert "**Pour la commune de La Mure (Isère)**" in words
    assert RATE in words
    assert "> " + SOURCED.citations[1].passage in words
    assert "Réponse non trouvée dans les documents" in words
    assert "Perdue" not in words
    html = MarkdownIt("commonmark").enable("table").render(words)
    assert "<th>Poste mutualisé</th>" in html
    assert "<h3>Ce qui change</h3>" in html


def test_markup_of_a_document_stays_words_in_markdown():
    talk = Conversation().asked("<b>Qui</b> ?").with_last(answer=HOSTILE)
    html = MarkdownIt("commonmark").render(take_away(talk, "md", DAY).content.decode())
    assert not any(tag in html for tag in ("<b>", "<img", "<script", "<u>", "<i>"))


def test_word_has_real_headings_and_tables_in_french(talk):
    document = Document(io.BytesIO(take_away(talk, "docx", DAY).content))
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert titles == ["Qui paie ?", "Et pour comparer ?", "Une piscine ?"]
    assert document.core_properties.language == "fr-FR"
    table = document.tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == ["", "Poste simple", "Poste mutualisé"]
    assert table.rows[1].cells[1].text == "45 000 € [3]"
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert SOURCED.citations[3].passage.replace("\n", " ") in words
    assert SOURCED.warnings[0] in words


def test_pdf_holds_the_same_and_says_its_language(talk):
    reader = PdfReader(io.BytesIO(take_away(talk, "pdf", DAY).content))
    words = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for wanted in ("Qui paie ?", "75 % du coût", "Poste mutualisé", "Pour la commune de La Mure"):
        assert wanted in words.replace("\u00a0", " ")
    assert reader.metadata.title == "Conversation avec l’assistant du Club Petites villes de demain"
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"


def test_pdf_writes_what_its_fonts_lack_as_near_as_it_can():
    answer = replace(
        SOURCED, answer="De 3\u202f500 à ≤ 4\u202f000 habitants ﬁxés 😀 <b> &", statements=()
    )
    talk = Conversation().asked("Combien ?").with_last(answer=answer)
    reader = PdfReader(io.BytesIO(take_away(talk, "pdf", DAY).content))
    words = reader.pages[0].extract_text().replace("\u00a0", " ")
    assert "De 3 500 à <= 4 000 habitants fixés" in words
    assert "<b> &" in words
