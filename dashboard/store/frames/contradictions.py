"""Commits on which one case both failed and passed: what proves that it is flaky, side by side."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame


def contradictions(store: Store, case_id: int, runs: int = 240, limit: int = 60) -> pd.DataFrame:
    """Give the executions of a case on the commits of the newest runs on which it failed and passed, newest first.

    Gives: subject, run_id, run_name, started_at, attempt (0 for a case executed once), outcome, duration_s, failure_id,
    message.
    """
    shape = {
        "subject": "text",
        "run_id": "whole",
        "run_name": "text",
        "started_at": "moment",
        "attempt": "whole",
        "outcome": "outcome",
        "duration_s": "seconds",
        "failure_id": "number",
        "message": "text",
    }
    seen = (
        "SELECT r.id AS run_id, r.name AS run_name, r.candidate_id, r.started_at, t.attempt, t.outcome, t.duration_us, "
        "t.failure_id FROM (SELECT id, name, candidate_id, started_at FROM run WHERE project_id = "
        "(SELECT project_id FROM test_case WHERE id = :case) AND test_artefacts > 0 "
        "ORDER BY started_at DESC, id DESC LIMIT :runs) r CROSS JOIN test_result t "
        "WHERE t.run_id = r.id AND t.case_id = :case"
    )
    # The final outcome of a case that was run repeatedly is that of its last attempt, and counts once.
    executed = (
        f"SELECT s.* FROM ({seen}) s WHERE s.attempt > 0 OR NOT EXISTS (SELECT 1 FROM test_result x "
        "WHERE x.run_id = s.run_id AND x.case_id = :case AND x.attempt = 1)"
    )
    return frame(
        store,
        shape,
        f"SELECT c.subject, e.run_id, e.run_name, e.started_at, e.attempt, e.outcome, e.duration_us AS duration_s, "
        f"e.failure_id, f.message FROM ({executed}) e JOIN candidate c ON c.id = e.candidate_id "
        "LEFT JOIN failure_text f ON f.id = e.failure_id WHERE e.candidate_id IN (SELECT candidate_id FROM "
        f"({executed}) b GROUP BY candidate_id HAVING max(CASE WHEN outcome = 0 THEN 1 ELSE 0 END) = 1 "
        "AND max(CASE WHEN outcome >= 2 THEN 1 ELSE 0 END) = 1) "
        "ORDER BY e.started_at DESC, e.run_id DESC, e.attempt LIMIT :limit",
        case=case_id,
        runs=runs,
        limit=limit,
    )
