import io

import pytest
from corpus.makers import Page, pdf
from PIL import Image

from pvd_assistant.web.pdf_pages import picture, sheet

SENTENCE = "Le préfet arrête la liste des communes."


@pytest.fixture
def guide(tmp_path):
    path = tmp_path / "guide.pdf"
    first = Page().lines(
        72, 700, "Avant le passage.", "Le préfet arrête la", "liste des com-", "munes."
    )
    first.text(72, 500, "Encore une fois. Encore une fois.")
    path.write_bytes(pdf([first, Page().text(72, 700, SENTENCE)]))
    return path


def test_a_passage_is_boxed_line_by_line_across_hyphens(guide):
    found = sheet(guide, 1, f"Avant le passage.\n{SENTENCE}", [SENTENCE])
    assert (found.width, found.height) == (595, 842)
    assert len(found.passage) == 4
    assert len(found.statements) == 3
    tops = [box.y for box in found.statements]
    assert tops == sorted(tops)
    # The second line is written 687 points above the bottom of the page.
    assert 842 - 687 - 12 < tops[0] < 842 - 687
    assert all(70 < box.x < 74 for box in found.statements)


def test_what_is_not_on_the_page_is_not_boxed(guide):
    found = sheet(guide, 1, "Une autre phrase, qui n’y est pas.", ["Ni celle-ci."])
    assert (found.passage, found.statements) == ((), ())


def test_what_is_there_twice_is_not_boxed(guide):
    assert sheet(guide, 1, "Encore une fois.").passage == ()


def test_a_statement_is_looked_for_within_its_passage(guide):
    assert sheet(guide, 1, SENTENCE, ["Avant le passage."]).statements == ()


def test_a_page_is_drawn(guide):
    image = Image.open(io.BytesIO(picture(guide, 2)))
    assert image.format == "WEBP"
    assert image.width / image.height == pytest.approx(595 / 842, abs=0.01)
    assert len(image.convert("L").getcolors()) > 1


def test_a_page_that_does_not_exist_or_a_broken_file_gives_nothing(guide, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\n%%EOF\n")
    for path, page in ((guide, 0), (guide, 3), (broken, 1), (tmp_path / "none.pdf", 1)):
        assert sheet(path, page) is None
        assert picture(path, page) is None
