"""An older database is brought up to what a new one is, with everything in it kept."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from store_maker import case, put

from dashboard.errors import StoreError
from dashboard.store import migrations, triggers
from dashboard.store.engine import open_store, schema_of
from dashboard.store.transaction import reading, rows, run, scalar, writing

SCHEMAS = Path(__file__).parent.parent / "fixtures" / "schema"


#: What the first release held: two candidates, one without environment, each with a run and an artefact.
ROWS_1 = """
INSERT INTO project (slug, name, created_at) VALUES ('kept', 'Kept', 1);
INSERT INTO branch (project_id, name) VALUES (1, 'main');
INSERT INTO candidate (project_id, subject, version, branch, environment, opened_at, as_of)
  VALUES (1, 'aaaa', '1.0', 'main', 'staging', 5, 6), (1, 'bbbb', NULL, NULL, NULL, 7, NULL);
INSERT INTO run (project_id, candidate_id, branch_id, name, started_at, test_artefacts, total, passed, failed, errors,
  skipped, flaky, new_failures, fixed)
  SELECT 1, id, 1, 'run of ' || subject, opened_at, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM candidate;
INSERT INTO artefact (project_id, candidate_id, run_id, part, sha256, name, size, kind, format, reader_version,
  records_sha256, incomplete, collected_at, ingested_at, ingested_by, origin, counts, ledger, notes)
  SELECT 1, candidate_id, id, 0, 'file of ' || name, 'a.xml', 1, 'tests', 'f', 1, 'r', FALSE, 1, 1, 'ada', 'cli',
  '{}', '{}', '[]' FROM run;
INSERT INTO evaluation (id, candidate_id, decision, earned_halves, possible_halves, policy_digest, policy_version,
  as_of, evaluated_at, body) VALUES ('e', 1, 'GO', 1, 1, 'p', 1, 1, 1, '{}')
"""


def make_version_1(url):
    """Make a database as the first release made it, with a project and its candidates in it."""
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
            for statement in ROWS_1.split(";\n"):
                connection.execute(text(statement))
    finally:
        engine.dispose()


def where_of(index):
    """Give the condition of a partial index, as either engine writes it."""
    said = index.get("dialect_options", {})
    return str(said.get("sqlite_where", said.get("postgresql_where", ""))).strip("()")


def shape(store):
    """Give every table with its columns, keys, constraints and indexes."""
    with reading(store) as connection:
        seen = inspect(connection)
        return {
            table: {
                "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)},
                "key": seen.get_pk_constraint(table)["constrained_columns"],
                "unique": sorted(tuple(u["column_names"]) for u in seen.get_unique_constraints(table)),
                "references": sorted(
                    (*k["constrained_columns"], k["referred_table"], *k["referred_columns"])
                    for k in seen.get_foreign_keys(table)
                ),
                "indexes": sorted(
                    (i["name"] or "", tuple(i["column_names"]), bool(i["unique"]), where_of(i))
                    for i in seen.get_indexes(table)
                ),
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
    indexes = {name: (columns, unique, where) for name, columns, unique, where in shape(new)["candidate"]["indexes"]}
    assert indexes["candidate_in_environment"] == (("project_id", "subject", "environment"), True, "")
    assert indexes["candidate_in_none"] == (("project_id", "subject"), True, "environment IS NULL")


def test_what_was_in_it_is_kept(two_stores):
    _, older = two_stores
    with reading(older) as connection:
        assert [row["slug"] for row in rows(connection, "SELECT slug FROM project")] == ["kept"]
        assert [row["number"] for row in rows(connection, "SELECT number FROM meta WHERE name = 'revision'")] == [7]
        assert migrations.version(connection) == migrations.CURRENT


def test_its_candidates_keep_their_runs_files_and_judgements(two_stores):
    _, older = two_stores
    with reading(older) as connection:
        found = rows(
            connection,
            "SELECT c.id, c.subject, c.version, c.branch, c.environment, c.opened_at, c.as_of, c.superseded_at, "
            "r.name, a.sha256, e.id AS evaluation FROM candidate c JOIN run r ON r.candidate_id = c.id "
            "JOIN artefact a ON a.candidate_id = c.id AND a.run_id = r.id "
            "LEFT JOIN evaluation e ON e.candidate_id = c.id ORDER BY c.id",
        )
    assert [tuple(row.values()) for row in found] == [
        (1, "aaaa", "1.0", "main", "staging", 5, 6, None, "run of aaaa", "file of run of aaaa", "e"),
        (2, "bbbb", None, None, None, 7, None, None, "run of bbbb", "file of run of bbbb", None),
    ]


def test_a_subject_of_an_older_database_may_be_proposed_for_another_environment(two_stores):
    _, older = two_stores
    staging = put(older, [case("a")], project="kept", subject="aaaa", environment="staging")
    production = put(older, [case("a")], project="kept", subject="aaaa", environment="production")
    taken = put(older, [case("a")], project="kept", subject="bbbb", environment="staging")
    assert (staging.candidate_id, taken.candidate_id, taken.adopted) == (1, 2, True)
    assert production.candidate_id > 2


def add_twice(store, environment):
    sql = "INSERT INTO candidate (project_id, subject, environment, opened_at) VALUES (:project, 'c', :name, 1)"
    with writing(store) as connection:
        project = scalar(connection, "INSERT INTO project (slug, name, created_at) VALUES ('p', 'P', 1) RETURNING id")
        for _ in range(2):
            run(connection, sql, project=project, name=environment)


@pytest.mark.parametrize("environment", ["staging", None])
def test_a_candidate_is_single_in_the_database_itself(two_stores, environment):
    for store in two_stores:
        with pytest.raises(IntegrityError):
            add_twice(store, environment)


@pytest.mark.parametrize("table", ["run", "artefact"])
def test_references_are_enforced_again(two_stores, table):
    _, older = two_stores
    with pytest.raises(IntegrityError), writing(older) as connection:
        run(connection, f"UPDATE {table} SET candidate_id = 99")


def test_a_database_with_broken_references_is_left_as_it_was(tmp_path):
    path = tmp_path / "older.db"
    url = f"sqlite:///{path}"
    make_version_1(url)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE run SET candidate_id = 99 WHERE id = 2")
    connection.close()
    with pytest.raises(StoreError) as told:
        open_store(url)
    assert told.value.slug == "store-references-broken"
    assert "rows in run that belong to a missing candidate" in str(told.value)
    assert schema_of(url) == 1


def test_every_version_before_the_current_one_has_its_step():
    assert sorted(migrations.STEPS) == list(range(1, migrations.CURRENT))
    with pytest.raises(StoreError, match="written by a newer program"):
        migrations._refuse_newer(migrations.CURRENT + 1, "x")
