"""Where settings come from, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pvd_assistant.errors import SettingsError
from pvd_assistant.settings import load_settings


def test_secrets_are_read_in_files_one_a_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "pvd_api_key").write_text("du fichier\n")
    (secrets / "pvd_llm_key").write_text("du fichier\n")
    (tmp_path / "pvd.toml").write_text('api_key = "du toml"\nmetrics_key = "du toml"\n')
    monkeypatch.setenv("PVD_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("PVD_LLM_KEY", "de l’environnement")

    settings = load_settings()

    assert settings.api_key.get_secret_value() == "du fichier"
    assert settings.llm_key.get_secret_value() == "de l’environnement"
    assert settings.metrics_key.get_secret_value() == "du toml"


def test_a_folder_of_secrets_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PVD_SECRETS_DIR", str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match=r"PVD_SECRETS_DIR .*absent »"):
        load_settings()


def test_trusted_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().trusted_proxies == ()
    monkeypatch.setenv("PVD_TRUSTED_PROXIES", "127.0.0.1, 10.42.7.0/24, fd00::/8")
    assert load_settings().trusted_proxies == ("127.0.0.1", "10.42.7.0/24", "fd00::/8")


@pytest.mark.parametrize("value", ["*", "proxy.exemple.fr", "10.0.0.1/8"])
def test_a_proxy_that_would_match_nobody_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("PVD_TRUSTED_PROXIES", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert f"« {value} » n’est ni une adresse IP ni un réseau" in str(refused.value)
