"""A database without space or without the right to write, seen through the API."""

import pytest
from sqlalchemy import event

from dashboard.errors import StoreError
from dashboard.services import admin
from dashboard.web.answers import status_of

WHERE = {"project": "shop", "subject": "f" * 40, "branch": "main", "run": "r1", "name": "junit.xml"}


def report(count):
    cases = "".join(f'<testcase classname="a" name="case {i} {i * 7919}" time="0.1"/>' for i in range(count))
    return f'<testsuites><testsuite name="s" tests="{count}">{cases}</testsuite></testsuites>'.encode()


@pytest.fixture
def bring(client, people, sign_in, operator):
    sign_in(client, "engineer")
    ours = {"origin": "http://localhost:8501"}
    assert client.put("/api/v1/evidence", params=WHERE, content=report(1), headers=ours).status_code == 201
    client.cookies.clear()
    secret = admin.add_token(operator, "shop", "nightly").secret
    headers = {"authorization": f"Bearer {secret}"}
    return lambda count, run: client.put(
        "/api/v1/evidence", params=WHERE | {"run": run}, content=report(count), headers=headers
    )


def test_a_full_disk_is_507_and_the_same_upload_is_taken_when_there_is_space(bring, operator):
    pages = [1]  # SQLite takes this for: no larger than it is

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count={pages[-1]}")

    event.listen(operator.store.writer, "connect", limit)
    operator.store.writer.dispose()
    answer = bring(1500, "r2")
    assert (answer.status_code, answer.json()["slug"]) == (507, "store-full")
    assert "Free some space" in answer.json()["hint"]
    pages.append(1_000_000)
    operator.store.writer.dispose()
    answer = bring(1500, "r2")
    assert (answer.status_code, answer.json()["counts"]["cases"]) == (201, 1500)


def test_a_database_that_may_not_be_written_is_503(bring, operator):

    def refuse(connection, _record):
        connection.execute("PRAGMA query_only=ON")

    event.listen(operator.store.writer, "connect", refuse)
    operator.store.writer.dispose()
    answer = bring(2, "r2")
    assert (answer.status_code, answer.json()["slug"]) == (503, "store-read-only")


@pytest.mark.parametrize(
    ("slug", "status"), [("store-full", 507), ("store-read-only", 503), ("store-busy", 503), ("store-disk-error", 503)]
)
def test_statuses(slug, status):
    assert status_of(StoreError("x", slug=slug)) == status
