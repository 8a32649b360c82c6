"""An older database is brought up to what a new one is, with everything in it kept."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from dashboard.errors import StoreError
from dashboard.store import migrations, triggers
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, rows

SCHEMAS = Path(__file__).parent.parent / "fixtures" / "schema"


def make_version_1(url):
    """Make a database as the first release made it, with a project in it."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            ddl = (SCHEMAS / f"version_1.{connection.dialect.name}.sql").read_text()
            for statement in ddl.split(";\n"):
                if statement.strip():
                    connection.execute(text(statement))
            triggers.create(connection)
            connection.execute(text("INSERT INTO meta (name, number) VALUES ('revision', 7)"))
            made = "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)"
            connection.execute(text(made))
            connection.execute(text("INSERT INTO schema_version VALUES (1, 0)"))
            connection.execute(text("INSERT INTO project (slug, name, created_at) VALUES ('kept', 'Kept', 1)"))
    finally:
        engine.dispose()


def shape(store):
    """Give every table with its columns, key and indexes."""
    with reading(store) as connection:
        seen = inspect(connection)
        return {
            table: {
                "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)},
                "key": seen.get_pk_constraint(table)["constrained_columns"],
                "indexes": sorted((i["name"] or "", tuple(i["column_names"])) for i in seen.get_indexes(table)),
            }
            for table in sorted(seen.get_table_names())
        }


@pytest.fixture
def two_stores(store, tmp_path, request):
    """Give a new database, and one of schema 1 that was brought up."""
    if store.dialect == "sqlite":
        url = f"sqlite:///{tmp_path / 'older.db'}"
    else:
        url = request.getfixturevalue("another_postgres_url")
    make_version_1(url)
    older = open_store(url)
    yield store, older
    older.close()


def test_an_older_database_becomes_what_a_new_one_is(two_stores):
    new, older = two_stores
    assert shape(older) == shape(new)


def test_what_was_in_it_is_kept(two_stores):
    _, older = two_stores
    with reading(older) as connection:
        assert [row["slug"] for row in rows(connection, "SELECT slug FROM project")] == ["kept"]
        assert [row["number"] for row in rows(connection, "SELECT number FROM meta WHERE name = 'revision'")] == [7]
        assert migrations.version(connection) == migrations.CURRENT


def test_every_version_before_the_current_one_has_its_step():
    assert sorted(migrations.STEPS) == list(range(1, migrations.CURRENT))
    with pytest.raises(StoreError, match="written by a newer program"):
        migrations._refuse_newer(migrations.CURRENT + 1, "x")
