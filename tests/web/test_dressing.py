import pytest
from fakes import FakeAssistant
from fastapi.testclient import TestClient

from pvd_assistant.errors import SettingsError
from pvd_assistant.settings import Settings
from pvd_assistant.web.app import create_app


@pytest.fixture
def dressed(tmp_path):
    (tmp_path / "style.css").write_text(":root { --main: #333; }", "utf-8")
    (tmp_path / "header.html").write_text("<p>Agence des territoires</p>", "utf-8")
    (tmp_path / "footer.html").write_text("<p>Un service de l’Agence</p>", "utf-8")
    settings = Settings(
        corpus_dir=tmp_path,
        data_dir=tmp_path / "data",
        web_stylesheet=tmp_path / "style.css",
        web_header=tmp_path / "header.html",
        web_footer=tmp_path / "footer.html",
    )
    return TestClient(create_app(settings, FakeAssistant()))


@pytest.mark.parametrize("address", ["/", "/a-propos", "/nulle-part"])
def test_every_page_wears_the_dress_of_the_service(dressed, address):
    page = dressed.get(address).text
    assert "<p>Agence des territoires</p>" in page
    assert "<p>Un service de l’Agence</p>" in page
    assert page.index("/habillage/pvd.css") < page.index("/habillage-propre.css")
    assert 'href="/accessibilite"' in page


def test_the_stylesheet_is_served(dressed):
    sheet = dressed.get("/habillage-propre.css")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "--main: #333" in sheet.text


def test_without_settings_nothing_is_added(client):
    page = client.get("/").text
    assert "/habillage-propre.css" not in page
    assert "own-header" not in page
    assert client.get("/habillage-propre.css").status_code == 404


def test_a_missing_file_stops_the_start_with_its_setting_named(tmp_path):
    settings = Settings(data_dir=tmp_path, web_header=tmp_path / "none.html")
    with pytest.raises(SettingsError, match="web_header"):
        create_app(settings, FakeAssistant())
