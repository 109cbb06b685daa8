from __future__ import annotations

from pathlib import Path

import pytest
from filled_tables import Make, fill, write_files
from pydantic import SecretStr
from sqlalchemy import create_engine

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database


@pytest.fixture
def settings_of(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Make settings of an empty place: its name, and the sort of database."""

    def make(name: str, kind: str) -> Settings:
        folder = tmp_path / name
        folder.mkdir()
        if kind == "sqlite":
            return Settings(data_dir=folder)
        url = request.getfixturevalue("postgres_url")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
        return Settings(data_dir=folder, database_url=SecretStr(url))

    return make


@pytest.fixture
def filled(settings_of: Make) -> Settings:
    """People's work: rows in every table of an SQLite database, and files."""
    settings = settings_of("work", "sqlite")
    database = Database(settings)
    fill(database)
    database.close()
    write_files(settings.data_dir)
    return settings
