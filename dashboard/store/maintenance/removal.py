"""Takes evidence out: first it is said to be gone, in one step with the log's event; then the rows go.

A candidate's rows leave in one transaction with its rollups set right. Whatever stops the program in between leaves a
sound database, and the next pruning finishes what this one began (``unfinished``).
"""

from collections.abc import Iterable, Sequence

from dashboard.store import rollups
from dashboard.store.engine import Store
from dashboard.store.filed import numbers
from dashboard.store.maintenance.rows import led_by, tables
from dashboard.store.staged_tables import ddl
from dashboard.store.transaction import PROJECT_LOCK, Connection, columns, lock, reading, rows, run, scalar, writing

_FACTS = "test_result"
_AT_ONCE = 500


def hold(connection: Connection) -> None:
    """Let nobody bring evidence into any project until this transaction ends, nor sign any."""
    for (project,) in list(columns(connection, "SELECT id FROM project ORDER BY id")):
        lock(connection, PROJECT_LOCK, int(project))


def mark(connection: Connection, candidates: Sequence[int], at_ms: int) -> None:
    """Say of all artefacts and runs of the candidates that they were pruned now: from here on they count as absent."""
    for start in range(0, len(candidates), _AT_ONCE):
        chosen = numbers(candidates[start : start + _AT_ONCE])
        for table in ("artefact", "run"):
            run(
                connection,
                f"UPDATE {table} SET pruned_at = :at WHERE candidate_id IN ({chosen}) AND pruned_at IS NULL",
                at=at_ms,
            )


def unfinished(store: Store) -> list[int]:
    """Give the candidates with rows or bytes of what is said to be pruned, oldest first."""
    by_run = " OR ".join(f"EXISTS (SELECT 1 FROM {t} x WHERE x.run_id = r.id)" for t in led_by("run_id"))
    by_file = " OR ".join(f"EXISTS (SELECT 1 FROM {t} x WHERE x.artefact_id = a.id)" for t in led_by("artefact_id"))
    with reading(store) as connection:
        found = rows(
            connection,
            f"SELECT candidate_id FROM run r WHERE r.pruned_at IS NOT NULL AND ({by_run}) UNION "
            "SELECT candidate_id FROM artefact a WHERE a.pruned_at IS NOT NULL "
            f"AND ({by_file} OR {_LAST_OF_ITS_BYTES})",
        )
    return sorted(row["candidate_id"] for row in found)


_LAST_OF_ITS_BYTES = (
    "EXISTS (SELECT 1 FROM blob_chunk b WHERE b.sha256 = a.sha256 AND b.seq = 0) AND NOT EXISTS "
    "(SELECT 1 FROM artefact o WHERE o.sha256 = a.sha256 AND o.pruned_at IS NULL)"
)


def remove(store: Store, candidate_id: int) -> None:
    """Remove results, records and bytes of what is said to be pruned of a candidate, in one transaction."""
    with writing(store) as connection:
        project = scalar(connection, "SELECT project_id FROM candidate WHERE id = :id", id=candidate_id)
        lock(connection, PROJECT_LOCK, int(project))
        by_branch: dict[int, list[int]] = {}
        for row in rows(
            connection,
            "SELECT id, branch_id FROM run WHERE candidate_id = :candidate AND pruned_at IS NOT NULL",
            candidate=candidate_id,
        ):
            by_branch.setdefault(row["branch_id"], []).append(row["id"])
        for branch, runs in sorted(by_branch.items()):
            _remove_runs(connection, branch, runs)
        mine = "SELECT id FROM artefact WHERE candidate_id = :candidate AND pruned_at IS NOT NULL"
        for table in led_by("artefact_id"):
            run(connection, f"DELETE FROM {table} WHERE artefact_id IN ({mine})", candidate=candidate_id)
        run(
            connection,
            "DELETE FROM blob_chunk WHERE sha256 IN (SELECT a.sha256 FROM artefact a "
            f"WHERE a.candidate_id = :candidate AND a.pruned_at IS NOT NULL AND {_LAST_OF_ITS_BYTES})",
            candidate=candidate_id,
        )


#: The run after ``q`` in which the case of ``t`` was not skipped.
_NEXT = (
    f"(SELECT r.id FROM run r CROSS JOIN {_FACTS} x WHERE r.branch_id = :branch "
    "AND (r.started_at, r.id) > (q.started_at, q.id) AND x.run_id = r.id AND x.case_id = t.case_id "
    "AND x.attempt = 0 AND x.outcome <> 1 ORDER BY r.started_at, r.id LIMIT 1)"
)


def _remove_runs(connection: Connection, branch_id: int, runs: Sequence[int]) -> None:
    """Take the facts of runs out of a branch and of its rollups.

    A case that did not change its state in one of the runs, nor in the run of it that comes next, changes it nowhere
    else for want of them: only its sums change, and what is gone is taken off. The others are made anew from what
    stays, and so are those that were last seen in one of the runs.
    """
    chosen = numbers(runs)
    for statement in ddl(connection.dialect.name):
        if "stage_dirty" in statement:
            run(connection, statement)
    gone = f"run_id IN ({chosen}) AND attempt = 0"
    run(
        connection,
        f"INSERT INTO stage_dirty (case_id) SELECT DISTINCT t.case_id FROM {_FACTS} t JOIN run q ON q.id = t.run_id "
        f"WHERE t.run_id IN ({chosen}) AND t.attempt = 0 AND (EXISTS (SELECT 1 FROM status_change c "
        "WHERE c.case_id = t.case_id AND c.run_id = t.run_id) OR EXISTS (SELECT 1 FROM case_stat k "
        "WHERE k.branch_id = :branch AND k.case_id = t.case_id AND k.last_run = t.run_id) OR EXISTS "
        f"(SELECT 1 FROM status_change c WHERE c.case_id = t.case_id AND c.run_id = {_NEXT}))",
        branch=branch_id,
    )
    run(
        connection,
        "UPDATE case_stat SET runs = case_stat.runs - s.runs, passed = case_stat.passed - s.passed, "
        "failing = case_stat.failing - s.failing, skipped = case_stat.skipped - s.skipped, "
        "timed = case_stat.timed - s.timed, sum_us = case_stat.sum_us - s.sum_us FROM (SELECT case_id, "
        "count(*) AS runs, count(*) FILTER (WHERE outcome = 0) AS passed, "
        "count(*) FILTER (WHERE outcome >= 2) AS failing, count(*) FILTER (WHERE outcome = 1) AS skipped, "
        "count(duration_us) AS timed, CAST(coalesce(sum(duration_us), 0) AS BIGINT) AS sum_us "
        f"FROM {_FACTS} WHERE {gone} AND case_id NOT IN (SELECT case_id FROM stage_dirty) GROUP BY case_id) s "
        "WHERE case_stat.branch_id = :branch AND case_stat.case_id = s.case_id",
        branch=branch_id,
    )
    for table in led_by("run_id"):
        run(connection, f"DELETE FROM {table} WHERE run_id IN ({chosen})")
    run(connection, "DELETE FROM case_stat WHERE branch_id = :branch AND runs = 0", branch=branch_id)
    rollups.rebuild(connection, branch_id)
    run(connection, "DROP TABLE stage_dirty")


def sweep(store: Store) -> dict[str, int]:
    """Remove names and texts that nothing uses any more; gives how many rows of each table."""
    with writing(store) as connection:
        hold(connection)
        return {
            "failure_text": _unused(connection, "failure_text", [("test_result", "failure_id")]),
            "test_case": _unused(connection, "test_case", _users("case_id")),
            "metric_series": _unused(connection, "metric_series", _users("series_id")),
        }


def _users(column: str) -> list[tuple[str, str]]:
    """Give the tables that refer by this column; facts by their sums, of which there are a thousand times fewer."""
    return [(table.name, column) for table in tables() if column in table.columns and table.name != _FACTS]


def _unused(connection: Connection, table: str, users: Iterable[tuple[str, str]]) -> int:
    used = " ".join(f"EXCEPT SELECT {column} FROM {user}" for user, column in users)
    return run(connection, f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} {used})")
