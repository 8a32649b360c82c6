"""Rollups of test results: per run, per case and branch, and the changes of state between runs.

``advance`` brings them forward by the cases just staged, also when their run is not the newest; ``rebuild`` makes
them anew from the facts. Both give the same, which the tests and `countersign db check` prove.
"""

import hashlib

from dashboard.store.targets import Place
from dashboard.store.transaction import Connection, run, scalar

#: Whether an outcome differs in kind from the one before it; skips are looked through.
_FLIPPED = "({old} >= 2) <> ({new} >= 2)"
_NEIGHBOUR = (
    "(SELECT r.id FROM run r CROSS JOIN test_result t WHERE r.branch_id = :branch "
    "AND (r.started_at, r.id) {op} (:at, :run) AND t.run_id = r.id AND t.case_id = stage_observed.case_id "
    "AND t.attempt = 0 AND t.outcome <> 1 ORDER BY r.started_at {way}, r.id {way} LIMIT 1)"
)
_ITS_OUTCOME = (
    "(SELECT t.outcome FROM test_result t WHERE t.run_id = stage_observed.{run} "
    "AND t.case_id = stage_observed.case_id AND t.attempt = 0)"
)


def advance(connection: Connection, where: Place) -> None:
    """Bring the rollups of cases forward by ``stage_observed``; the run's facts must not be there yet."""
    late = scalar(connection, "SELECT 1 FROM stage_observed WHERE late = 1 LIMIT 1") is not None
    if late:
        _find_neighbours(connection, where)
        _take_back_changes(connection, where.run_id)
    run(
        connection,
        "INSERT INTO status_change (run_id, case_id, old_outcome, new_outcome) "
        "SELECT :run, case_id, prev_outcome, outcome FROM stage_observed WHERE outcome <> 1 "
        f"AND prev_outcome IS NOT NULL AND {_FLIPPED.format(old='prev_outcome', new='outcome')} ORDER BY case_id",
        run=where.run_id,
    )
    if late:
        _change_the_next(connection)
    _add_to_stats(connection, where, late=late)


def _find_neighbours(connection: Connection, where: Place) -> None:
    position = {"branch": where.branch_id, "at": where.started_at, "run": where.run_id}
    before, after = _NEIGHBOUR.format(op="<", way="DESC"), _NEIGHBOUR.format(op=">", way="ASC")
    run(
        connection,
        f"UPDATE stage_observed SET prev_run = {before}, next_run = {after} WHERE late = 1",
        **position,
    )
    run(
        connection,
        f"UPDATE stage_observed SET prev_outcome = {_ITS_OUTCOME.format(run='prev_run')}, "
        f"next_outcome = {_ITS_OUTCOME.format(run='next_run')} WHERE late = 1",
    )


def _take_back_changes(connection: Connection, run_id: int) -> None:
    run(
        connection,
        "DELETE FROM status_change WHERE run_id = :run "
        "AND case_id IN (SELECT case_id FROM stage_observed WHERE late = 1)",
        run=run_id,
    )
    run(
        connection,
        "DELETE FROM status_change WHERE (run_id, case_id) IN "
        "(SELECT next_run, case_id FROM stage_observed WHERE next_run IS NOT NULL)",
    )


def _change_the_next(connection: Connection) -> None:
    """Compare the run after this one with what now stands before it."""
    before = "CASE WHEN outcome <> 1 THEN outcome ELSE prev_outcome END"
    run(
        connection,
        "INSERT INTO status_change (run_id, case_id, old_outcome, new_outcome) "
        f"SELECT next_run, case_id, was, next_outcome FROM (SELECT *, {before} AS was FROM stage_observed "
        "WHERE next_run IS NOT NULL) n WHERE was IS NOT NULL "
        f"AND {_FLIPPED.format(old='was', new='next_outcome')} ORDER BY case_id",
    )
    _count_changes(connection, "run.id IN (SELECT next_run FROM stage_observed WHERE next_run IS NOT NULL)")


def _add_to_stats(connection: Connection, where: Place, *, late: bool) -> None:
    """Add the difference that the staged cases make; what replaces an old outcome takes that one out."""

    def change(codes: str) -> str:
        return (
            f"CASE WHEN o.outcome IN ({codes}) THEN 1 ELSE 0 END"
            f" - CASE WHEN o.old_outcome IN ({codes}) THEN 1 ELSE 0 END"
        )

    newest, join = "CASE WHEN o.outcome <> 1 THEN {this} ELSE o.{prev} END", ""
    if late:  # the newest run in which the case was not skipped is unchanged when there is a later one
        newest = f"CASE WHEN o.next_run IS NOT NULL THEN k.{{col}} ELSE {newest} END"
        join = "LEFT JOIN case_stat k ON k.branch_id = :branch AND k.case_id = o.case_id "
    run(
        connection,
        "INSERT INTO case_stat (branch_id, case_id, runs, passed, failing, skipped, timed, sum_us, last_run, "
        "last_outcome) SELECT CAST(:branch AS INTEGER), o.case_id, "
        f"CASE WHEN o.old_outcome IS NULL THEN 1 ELSE 0 END, {change('0')}, {change('2, 3')}, {change('1')}, "
        "CASE WHEN o.duration_us IS NULL THEN 0 ELSE 1 END - CASE WHEN o.old_us IS NULL THEN 0 ELSE 1 END, "
        "coalesce(o.duration_us, 0) - coalesce(o.old_us, 0), "
        f"{newest.format(col='last_run', this='CAST(:run AS INTEGER)', prev='prev_run')}, "
        f"{newest.format(col='last_outcome', this='o.outcome', prev='prev_outcome')} "
        f"FROM stage_observed o {join}WHERE true ORDER BY o.case_id "
        "ON CONFLICT (branch_id, case_id) DO UPDATE SET runs = case_stat.runs + excluded.runs, "
        "passed = case_stat.passed + excluded.passed, failing = case_stat.failing + excluded.failing, "
        "skipped = case_stat.skipped + excluded.skipped, timed = case_stat.timed + excluded.timed, "
        "sum_us = case_stat.sum_us + excluded.sum_us, last_run = excluded.last_run, "
        "last_outcome = excluded.last_outcome",
        branch=where.branch_id,
        run=where.run_id,
    )


def count_run(connection: Connection, run_id: int) -> None:
    """Sum a run up from its facts, and count one more test report of it."""
    run(
        connection,
        "UPDATE run SET test_artefacts = test_artefacts + 1, cases_digest = :digest WHERE id = :run",
        digest=cases_digest(connection, run_id),
        run=run_id,
    )
    recount(connection, "run.id = :run", run=run_id)


def cases_digest(connection: Connection, run_id: int) -> bytes:
    """Give the digest of the set of cases that a run has."""
    numbers_of = {
        "sqlite": "group_concat(case_id)",  # the facts lie in the order of their cases
        "postgresql": "string_agg(CAST(case_id AS TEXT), ',' ORDER BY case_id)",
    }
    sql = f"SELECT {numbers_of[connection.dialect.name]} FROM test_result WHERE run_id = :run AND attempt = 0"
    return hashlib.sha256((scalar(connection, sql, run=run_id) or "").encode()).digest()


TOTALS = ("total", "passed", "failed", "errors", "skipped", "duration_us", "flaky", "new_failures", "fixed")


def totals_from_facts(which: str) -> str:
    """Give the query for the totals of the runs that ``which`` selects, in the columns ``TOTALS``."""
    failed_before = (
        "SELECT count(DISTINCT a.case_id) FROM test_result a JOIN test_result f ON f.run_id = a.run_id "
        "AND f.case_id = a.case_id AND f.attempt = 0 WHERE a.run_id = run.id AND +a.attempt > 0 AND a.outcome >= 2 "
        "AND f.outcome = 0 AND NOT EXISTS (SELECT 1 FROM ambiguous_case m WHERE m.run_id = a.run_id "
        "AND m.case_id = a.case_id)"
    )
    changes = "SELECT count(*) FROM status_change c WHERE c.run_id = run.id AND c.new_outcome"
    return (
        "SELECT run.id AS run_id, count(t.run_id) AS total, count(*) FILTER (WHERE t.outcome = 0) AS passed, "
        "count(*) FILTER (WHERE t.outcome = 2) AS failed, count(*) FILTER (WHERE t.outcome = 3) AS errors, "
        "count(*) FILTER (WHERE t.outcome = 1) AS skipped, CAST(sum(t.duration_us) AS BIGINT) AS duration_us, "
        f"({failed_before}) AS flaky, ({changes} >= 2) AS new_failures, ({changes} < 2) AS fixed FROM run "
        f"LEFT JOIN test_result t ON t.run_id = run.id AND t.attempt = 0 WHERE {which} GROUP BY run.id"
    )


def recount(connection: Connection, which: str, **values: int) -> None:
    """Sum up the runs that ``which`` selects."""
    changes = ", ".join(f"{name} = s.{name}" for name in TOTALS)
    run(connection, f"UPDATE run SET {changes} FROM ({totals_from_facts(which)}) s WHERE run.id = s.run_id", **values)


def _count_changes(connection: Connection, which: str, **values: int) -> None:
    counted = "(SELECT count(*) FROM status_change c WHERE c.run_id = run.id AND c.new_outcome"
    sql = f"UPDATE run SET new_failures = {counted} >= 2), fixed = {counted} < 2) WHERE {which}"
    run(connection, sql, **values)


def rebuild_run(connection: Connection, branch_id: int, run_id: int) -> None:
    """Make the rollups of all cases of a run anew: for a run that has moved in time."""
    run(
        connection,
        "INSERT INTO stage_dirty (case_id) SELECT case_id FROM test_result WHERE run_id = :run AND attempt = 0",
        run=run_id,
    )
    rebuild(connection, branch_id)


def rebuild(connection: Connection, branch_id: int) -> None:
    """Make the rollups of the cases in ``stage_dirty`` anew from the facts of a branch."""
    mine = "case_id IN (SELECT case_id FROM stage_dirty)"
    runs = "run_id IN (SELECT id FROM run WHERE branch_id = :branch)"
    run(connection, f"DELETE FROM status_change WHERE {mine} AND {runs}", branch=branch_id)
    run(connection, f"DELETE FROM case_stat WHERE branch_id = :branch AND {mine}", branch=branch_id)
    run(connection, f"INSERT INTO status_change ({CHANGES}) {changes_from_facts(mine)}", branch=branch_id)
    run(connection, f"INSERT INTO case_stat ({STATS}) {stats_from_facts(mine)}", branch=branch_id)
    # A pruned run keeps the totals it had: its results are no longer there to be counted.
    _count_changes(connection, "run.branch_id = :branch AND run.pruned_at IS NULL", branch=branch_id)


CHANGES = "run_id, case_id, old_outcome, new_outcome"
STATS = "branch_id, case_id, runs, passed, failing, skipped, timed, sum_us, last_run, last_outcome"


def changes_from_facts(which: str = "true") -> str:
    """Give the query for the changes of state on a branch, in the columns ``CHANGES``."""
    return (
        "SELECT run_id, case_id, was, outcome FROM (SELECT t.run_id, t.case_id, t.outcome, lag(t.outcome) OVER "
        f"(PARTITION BY t.case_id ORDER BY r.started_at, r.id) AS was {_facts(which)} AND t.outcome <> 1) o "
        f"WHERE was IS NOT NULL AND {_FLIPPED.format(old='was', new='outcome')}"
    )


def stats_from_facts(which: str = "true") -> str:
    """Give the query for the sums a case on a branch, in the columns ``STATS``."""
    newest = "CASE WHEN place = 1 AND outcome <> 1 THEN {} END"
    return (
        "SELECT CAST(:branch AS INTEGER), case_id, count(*), count(*) FILTER (WHERE outcome = 0), "
        "count(*) FILTER (WHERE outcome >= 2), count(*) FILTER (WHERE outcome = 1), count(duration_us), "
        f"CAST(coalesce(sum(duration_us), 0) AS BIGINT), max({newest.format('run_id')}), "
        f"max({newest.format('outcome')}) FROM (SELECT t.*, row_number() OVER (PARTITION BY t.case_id "
        "ORDER BY CASE WHEN t.outcome = 1 THEN 1 ELSE 0 END, r.started_at DESC, r.id DESC) AS place "
        f"{_facts(which)}) o GROUP BY case_id"
    )


def _facts(which: str) -> str:
    return (
        "FROM run r CROSS JOIN test_result t WHERE r.branch_id = :branch AND t.run_id = r.id AND t.attempt = 0 "
        f"AND {which.replace('case_id IN', 't.case_id IN', 1)}"
    )
