"""Databases for the tests: an SQLite file, and a PostgreSQL server that lives as long as the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty database: a file, then a server when the machine has one."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    url = request.getfixturevalue("postgres_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return Settings(data_dir=tmp_path, database_url=SecretStr(url))


@pytest.fixture
def database(database_settings: Settings) -> Iterator[Database]:
    opened = Database(database_settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    pytest.importorskip("psycopg")
    # Debian keeps the server's programs out of the path, one folder a version.
    folders = [str(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    initdb, pg_ctl = shutil.which("initdb", path=path), shutil.which("pg_ctl", path=path)
    if initdb is None or pg_ctl is None:
        pytest.skip("no PostgreSQL server on this machine")
    # PostgreSQL refuses to run as root, and its socket's path must be short.
    account = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pvd") as folder, socket.socket() as free:
        if account:
            shutil.chown(folder, "nobody")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        data, options = f"{folder}/data", f"-h 127.0.0.1 -p {port} -k {folder} -F"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder, **account}
        made = [initdb, "-D", data, "-U", "pvd", "-A", "trust", "-E", "UTF8"]
        subprocess.run(made, check=True, **quiet)
        control = [pg_ctl, "-D", data, "-l", f"{folder}/log", "-w"]
        subprocess.run([*control, "-o", options, "start"], check=True, **quiet)
        yield f"postgresql://pvd@127.0.0.1:{port}/postgres"
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, **quiet)
