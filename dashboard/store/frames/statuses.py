"""Statuses of test cases, their changes, and what the newest runs saw of each."""

from collections.abc import Collection, Sequence

import pandas as pd

from dashboard.model.status import Status
from dashboard.store.engine import Store
from dashboard.store.filed import numbers
from dashboard.store.frames.shape import frame
from dashboard.store.transaction import reading, rows, scalar

_STATES = {
    "case_id": "whole",
    "suite": "text",
    "classname": "text",
    "name": "text",
    "file": "text",
    "status": "text",
    "rule": "text",
    "because": "text",
    "order_suspect": "text",
    "since": "moment",
    "changed_at": "moment",
    "failures": "whole",
    "decided": "whole",
    "low": "number",
    "high": "number",
    "failed_runs": "whole",
    "retried_runs": "whole",
    "rerun_s": "seconds",
    "last_run": "whole",
}
_BRANCH = (
    "(SELECT b.id FROM branch b JOIN project p ON p.id = b.project_id WHERE p.slug = :project AND b.name = :branch)"
)
_ORDERS = {
    "cost": "s.failed_runs + s.retried_runs DESC, s.rerun_us DESC, s.failures DESC",
    "rate": "s.low DESC, s.failures DESC",
    "recent": "s.changed_at DESC",
    "name": "c.suite, c.classname, c.name",
}
_EVENTS = {
    "id": "whole",
    "case_id": "whole",
    "classname": "text",
    "name": "text",
    "run_id": "number",
    "run_name": "text",
    "subject": "text",
    "at": "moment",
    "old_status": "text",
    "new_status": "text",
    "rule": "text",
    "because": "text",
    "evidence": "json",
    "rules": "text",
}
_SELECT_EVENTS = (
    "SELECT e.id, e.case_id, c.classname, c.name, e.run_id, r.name AS run_name, d.subject, e.at, e.old_status, "
    "e.new_status, e.rule, e.because, e.evidence, e.rules FROM case_event e JOIN test_case c ON c.id = e.case_id "
    "LEFT JOIN run r ON r.id = e.run_id LEFT JOIN candidate d ON d.id = r.candidate_id "
)


def case_states(  # noqa: PLR0913 - the filters of a page
    store: Store,
    project: str,
    branch: str | None,
    *,
    statuses: Collection[Status] = (),
    search: str = "",
    cases: Collection[int] | None = None,
    order: str = "cost",
    limit: int = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Give the cases of a branch that have a status, the costliest first.

    Takes: ``statuses`` to show (all when empty), ``search`` for a part of suite, class or name, ``cases`` to look at
    alone, ``order`` one of ``cost``, ``rate``, ``recent``, ``name``.
    Gives: case_id, suite, classname, name, file, status, rule, because, order_suspect, since, changed_at, failures of
    decided runs with the 95 % interval low to high, failed_runs, retried_runs, rerun_s, last_run.
    """
    where, values = _filter(statuses, search, cases)
    return frame(
        store,
        _STATES,
        "SELECT s.case_id, c.suite, c.classname, c.name, c.file, s.status, s.rule, s.because, s.order_suspect, "
        "s.since, s.changed_at, s.failures, s.decided, s.low, s.high, s.failed_runs, s.retried_runs, "
        "s.rerun_us AS rerun_s, s.last_run FROM case_state s JOIN test_case c ON c.id = s.case_id "
        f"WHERE s.branch_id = {_BRANCH}{where} ORDER BY {_ORDERS[order]}, s.case_id LIMIT :limit OFFSET :offset",
        project=project,
        branch=branch or "",
        limit=limit,
        offset=offset,
        **values,
    )


def count_case_states(
    store: Store,
    project: str,
    branch: str | None,
    *,
    statuses: Collection[Status] = (),
    search: str = "",
    cases: Collection[int] | None = None,
) -> int:
    """Count the cases that ``case_states`` pages through."""
    where, values = _filter(statuses, search, cases)
    sql = f"SELECT count(*) FROM case_state s JOIN test_case c ON c.id = s.case_id WHERE s.branch_id = {_BRANCH}{where}"
    with reading(store) as connection:
        return int(scalar(connection, sql, project=project, branch=branch or "", **values))


def state_files(store: Store, project: str, branch: str | None, limit: int = 20_000) -> pd.DataFrame:
    """Give where the cases with a status on a branch lie: case_id, classname, file."""
    return frame(
        store,
        {"case_id": "whole", "classname": "text", "file": "text"},
        "SELECT s.case_id, c.classname, c.file FROM case_state s JOIN test_case c ON c.id = s.case_id "
        f"WHERE s.branch_id = {_BRANCH} ORDER BY s.case_id LIMIT :limit",
        project=project,
        branch=branch or "",
        limit=limit,
    )


def status_counts(store: Store, project: str, branch: str | None) -> dict[Status, int]:
    """Count the cases of a branch by status; a case that never failed there has none and is not counted."""
    sql = f"SELECT s.status, count(*) AS n FROM case_state s WHERE s.branch_id = {_BRANCH} GROUP BY s.status"
    with reading(store) as connection:
        found = rows(connection, sql, project=project, branch=branch or "")
    return {Status(row["status"]): int(row["n"]) for row in found}


def _filter(statuses: Collection[Status], search: str, cases: Collection[int] | None) -> tuple[str, dict[str, str]]:
    where, values = "", {}
    if statuses:
        listed = ", ".join(f"'{status.value}'" for status in sorted(statuses))
        where += f" AND s.status IN ({listed})"
    if cases is not None:
        where += f" AND s.case_id IN ({numbers(sorted(cases))})"
    if search:
        escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\x00", "")
        values["search"] = f"%{escaped}%"
        where += " AND lower(c.suite || ' > ' || c.classname || '.' || c.name) LIKE :search ESCAPE '\\'"
    return where, values


def case_events(store: Store, case_id: int, limit: int = 100) -> pd.DataFrame:
    """Give the changes of a case's status on all branches, newest first.

    Gives: id, case_id, classname, name, run_id, run_name, subject (of the run that brought it, nothing where new
    thresholds did), at, old_status, new_status, rule, because, evidence (ids of runs), rules.
    """
    sql = f"{_SELECT_EVENTS} WHERE e.case_id = :case ORDER BY e.id DESC LIMIT :limit"
    return frame(store, _EVENTS, sql, case=case_id, limit=limit)


def branch_events(store: Store, project: str, branch: str | None, limit: int = 50) -> pd.DataFrame:
    """Give the newest changes of status on a branch; columns as of ``case_events``."""
    sql = f"{_SELECT_EVENTS} WHERE e.branch_id = {_BRANCH} ORDER BY e.id DESC LIMIT :limit"
    return frame(store, _EVENTS, sql, project=project, branch=branch or "", limit=limit)


def strips(store: Store, cases: Sequence[int], runs: Sequence[int]) -> pd.DataFrame:
    """Give what runs saw of cases: at most a page of cases over at most sixty runs.

    Gives: case_id, run_id, outcome, retried (an attempt failed and the case passed in the end).
    """
    shape = {"case_id": "whole", "run_id": "whole", "outcome": "outcome", "retried": "truth"}
    # One pass over all attempts: asked for each row, PostgreSQL would read what failed in every run there is.
    seen = (
        "SELECT t.case_id, t.run_id, max(CASE WHEN t.attempt = 0 THEN t.outcome END) AS outcome, "
        "max(CASE WHEN t.attempt > 0 AND t.outcome >= 2 THEN 1 ELSE 0 END) AS failed FROM run r "
        f"CROSS JOIN test_result t WHERE r.id IN ({numbers(runs)}) AND t.run_id = r.id "
        f"AND t.case_id IN ({numbers(cases)}) GROUP BY t.case_id, t.run_id"
    )
    return frame(
        store,
        shape,
        "SELECT s.case_id, s.run_id, s.outcome, CASE WHEN s.outcome = 0 THEN s.failed ELSE 0 END AS retried "
        f"FROM ({seen}) s WHERE s.outcome IS NOT NULL ORDER BY s.case_id, s.run_id",
    )
