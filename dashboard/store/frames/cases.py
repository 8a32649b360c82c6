"""One test case over time, and why cases failed."""

import zlib
from typing import Any

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame
from dashboard.store.transaction import first, reading

_HISTORY = {
    "run_id": "whole",
    "run_name": "text",
    "subject": "text",
    "version": "text",
    "branch": "text",
    "started_at": "moment",
    "outcome": "outcome",
    "duration_s": "seconds",
    "attempts": "whole",
    "failure_id": "number",
    "failure_type": "text",
    "message": "text",
}


def case(store: Store, case_id: int) -> dict[str, Any] | None:
    """Give a case, or nothing when there is none of this number.

    Gives: case_id, project, suite, classname, name, file, line; over all branches runs, passed, failing, skipped and
    mean_s (``None`` when no run said a duration).
    """
    with reading(store) as connection:
        row = first(
            connection,
            "SELECT c.id AS case_id, p.slug AS project, c.suite, c.classname, c.name, c.file, c.line, "
            "(SELECT CAST(coalesce(sum(k.runs), 0) AS BIGINT) FROM case_stat k WHERE k.case_id = c.id "
            "AND k.branch_id IN (SELECT id FROM branch WHERE project_id = c.project_id)) AS runs "
            "FROM test_case c JOIN project p ON p.id = c.project_id WHERE c.id = :case",
            case=case_id,
        )
        if row is None:
            return None
        sums = first(
            connection,
            "SELECT CAST(coalesce(sum(k.passed), 0) AS BIGINT) AS passed, "
            "CAST(coalesce(sum(k.failing), 0) AS BIGINT) AS failing, "
            "CAST(coalesce(sum(k.skipped), 0) AS BIGINT) AS skipped, CAST(sum(k.timed) AS BIGINT) AS timed, "
            "CAST(sum(k.sum_us) AS BIGINT) AS sum_us FROM case_stat k WHERE k.case_id = :case "
            "AND k.branch_id IN (SELECT b.id FROM branch b JOIN test_case c ON c.project_id = b.project_id "
            "WHERE c.id = :case)",
            case=case_id,
        )
    found = dict(row)
    if sums is not None:
        found |= {name: sums[name] for name in ("passed", "failing", "skipped")}
        found["mean_s"] = sums["sum_us"] / sums["timed"] / 1e6 if sums["timed"] else None
    return found


def case_history(store: Store, case_id: int, branch: str | None = None, limit: int = 200) -> pd.DataFrame:
    """Give the results of a case, newest run first, on one branch or on all.

    Gives: run_id, run_name, subject, version, branch, started_at, outcome, duration_s, attempts, failure_id,
    failure_type, message.
    """
    mine = "(SELECT project_id FROM test_case WHERE id = :case)"
    if branch is None:
        where, values = f"r.project_id = {mine}", {}
    else:
        where = f"r.branch_id = (SELECT id FROM branch WHERE project_id = {mine} AND name = :branch)"
        values = {"branch": branch}
    attempts = (
        "SELECT count(*) FROM test_result x WHERE x.run_id = t.run_id AND x.case_id = t.case_id AND x.attempt > 0"
    )
    # The runs are walked from the newest, and each is asked for the case: no second index on the facts is needed.
    return frame(
        store,
        _HISTORY,
        "SELECT r.id AS run_id, r.name AS run_name, c.subject, c.version, b.name AS branch, r.started_at, t.outcome, "
        f"t.duration_us AS duration_s, CASE WHEN ({attempts}) = 0 THEN 1 ELSE ({attempts}) END AS attempts, "
        "t.failure_id, f.type AS failure_type, f.message FROM run r CROSS JOIN test_result t "
        "JOIN candidate c ON c.id = r.candidate_id JOIN branch b ON b.id = r.branch_id "
        "LEFT JOIN failure_text f ON f.id = t.failure_id "
        f"WHERE {where} AND t.run_id = r.id AND t.case_id = :case AND t.attempt = 0 "
        "ORDER BY r.started_at DESC, r.id DESC LIMIT :limit",
        case=case_id,
        limit=limit,
        **values,
    )


def case_attempts(store: Store, run_id: int, case_id: int) -> pd.DataFrame:
    """Give the attempts at a case within a run, in order; empty for a case executed once.

    Gives: attempt (from 1), outcome, duration_s, failure_id, message.
    """
    shape = {
        "attempt": "whole",
        "outcome": "outcome",
        "duration_s": "seconds",
        "failure_id": "number",
        "message": "text",
    }
    return frame(
        store,
        shape,
        "SELECT t.attempt, t.outcome, t.duration_us AS duration_s, t.failure_id, f.message FROM test_result t "
        "LEFT JOIN failure_text f ON f.id = t.failure_id "
        "WHERE t.run_id = :run AND t.case_id = :case AND t.attempt > 0 ORDER BY t.attempt LIMIT 1000",
        run=run_id,
        case=case_id,
    )


def failure_text(store: Store, failure_id: int) -> dict[str, Any] | None:
    """Give why something did not pass: type, message, text, size (characters in the file, of which text may be cut)."""
    with reading(store) as connection:
        sql = "SELECT type, message, size, body FROM failure_text WHERE id = :id"
        row = first(connection, sql, id=int(failure_id))
    if row is None:
        return None
    text = None if row["body"] is None else zlib.decompress(row["body"]).decode()
    return {"type": row["type"], "message": row["message"], "text": text, "size": row["size"]}


def flaky_cases(store: Store, candidate_id: int, limit: int = 500) -> pd.DataFrame:
    """Give the cases that both passed and failed on the candidate, ambiguous ones left out, the most failing first.

    Gives: case_id, classname, name, passes, failures (executions: attempts where there are any, else the outcome).
    """
    shape = {"case_id": "whole", "classname": "text", "name": "text", "passes": "whole", "failures": "whole"}
    mine = "(SELECT id FROM run WHERE candidate_id = :candidate AND test_artefacts > 0)"
    repeated = (
        "EXISTS (SELECT 1 FROM test_result x WHERE x.run_id = t.run_id AND x.case_id = t.case_id AND x.attempt = 1)"
    )
    return frame(
        store,
        shape,
        "SELECT c.id AS case_id, c.classname, c.name, "
        "count(*) FILTER (WHERE t.outcome = 0 AND executed) AS passes, "
        "count(*) FILTER (WHERE t.outcome >= 2 AND executed) AS failures FROM (SELECT t.case_id, t.outcome, "
        f"(t.attempt > 0 OR NOT {repeated}) AS executed FROM test_result t WHERE t.run_id IN {mine} "
        f"AND t.case_id IN (SELECT case_id FROM test_result WHERE run_id IN {mine} AND outcome >= 2) "
        f"AND t.case_id NOT IN (SELECT case_id FROM ambiguous_case WHERE run_id IN {mine})) t "
        "JOIN test_case c ON c.id = t.case_id GROUP BY c.id, c.classname, c.name "
        "HAVING count(*) FILTER (WHERE t.outcome = 0) > 0 ORDER BY failures DESC, c.classname, c.name LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )
