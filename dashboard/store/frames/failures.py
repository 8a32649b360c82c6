"""Failures of runs by group: what failed for one reason, since when, and how it goes on."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.failure_groups import SEEN
from dashboard.store.frames.shape import frame

_GROUPS = {
    "group_id": "whole",
    "type": "text",
    "title": "text",
    "frame": "text",
    "cases": "whole",
    "sample_failure_id": "number",
    "first_run_id": "number",
    "first_run": "text",
    "first_at": "moment",
    "runs": "whole",
}


def failure_groups(store: Store, run_id: int, limit: int = 200) -> pd.DataFrame:
    """Give the groups of failures of a run, the largest first.

    Gives: group_id, type, title (masked), frame, cases (failing in this run), sample_failure_id (one text of it),
    first_run_id, first_run, first_at (the first run of the branch in which it was seen), runs (of the branch up to this
    one that had it). A group is new when its first run is this one.
    """
    earlier = (
        "FROM group_seen e JOIN run q ON q.id = e.run_id WHERE e.branch_id = g.branch_id AND e.group_id = g.group_id "
        "AND (q.started_at, q.id) <= (r.started_at, r.id)"
    )
    first = f"(SELECT q.id {earlier} ORDER BY q.started_at, q.id LIMIT 1)"
    return frame(
        store,
        _GROUPS,
        "SELECT x.*, w.name AS first_run, w.started_at AS first_at FROM (SELECT g.group_id, k.type, k.title, k.frame, "
        "g.cases, (SELECT min(f.id) FROM test_result t JOIN failure_text f ON f.id = t.failure_id "
        "WHERE t.run_id = g.run_id AND t.attempt = 0 AND t.outcome >= 2 AND f.group_id = g.group_id) "
        f"AS sample_failure_id, {first} AS first_run_id, (SELECT count(*) {earlier}) AS runs FROM group_seen g "
        "JOIN failure_group k ON k.id = g.group_id JOIN run r ON r.id = g.run_id WHERE g.run_id = :run "
        "ORDER BY g.cases DESC, g.group_id LIMIT :limit) x LEFT JOIN run w ON w.id = x.first_run_id "
        "ORDER BY x.cases DESC, x.group_id",
        run=run_id,
        limit=limit,
    )


def group_cases(store: Store, run_id: int, group_id: int, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """Give the cases of a run that failed in a group: case_id, suite, classname, name, outcome, failure_id, message."""
    shape = {
        "case_id": "whole",
        "suite": "text",
        "classname": "text",
        "name": "text",
        "outcome": "outcome",
        "failure_id": "number",
        "message": "text",
    }
    return frame(
        store,
        shape,
        "SELECT t.case_id, c.suite, c.classname, c.name, t.outcome, t.failure_id, f.message FROM test_result t "
        "JOIN failure_text f ON f.id = t.failure_id JOIN test_case c ON c.id = t.case_id WHERE t.run_id = :run "
        "AND t.attempt = 0 AND t.outcome >= 2 AND f.group_id = :group "
        "ORDER BY c.suite, c.classname, c.name, c.id LIMIT :limit OFFSET :offset",
        run=run_id,
        group=group_id,
        limit=limit,
        offset=offset,
    )


def group_trend(store: Store, run_id: int, group_ids: list[int], limit: int = 40) -> pd.DataFrame:
    """Give how often groups were seen in the runs of the branch up to a run: run_id, run_name, at, group_id, cases.

    A run that had none of them is there once, with NaN for group and cases; one whose results were removed is not.
    """
    shape = {"run_id": "whole", "run_name": "text", "at": "moment", "group_id": "number", "cases": "number"}
    wanted = ", ".join(str(int(number)) for number in group_ids) or "NULL"
    return frame(
        store,
        shape,
        "SELECT q.id AS run_id, q.name AS run_name, q.started_at AS at, g.group_id, g.cases FROM (SELECT q.id, q.name, "
        "q.started_at, q.branch_id FROM run q JOIN run r ON r.id = :run WHERE q.branch_id = r.branch_id "
        "AND q.test_artefacts > 0 AND q.pruned_at IS NULL AND (q.started_at, q.id) <= (r.started_at, r.id) "
        "ORDER BY q.started_at DESC, q.id DESC LIMIT :limit) q LEFT JOIN group_seen g ON g.run_id = q.id "
        f"AND g.group_id IN ({wanted}) ORDER BY q.started_at, q.id, g.group_id",
        run=run_id,
        limit=limit,
    )


def case_failures(store: Store, case_id: int, branch: str | None, runs: int = 60, limit: int = 200) -> pd.DataFrame:
    """Give every failure of a case in the newest runs of a branch, of attempts and of outcomes, newest first.

    Gives: run_id, run_name, subject, started_at, attempt (0 for a case executed once), outcome, failure_id, group_id
    (nothing for one that has no text, or was stored before groups were made), type, title (masked), message.
    """
    shape = {
        "run_id": "whole",
        "run_name": "text",
        "subject": "text",
        "started_at": "moment",
        "attempt": "whole",
        "outcome": "outcome",
        "failure_id": "number",
        "group_id": "number",
        "type": "text",
        "title": "text",
        "message": "text",
    }
    newest = (
        "SELECT r.id, r.name, r.candidate_id, r.started_at FROM run r WHERE r.test_artefacts > 0 AND r.pruned_at "
        "IS NULL AND r.branch_id = (SELECT b.id FROM branch b JOIN test_case c ON c.project_id = b.project_id "
        "WHERE c.id = :case AND b.name = :branch) ORDER BY r.started_at DESC, r.id DESC LIMIT :runs"
    )
    # The final outcome of a case that was run repeatedly is that of its last attempt, and is told once.
    once = (
        "(t.attempt > 0 OR NOT EXISTS (SELECT 1 FROM test_result x WHERE x.run_id = t.run_id AND x.case_id = t.case_id "
        "AND x.attempt = 1))"
    )
    return frame(
        store,
        shape,
        "SELECT r.id AS run_id, r.name AS run_name, d.subject, r.started_at, t.attempt, t.outcome, t.failure_id, "
        f"f.group_id, f.type, g.title, f.message FROM ({newest}) r CROSS JOIN test_result t "
        "JOIN candidate d ON d.id = r.candidate_id LEFT JOIN failure_text f ON f.id = t.failure_id "
        f"LEFT JOIN failure_group g ON g.id = f.group_id WHERE t.run_id = r.id AND t.case_id = :case "
        f"AND t.outcome >= 2 AND {once} ORDER BY r.started_at DESC, r.id DESC, t.attempt DESC LIMIT :limit",
        case=case_id,
        branch=branch or "",
        runs=runs,
        limit=limit,
    )


def ungrouped_failures(store: Store, run_id: int) -> int:
    """Count the failing cases of a run that no group holds: those without a text, or stored before groups were made."""
    shape = {"n": "whole"}
    found = frame(
        store,
        shape,
        "SELECT (SELECT count(*) FROM test_result WHERE run_id = :run AND attempt = 0 AND outcome >= 2) - "
        f"coalesce((SELECT CAST(sum(x.cases) AS BIGINT) FROM ({SEEN} t.run_id = :run GROUP BY f.group_id) x), 0) AS n",
        run=run_id,
    )
    return int(found.iloc[0]["n"])
