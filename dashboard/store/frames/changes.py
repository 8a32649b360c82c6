"""Two runs compared: one pass over both, conditional grouping, which is quick on either engine.

A case that failed and is skipped or gone has not been fixed, it has fallen silent. Where one run is only a part of the
other, cases that are not in it were not run rather than removed, and a pass in it clears nothing.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame
from dashboard.store.transaction import Connection, one, reading, rows

Change = Literal[
    "newly-failing", "still-failing", "silenced", "fixed", "passed-alone", "newly-flaky", "new", "removed", "not-run",
    "newly-skipped",
]  # fmt: skip

#: In the order in which they are told; every case has one at most.
CHANGES: tuple[Change, ...] = (
    "newly-failing", "still-failing", "silenced", "fixed", "passed-alone", "newly-flaky", "new", "removed", "not-run",
    "newly-skipped",
)  # fmt: skip

#: A run is a part of another with at most half as many cases, nine of ten of them in the other.
_PART, _SHARED = 2, (9, 10)
_BOTH = (
    "(SELECT case_id, max(CASE WHEN run_id = :before AND attempt = 0 THEN outcome END) AS a, "
    "max(CASE WHEN run_id = :after AND attempt = 0 THEN outcome END) AS b, "
    "max(CASE WHEN run_id = :before AND attempt = 0 THEN duration_us END) AS a_us, "
    "max(CASE WHEN run_id = :after AND attempt = 0 THEN duration_us END) AS b_us, "
    "max(CASE WHEN run_id = :before AND attempt > 0 AND outcome >= 2 THEN 1 ELSE 0 END) AS a_retried, "
    "max(CASE WHEN run_id = :after AND attempt > 0 AND outcome >= 2 THEN 1 ELSE 0 END) AS b_retried, "
    "max(CASE WHEN run_id = :after AND attempt = 0 THEN failure_id END) AS failure_id FROM test_result "
    "WHERE run_id IN (:before, :after) GROUP BY case_id) d"
)
_SHAPE = {
    "case_id": "whole",
    "suite": "text",
    "classname": "text",
    "name": "text",
    "before": "text",
    "after": "text",
    "before_s": "seconds",
    "after_s": "seconds",
    "failure_id": "number",
    "message": "text",
}
_WORDS = "CASE {0} WHEN 0 THEN 'passed' WHEN 1 THEN 'skipped' WHEN 2 THEN 'failed' WHEN 3 THEN 'error' END"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs differ, in numbers."""

    counts: dict[Change, int]
    part: Literal["before", "after", ""]
    """Which run is only a part of the other."""


def compare_runs(store: Store, before: int, after: int) -> Comparison:
    """Count what is different in a run against another. A new case that fails is newly failing."""
    with reading(store) as connection:
        part = _part(connection, before, after)
        sql = (
            f"SELECT kind, count(*) AS n FROM (SELECT {_kind(part)} AS kind FROM {_BOTH}) k WHERE kind IS NOT NULL "
            "GROUP BY kind"
        )
        found = {row["kind"]: int(row["n"]) for row in rows(connection, sql, before=before, after=after)}
    return Comparison({kind: found.get(kind, 0) for kind in CHANGES}, part)


def changed_cases(
    store: Store,
    before: int,
    after: int,
    kind: Change,
    *,
    part: Literal["before", "after", ""] = "",
    limit: int = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Give the cases of one kind of change, by name; ``part`` is that of the comparison.

    Gives: case_id, suite, classname, name, before, after (outcomes; nothing where the run has no such case), before_s,
    after_s, failure_id, message (of the later run).
    """
    return frame(
        store,
        _SHAPE,
        f"SELECT d.case_id, c.suite, c.classname, c.name, {_WORDS.format('d.a')} AS before, "
        f"{_WORDS.format('d.b')} AS after, d.a_us AS before_s, d.b_us AS after_s, d.failure_id, f.message "
        f"FROM {_BOTH} JOIN test_case c ON c.id = d.case_id LEFT JOIN failure_text f ON f.id = d.failure_id "
        f"WHERE {_kind(part)} = :kind ORDER BY c.suite, c.classname, c.name, c.id LIMIT :limit OFFSET :offset",
        before=before,
        after=after,
        kind=kind,
        limit=limit,
        offset=offset,
    )


def paired_durations(store: Store, before: int, after: int, least_s: float, limit: int = 20_000) -> pd.DataFrame:
    """Give the durations of cases that passed at the first try in both runs and took ``least_s`` in one of them.

    Gives: case_id, suite, classname, name, before_s, after_s, the longest first.
    """
    shape = {name: _SHAPE[name] for name in ("case_id", "suite", "classname", "name", "before_s", "after_s")}
    # A seek into the other run for each case of one costs a third of grouping both: nothing but the longest is wanted.
    retried = "SELECT x.case_id FROM test_result x WHERE x.run_id IN (:before, :after) AND x.attempt > 0"
    return frame(
        store,
        shape,
        "SELECT a.case_id, c.suite, c.classname, c.name, a.duration_us AS before_s, b.duration_us AS after_s "
        "FROM test_result a CROSS JOIN test_result b JOIN test_case c ON c.id = a.case_id WHERE a.run_id = :before "
        "AND a.attempt = 0 AND a.outcome = 0 AND b.run_id = :after AND b.case_id = a.case_id AND b.attempt = 0 "
        "AND b.outcome = 0 AND a.duration_us IS NOT NULL AND b.duration_us IS NOT NULL "
        "AND (a.duration_us >= :least OR b.duration_us >= :least) "
        f"AND a.case_id NOT IN ({retried} AND x.outcome >= 2) "
        "ORDER BY CASE WHEN b.duration_us > a.duration_us THEN b.duration_us ELSE a.duration_us END DESC, a.case_id "
        "LIMIT :limit",
        before=before,
        after=after,
        least=round(least_s * 1e6),
        limit=limit,
    )


def _kind(part: str) -> str:
    """Give the expression that names what became of a case."""
    passed = "passed-alone" if part == "after" else "fixed"
    added = "not-run" if part == "before" else "new"
    gone = "not-run" if part == "after" else "removed"
    lost = "" if part == "after" else "WHEN b IS NULL AND a >= 2 THEN 'silenced' "
    return (
        "CASE WHEN b >= 2 AND a >= 2 THEN 'still-failing' WHEN b >= 2 THEN 'newly-failing' "
        f"WHEN b = 1 AND a >= 2 THEN 'silenced' {lost}WHEN a >= 2 AND b = 0 THEN '{passed}' "
        f"WHEN b IS NULL THEN '{gone}' WHEN a IS NULL THEN '{added}' WHEN b = 1 AND a <> 1 THEN 'newly-skipped' "
        "WHEN b = 0 AND b_retried = 1 AND a_retried = 0 THEN 'newly-flaky' END"
    )


def _part(connection: Connection, before: int, after: int) -> Literal["before", "after", ""]:
    sizes = one(
        connection,
        "SELECT (SELECT total FROM run WHERE id = :before) AS a, (SELECT total FROM run WHERE id = :after) AS b",
        before=before,
        after=after,
    )
    a, b = int(sizes["a"] or 0), int(sizes["b"] or 0)
    small: Literal["before", "after", ""] = "after" if _PART * b <= a else "before" if _PART * a <= b else ""
    if not small or not min(a, b):
        return ""
    shared = one(
        connection,
        "SELECT count(*) AS n FROM test_result t JOIN test_result o ON o.run_id = :other AND o.case_id = t.case_id "
        "AND o.attempt = 0 WHERE t.run_id = :small AND t.attempt = 0",
        small=after if small == "after" else before,
        other=before if small == "after" else after,
    )
    share, whole = _SHARED
    return small if whole * int(shared["n"]) >= share * min(a, b) else ""
