from __future__ import annotations

from pathlib import Path

import pytest

from corpus.makers import write
from pvd_assistant.corpus.readers import read
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Menu</title><style>p{}</style></head><body>
<header>En-tête du site</header><nav><ul><li>Accueil</li></ul></nav>
<div class="fr-breadcrumb">Vous êtes ici</div>
<main><h1>L’offre</h1><p>Une phrase<br>coupée.<br><br>Une autre.</p>
<script>alert("non")</script><p hidden>caché</p><p style="display: none">caché</p>
<h2>Conditions</h2><p>Il faut&nbsp;:</p><ul><li>être une <b>commune</b><ul><li>petite</li></ul></li>
<li><p>signer.</p></li></ul>
<h2>Montants</h2>
<table><caption>Aides</caption><tr><th>Cas</th><th>An</th><th>Taux</th></tr>
<tr><td rowspan="2">Avec l’Anah</td><td>2025</td><td>75 %</td></tr><tr><td>2026</td><td>50 %</td></tr>
</table>
<dl><dt>ORT</dt><dd>opération de revitalisation de territoire.</dd></dl>
<h2>Sources</h2><p>rien</p></main><footer>Pied</footer></body></html>"""


def stated(parts: tuple[Part, ...]) -> list[tuple[str, str, str | None]]:
    return [
        (block.kind, part.text[block.start : block.end], block.header)
        for part in parts
        for block in part.blocks
    ]


def test_the_main_text_is_read_without_menus_scripts_and_hidden_parts(
    tmp_path: Path, settings: Settings
) -> None:
    parts = read(write(tmp_path / "page.html", PAGE), settings)
    assert stated(parts) == [
        ("paragraph", "Une phrase coupée.", None),
        ("paragraph", "Une autre.", None),
        ("paragraph", "Il faut\u00a0:", None),
        ("item", "être une commune", "Il faut\u00a0:"),
        ("item", "petite", "être une commune"),
        ("item", "signer.", "Il faut\u00a0:"),
        ("row", "Avec l’Anah | 2025 | 75 %", "Cas | An | Taux"),
        ("row", "Avec l’Anah | 2026 | 50 %", "Cas | An | Taux"),
        ("paragraph", "ORT : opération de revitalisation de territoire.", None),
    ]
    assert [part.blocks[0].headings for part in parts] == [(), ("Conditions",), ("Montants",)]


def test_a_page_without_main_is_read_from_its_body(tmp_path: Path, settings: Settings) -> None:
    page = "<html><body><header>Site</header><div>Bonjour <i>à tous</i>.</div></body></html>"
    assert stated(read(write(tmp_path / "p.htm", page), settings)) == [
        ("paragraph", "Bonjour à tous.", None)
    ]


def test_the_declared_encoding_is_followed(tmp_path: Path, settings: Settings) -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Été déjà.</p></body></html>'
    parts = read(write(tmp_path / "p.html", page.encode("latin-1")), settings)
    assert stated(parts) == [("paragraph", "Été déjà.", None)]


def test_a_title_inside_an_accordion_button_is_kept(tmp_path: Path, settings: Settings) -> None:
    page = "<main><h2><button>Qui paie ?</button></h2><div><p>L’État.</p></div></main>"
    (part,) = read(write(tmp_path / "p.html", page), settings)
    assert part.blocks[0].headings == ("Qui paie ?",)


@pytest.mark.parametrize("depth", [230, 20_000])
def test_deep_nesting_is_refused(tmp_path: Path, settings: Settings, depth: int) -> None:
    page = "<html><body>" + "<div>" * depth + "fin" + "</div>" * depth
    with pytest.raises(DocumentError) as caught:
        read(write(tmp_path / "p.html", page), settings)
    assert caught.value.code == "corpus.too_deep"
