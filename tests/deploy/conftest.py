from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_of_replicas import KEY, LOGIN, PASSWORD, Site, chroma, nginx, program, replicas
from sqlalchemy import create_engine

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.storage.database import Database


@pytest.fixture(scope="module")
def site(sample_settings: Settings, postgres_url: str) -> Iterator[Site]:
    """The site, with a small corpus and an account."""
    program("nginx")
    # A short, open path: nginx runs on another account.
    with tempfile.TemporaryDirectory(prefix="pvd") as place:
        root = Path(place)
        root.chmod(0o755)
        shutil.copytree(sample_settings.corpus_dir, root / "corpus")
        _empty(postgres_url)
        (root / "secrets").mkdir()
        (root / "secrets" / "pvd_database_url").write_text(f"{postgres_url}\n")
        (root / "secrets" / "pvd_api_key").write_text(f"{KEY}\n")
        (root / "nginx").mkdir()
        with chroma(root / "chroma") as chroma_url:
            environment = _environment(root, chroma_url)
            _fill(root, chroma_url, postgres_url)
            with (
                replicas(environment, root) as both,
                nginx(root / "nginx", (both[0].port, both[1].port)) as (plain, encrypted, trusted),
            ):
                yield Site(
                    url=f"https://localhost:{encrypted}",
                    plain_url=f"http://localhost:{plain}",
                    replicas=both,
                    environment=environment,
                    corpus=root / "corpus",
                    trusted=trusted,
                )


def _environment(root: Path, chroma_url: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PVD_")},
        "PVD_SECRETS_DIR": str(root / "secrets"),
        "PVD_CORPUS_DIR": str(root / "corpus"),
        "PVD_INDEX_DIR": str(root / "index"),
        "PVD_DATA_DIR": str(root / "data"),
        "PVD_CHROMA_URL": chroma_url,
        "PVD_TRUSTED_PROXIES": "127.0.0.1",
        "PVD_HSTS_SECONDS": "3600",
        "PVD_ACCESS_LOG": "true",
        "PVD_LOG_LEVEL": "INFO",
    }


def _fill(root: Path, chroma_url: str, postgres_url: str) -> None:
    settings = load_settings(
        corpus_dir=root / "corpus",
        index_dir=root / "index",
        data_dir=root / "data",
        chroma_url=chroma_url,
        database_url=postgres_url,
    )
    build(settings)
    database = Database(settings)
    accounts = Accounts.of(database, settings)
    accounts.people.add(None, LOGIN, "Adèle Administratrice", [Role.ADMINISTRATOR], PASSWORD)
    database.close()


def _empty(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
