"""Parametrised tests: the cases that are one test with other parameters."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame


def run_families(store: Store, run_id: int, limit: int = 200) -> pd.DataFrame:
    """Sum a run up by parametrised test, the most failing first.

    Gives: suite, classname, base ("" where the producer lost it), case_id (of one of its cases, a failing one where
    there is one), total, passed, failed, errors, skipped, duration_s.
    """
    shape = {
        "suite": "text",
        "classname": "text",
        "base": "text",
        "case_id": "whole",
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
        "SELECT c.suite, c.classname, substr(c.name, 1, c.base_length) AS base, "
        "coalesce(min(CASE WHEN t.outcome >= 2 THEN c.id END), min(c.id)) AS case_id, count(*) AS total, "
        "count(*) FILTER (WHERE t.outcome = 0) AS passed, count(*) FILTER (WHERE t.outcome = 2) AS failed, "
        "count(*) FILTER (WHERE t.outcome = 3) AS errors, count(*) FILTER (WHERE t.outcome = 1) AS skipped, "
        "CAST(sum(t.duration_us) AS BIGINT) AS duration_s FROM test_result t JOIN test_case c ON c.id = t.case_id "
        "WHERE t.run_id = :run AND t.attempt = 0 AND c.family IS NOT NULL "
        "GROUP BY c.family, c.suite, c.classname, substr(c.name, 1, c.base_length) "
        "ORDER BY count(*) FILTER (WHERE t.outcome >= 2) DESC, count(*) DESC, c.suite, c.classname LIMIT :limit",
        run=run_id,
        limit=limit,
    )


def siblings(store: Store, case_id: int, run_id: int, limit: int = 100) -> pd.DataFrame:
    """Give the other cases of a parametrised test as a run saw them, the worst first; empty for any other case.

    Gives: case_id, name, parameters, outcome, duration_s.
    """
    shape = {
        "case_id": "whole",
        "name": "text",
        "parameters": "text",
        "outcome": "outcome",
        "duration_s": "seconds",
    }
    return frame(
        store,
        shape,
        "SELECT c.id AS case_id, c.name, substr(c.name, c.base_length + 1) AS parameters, t.outcome, "
        "t.duration_us AS duration_s FROM test_case m JOIN test_case c ON c.family = m.family AND c.id <> m.id "
        "AND c.project_id = m.project_id JOIN test_result t ON t.run_id = :run AND t.case_id = c.id AND t.attempt = 0 "
        "WHERE m.id = :case AND m.family IS NOT NULL ORDER BY t.outcome DESC, c.name, c.id LIMIT :limit",
        case=case_id,
        run=run_id,
        limit=limit,
    )
