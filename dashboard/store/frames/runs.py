"""Runs of the suite, and what one of them holds."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from dashboard.model.records import Outcome
from dashboard.model.status import Status
from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame
from dashboard.store.outcomes import CODES
from dashboard.store.search import in_run
from dashboard.store.transaction import reading, rows, scalar

_RUN_SHAPE = {
    "id": "whole",
    "name": "text",
    "candidate_id": "whole",
    "subject": "text",
    "version": "text",
    "branch": "text",
    "started_at": "moment",
    "total": "whole",
    "passed": "whole",
    "failed": "whole",
    "errors": "whole",
    "skipped": "whole",
    "flaky": "whole",
    "duration_s": "seconds",
    "new_failures": "whole",
    "fixed": "whole",
    "pruned_at": "moment",
    "infrastructure": "text",
}
_RUNS = (
    "SELECT r.id, r.name, r.candidate_id, c.subject, c.version, b.name AS branch, r.started_at, r.total, r.passed, "
    "r.failed, r.errors, r.skipped, r.flaky, r.duration_us AS duration_s, r.new_failures, r.fixed, r.pruned_at, "
    "r.infrastructure FROM run r JOIN candidate c ON c.id = r.candidate_id JOIN branch b ON b.id = r.branch_id "
    "WHERE r.test_artefacts > 0 AND "
)
_NEWEST_FIRST = "ORDER BY r.started_at DESC, r.id DESC LIMIT :limit"
_CASE_SHAPE = {
    "case_id": "whole",
    "suite": "text",
    "classname": "text",
    "name": "text",
    "outcome": "outcome",
    "duration_s": "seconds",
    "attempts": "whole",
    "failure_id": "number",
    "failure_type": "text",
    "message": "text",
    "status": "text",
}
_ATTEMPTS = "SELECT count(*) FROM test_result x WHERE x.run_id = :run AND x.case_id = t.case_id AND x.attempt > 0"
_CASES = "FROM test_result t JOIN test_case c ON c.id = t.case_id WHERE t.run_id = :run AND t.attempt = 0"
_HERE = "(SELECT branch_id FROM run WHERE id = :run)"
_ORDERS = {
    "outcome": "outcome DESC, suite, classname, name, t.case_id",
    "name": "suite, classname, name, t.case_id",
    "duration": "duration_us DESC NULLS LAST, t.case_id",
    "attempts": f"({_ATTEMPTS}) DESC, outcome DESC, suite, classname, name, t.case_id",
}


def runs(store: Store, project: str, branch: str | None = None, limit: int = 200) -> pd.DataFrame:
    """List the runs of the suite, newest first, of one branch or of all.

    Gives: id, name, candidate_id, subject, version, branch, started_at, total, passed, failed, errors, skipped,
    flaky, duration_s, new_failures, fixed, pruned_at (when its results were removed; its totals stay), infrastructure
    (why the run is taken for a failure of its surroundings, nothing where it is not).
    """
    if branch is None:
        where, values = "r.project_id = (SELECT id FROM project WHERE slug = :project)", {"project": project}
    else:
        where = (
            "r.branch_id = (SELECT n.id FROM branch n JOIN project p ON p.id = n.project_id "
            "WHERE p.slug = :project AND n.name = :branch)"
        )
        values = {"project": project, "branch": branch}
    return frame(store, _RUN_SHAPE, f"{_RUNS}{where} {_NEWEST_FIRST}", limit=limit, **values)


def run(store: Store, project: str, run_id: int) -> pd.DataFrame:
    """Give one run of a project, however old; no row when there is none of this number. Columns as of ``runs``."""
    sql = f"{_RUNS}r.id = :run AND r.project_id = (SELECT id FROM project WHERE slug = :project)"
    return frame(store, _RUN_SHAPE, sql, run=run_id, project=project)


def runs_before(store: Store, run_id: int, *, least: int = 0, limit: int = 1) -> pd.DataFrame:
    """List the runs before one on its branch, newest first, whose results are still kept; columns as of ``runs``.

    ``least`` is how many cases they must have at least, so that a run of a part is not taken for the one before.
    """
    where = (
        f"r.branch_id = {_HERE} AND r.pruned_at IS NULL AND r.total >= :least AND (r.started_at, r.id) < "
        "((SELECT started_at FROM run WHERE id = :run), :run)"
    )
    return frame(store, _RUN_SHAPE, f"{_RUNS}{where} {_NEWEST_FIRST}", run=run_id, least=least, limit=limit)


def runs_of(store: Store, candidate_id: int, limit: int = 1000) -> pd.DataFrame:
    """List the runs of the suite on a candidate, newest first; columns as of ``runs``."""
    sql = f"{_RUNS}r.candidate_id = :candidate {_NEWEST_FIRST}"
    return frame(store, _RUN_SHAPE, sql, candidate=candidate_id, limit=limit)


def run_cases(
    store: Store,
    run_id: int,
    *,
    outcomes: Collection[Outcome | str] = (),
    statuses: Collection[Status] = (),
    search: str = "",
    order: str = "outcome",
    limit: int = 200,
    offset: int = 0,
) -> pd.DataFrame:
    """Give a page of the cases of a run.

    Takes: ``outcomes`` and ``statuses`` (of the case on the run's branch, as it stands now) to show, all when empty;
    ``search`` for a part of suite, class or name (case-insensitive), ``order`` one of ``outcome`` (worst first),
    ``name``, ``duration`` (slowest first), ``attempts``.
    Gives: case_id, suite, classname, name, outcome, duration_s, attempts (1 for a case executed once), failure_id,
    failure_type, message, status (nothing for a case that never failed on the branch).
    """
    where, values = _filter(store, outcomes, statuses, search)
    # What costs a look-up a case is looked up for the page alone, after the sorting.
    page = (
        "SELECT t.case_id, c.suite, c.classname, c.name, t.outcome, t.duration_us, t.failure_id "
        f"{_CASES}{where} ORDER BY {_ORDERS[order]} LIMIT :limit OFFSET :offset"
    )
    sql = (
        "SELECT t.case_id, t.suite, t.classname, t.name, t.outcome, t.duration_us AS duration_s, "
        f"CASE WHEN ({_ATTEMPTS}) = 0 THEN 1 ELSE ({_ATTEMPTS}) END AS attempts, t.failure_id, "
        f"f.type AS failure_type, f.message, s.status FROM ({page}) t LEFT JOIN failure_text f ON f.id = t.failure_id "
        f"LEFT JOIN case_state s ON s.branch_id = {_HERE} AND s.case_id = t.case_id ORDER BY {_ORDERS[order]}"
    )
    return frame(store, _CASE_SHAPE, sql, run=run_id, limit=limit, offset=offset, **values)


def count_run_cases(
    store: Store,
    run_id: int,
    *,
    outcomes: Collection[Outcome | str] = (),
    statuses: Collection[Status] = (),
    search: str = "",
) -> int:
    """Count the cases that ``run_cases`` pages through."""
    where, values = _filter(store, outcomes, statuses, search)
    with reading(store) as connection:
        return int(scalar(connection, f"SELECT count(*) {_CASES}{where}", run=run_id, **values))


def run_statuses(store: Store, run_id: int) -> dict[Status, int]:
    """Count the cases of a run by their status on its branch; those that never failed there have none."""
    sql = (
        f"SELECT s.status, count(*) AS n FROM case_state s WHERE s.branch_id = {_HERE} AND EXISTS (SELECT 1 FROM "
        "test_result t WHERE t.run_id = :run AND t.case_id = s.case_id AND t.attempt = 0) GROUP BY s.status"
    )
    with reading(store) as connection:
        return {Status(row["status"]): int(row["n"]) for row in rows(connection, sql, run=run_id)}


def _filter(
    store: Store, outcomes: Collection[Outcome | str], statuses: Collection[Status], search: str
) -> tuple[str, dict[str, Any]]:
    where, values = "", {}
    if outcomes:
        where += f" AND t.outcome IN ({', '.join(str(CODES[Outcome(outcome)]) for outcome in sorted(outcomes))})"
    if statuses:
        named = ", ".join(f"'{Status(status).value}'" for status in sorted(statuses))
        where += (
            f" AND t.case_id IN (SELECT s.case_id FROM case_state s WHERE s.branch_id = {_HERE} "
            f"AND s.status IN ({named}))"
        )
    if search:
        with reading(store) as connection:
            found = in_run(connection, search)
        where, values = f"{where} AND {found.where}", found.binds
    return where, values


def run_suites(store: Store, run_id: int, limit: int = 5000) -> pd.DataFrame:
    """Sum a run up by suite and class, the most failing first.

    Gives: suite, classname, total, passed, failed, errors, skipped, duration_s.
    """
    shape = {
        "suite": "text",
        "classname": "text",
        "total": "whole",
        "passed": "whole",
        "failed": "whole",
        "errors": "whole",
        "skipped": "whole",
        "duration_s": "seconds",
    }
    return frame(
        store,
        shape,
        "SELECT c.suite, c.classname, count(*) AS total, count(*) FILTER (WHERE t.outcome = 0) AS passed, "
        "count(*) FILTER (WHERE t.outcome = 2) AS failed, count(*) FILTER (WHERE t.outcome = 3) AS errors, "
        "count(*) FILTER (WHERE t.outcome = 1) AS skipped, CAST(sum(t.duration_us) AS BIGINT) AS duration_s "
        "FROM test_result t JOIN test_case c ON c.id = t.case_id WHERE t.run_id = :run AND t.attempt = 0 "
        "GROUP BY c.suite, c.classname ORDER BY count(*) FILTER (WHERE t.outcome >= 2) DESC, c.suite, c.classname "
        "LIMIT :limit",
        run=run_id,
        limit=limit,
    )


def slowest(store: Store, run_id: int, limit: int = 50) -> pd.DataFrame:
    """Give the slowest cases of a run; columns as of ``run_cases``. Cases without a duration come last."""
    return run_cases(store, run_id, order="duration", limit=limit)
