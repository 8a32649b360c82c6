"""Failure texts and the groups they belong to, by fingerprint."""

import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import text

from dashboard.store.outcomes import FAILED
from dashboard.store.transaction import Connection, columns, run


class Told(NamedTuple):
    """A failure that has no group yet."""

    id: int
    type: str | None
    message: str | None
    text: str | None


class Group(NamedTuple):
    """What failures with one cause have in common."""

    digest: bytes
    type: str | None
    title: str
    frame: str | None


def ungrouped(connection: Connection, run_id: int) -> Iterator[Told]:
    """Give the failures of a run, of outcomes and of attempts, that have no group yet."""
    found = columns(
        connection,
        "SELECT f.id, f.type, f.message, f.body FROM failure_text f WHERE f.group_id IS NULL AND f.id IN "
        f"(SELECT failure_id FROM test_result WHERE run_id = :run AND outcome >= {FAILED}) ORDER BY f.id",
        run=run_id,
    )
    for number, kind, message, body in list(found):
        yield Told(number, kind, message, None if body is None else zlib.decompress(body).decode())


def assign(connection: Connection, groups: Mapping[int, Group]) -> None:
    """Put failures (by id) into their groups, and make the groups that are new."""
    if not groups:
        return
    distinct = {group.digest: group for group in groups.values()}
    connection.execute(
        text(
            "INSERT INTO failure_group (digest, type, title, frame) VALUES (:digest, :type, :title, :frame) "
            "ON CONFLICT (digest) DO NOTHING"
        ),
        [distinct[digest]._asdict() for digest in sorted(distinct)],
    )
    sql = "UPDATE failure_text SET group_id = (SELECT id FROM failure_group WHERE digest = :digest) WHERE id = :id"
    connection.execute(text(sql), [{"id": i, "digest": group.digest} for i, group in sorted(groups.items())])


def count_run(connection: Connection, branch_id: int, run_id: int) -> None:
    """Sum up the failing cases of a run by group."""
    run(connection, "DELETE FROM group_seen WHERE run_id = :run", run=run_id)
    run(
        connection,
        "INSERT INTO group_seen (run_id, group_id, branch_id, cases) "
        f"SELECT :run, x.group_id, :branch, x.cases FROM ({SEEN} t.run_id = :run GROUP BY f.group_id) x",
        run=run_id,
        branch=branch_id,
    )


#: Failing cases by group; ends in the condition that chooses the run.
SEEN = (
    "SELECT f.group_id, count(*) AS cases FROM test_result t JOIN failure_text f ON f.id = t.failure_id "
    f"WHERE t.attempt = 0 AND t.outcome >= {FAILED} AND f.group_id IS NOT NULL AND"
)
