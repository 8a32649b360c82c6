"""What the status rules need of a branch, and the statuses and their changes as they are stored."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text

from dashboard.model.status import Judged, Observation, Status
from dashboard.store.filed import numbers
from dashboard.store.outcomes import FAILED, OUTCOMES, PASSED, SKIPPED
from dashboard.store.transaction import Connection, columns, first, rows, run

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class BranchRun:
    """A run of the suite on a branch, as the rules look at it."""

    id: int
    started_at_ms: int
    commit: str
    total: int
    executed: int
    failing: int
    infrastructure: str | None
    """Why the run is taken for a failure of its surroundings; nothing when it is not."""


class Known(NamedTuple):
    """The status that a case had until now."""

    status: Status
    rule: str
    changed_at_ms: int


class Seen(NamedTuple):
    """A case with a status, and what a run says of it."""

    case_id: int
    outcome: int
    """Its number; see ``store.outcomes``."""
    status: str
    decided: int
    """Runs that it was judged by."""
    failures: int
    """Those of them with a failed attempt."""
    judged_up_to: int
    """The newest run that was looked at when it was judged."""


class OfRun(NamedTuple):
    """Where a run belongs."""

    branch_id: int
    branch: str


def place_of(connection: Connection, run_id: int) -> OfRun:
    """Give the branch of a run."""
    sql = "SELECT b.id, b.name FROM run r JOIN branch b ON b.id = r.branch_id WHERE r.id = :run"
    row = rows(connection, sql, run=run_id)[0]
    return OfRun(row["id"], row["name"])


def branches(connection: Connection, project: str) -> dict[str, int]:
    """Give the branches of a project: their numbers by name."""
    sql = (
        "SELECT b.name, b.id FROM branch b JOIN project p ON p.id = b.project_id WHERE p.slug = :project ORDER BY b.id"
    )
    return {row["name"]: row["id"] for row in rows(connection, sql, project=project)}


def newest_runs(connection: Connection, branch_id: int, since_ms: int, limit: int) -> list[BranchRun]:
    """Give the newest runs of the suite on a branch that started at ``since_ms`` or later, oldest first."""
    found = rows(
        connection,
        "SELECT r.id, r.started_at, c.subject, r.total, r.passed + r.failed + r.errors AS executed, "
        "r.failed + r.errors AS failing, r.infrastructure FROM run r JOIN candidate c ON c.id = r.candidate_id "
        "WHERE r.branch_id = :branch AND r.test_artefacts > 0 AND r.pruned_at IS NULL AND r.started_at >= :since "
        "ORDER BY r.started_at DESC, r.id DESC LIMIT :limit",
        branch=branch_id,
        since=since_ms,
        limit=limit,
    )
    return [
        BranchRun(
            row["id"], row["started_at"], row["subject"], row["total"], row["executed"], row["failing"],
            row["infrastructure"],
        )
        for row in reversed(found)
    ]  # fmt: skip


def newest_start(connection: Connection, branch_id: int) -> int | None:
    """Give when the newest run of the suite on a branch started."""
    row = first(
        connection,
        "SELECT started_at FROM run WHERE branch_id = :branch AND test_artefacts > 0 AND pruned_at IS NULL "
        "ORDER BY started_at DESC, id DESC LIMIT 1",
        branch=branch_id,
    )
    return None if row is None else int(row["started_at"])


def failing_in(connection: Connection, run_id: int) -> set[int]:
    """Give the cases of a run with an attempt or an outcome that failed."""
    sql = f"SELECT DISTINCT case_id FROM test_result WHERE run_id = :run AND outcome >= {FAILED}"
    return {case for (case,) in columns(connection, sql, run=run_id)}


def with_a_status(connection: Connection, branch_id: int, cases: Iterable[int]) -> dict[int, Known]:
    """Give those of the cases that have a status on a branch, with it."""
    found: dict[int, Known] = {}
    for chunk in _chunks(cases):
        sql = (
            "SELECT case_id, status, rule, changed_at FROM case_state "
            f"WHERE branch_id = :branch AND case_id IN ({numbers(chunk)})"
        )
        for case, status, rule, at in columns(connection, sql, branch=branch_id):
            found[case] = Known(Status(status), rule, at)
    return found


def has_status(connection: Connection, case_id: int, status: Status, branch: str | None) -> bool:
    """Say whether a case has a status on a branch, or (with none named) on any."""
    where = "AND b.name = :branch" if branch is not None else ""
    found = first(
        connection,
        "SELECT 1 FROM case_state s JOIN branch b ON b.id = s.branch_id "
        f"WHERE s.case_id = :case AND s.status = :status {where} LIMIT 1",
        case=case_id,
        status=status.value,
        **({} if branch is None else {"branch": branch}),
    )
    return found is not None


def names(connection: Connection, cases: Iterable[int]) -> dict[int, str]:
    """Give the names of cases."""
    found: dict[int, str] = {}
    for chunk in _chunks(cases):
        sql = f"SELECT id, name FROM test_case WHERE id IN ({numbers(chunk)})"
        found.update((number, name) for number, name in columns(connection, sql))
    return found


def seen_in(connection: Connection, branch_id: int, run_id: int) -> list[Seen]:
    """Give those of the cases with a status that a run reports."""
    sql = (
        "SELECT s.case_id, t.outcome, s.status, s.decided, s.failures, s.last_run FROM case_state s "
        "JOIN test_result t ON t.run_id = :run AND t.case_id = s.case_id AND t.attempt = 0 WHERE s.branch_id = :branch"
    )
    return [Seen(*told) for told in columns(connection, sql, branch=branch_id, run=run_id)]


def last_failures(connection: Connection, runs: Sequence[BranchRun]) -> dict[int, int]:
    """Give the last of the runs, which come oldest first, in which each case had a failed attempt: its place."""
    place = {one.id: number for number, one in enumerate(runs)}
    # Not DISTINCT: for that SQLite would read the whole runs in order, rather than the index of what is bad.
    sql = f"SELECT case_id, run_id FROM test_result WHERE run_id IN ({numbers(place)}) AND outcome >= {FAILED}"
    found: dict[int, int] = {}
    for case_id, run_id in columns(connection, sql):
        found[case_id] = max(place[run_id], found.get(case_id, 0))
    return found


def ever_failing(connection: Connection, branch_id: int) -> set[int]:
    """Give the cases that ever failed on a branch, in a run or in an attempt."""
    found = columns(
        connection,
        "SELECT case_id FROM case_stat WHERE branch_id = :branch AND failing > 0 UNION "
        "SELECT case_id FROM case_state WHERE branch_id = :branch",
        branch=branch_id,
    )
    return {case for (case,) in found}


def histories(connection: Connection, runs: Sequence[BranchRun], cases: Iterable[int]) -> dict[int, list[Observation]]:
    """Give what the runs saw of each case, oldest first.

    A run of less than half of the largest run counts as a run of a part.
    """
    largest = max((one.total for one in runs), default=0)
    by_id = {one.id: one for one in runs}
    place = {one.id: number for number, one in enumerate(runs)}
    at_once = {one.id: _at_once(one, largest) for one in runs}
    found: dict[int, list[Observation]] = {}
    for chunk in _chunks(cases):
        mine = f"t.run_id IN ({numbers(by_id)}) AND t.case_id IN ({numbers(chunk)})"
        sql = f"SELECT t.run_id, t.case_id FROM ambiguous_case t WHERE {mine}"
        ambiguous = {(r, c) for r, c in columns(connection, sql)}
        told = (
            "SELECT t.run_id, t.case_id, t.attempt, t.outcome, t.duration_us, g.digest FROM run r "
            "CROSS JOIN test_result t LEFT JOIN failure_text f ON f.id = t.failure_id "
            "LEFT JOIN failure_group g ON g.id = f.group_id WHERE r.id = t.run_id AND"
        )
        again = _by_case(
            columns(connection, f"{told} {mine} AND t.attempt > 0 ORDER BY t.run_id, t.case_id, t.attempt")
        )
        for run_id, case_id, *one in columns(connection, f"{told} {mine} AND t.attempt = 0"):
            key = (run_id, case_id)
            plain = at_once[run_id].get(one[1]) if key not in again and key not in ambiguous else None
            if plain is None:
                facts: _Told = [tuple(one), *again.get(key, ())]
                plain = _observation(by_id[run_id], facts, largest, ambiguous=key in ambiguous)
            found.setdefault(case_id, []).append(plain)
    for seen in found.values():
        seen.sort(key=lambda one: place[one.run_id])
    return found


def _at_once(of: BranchRun, largest: int) -> dict[int, Observation]:
    """Give what a run saw of every case that passed at the first try, and of every one that was skipped."""
    plain: dict[int, _Told] = {outcome: [(0, outcome, None, None)] for outcome in (PASSED, SKIPPED)}
    return {outcome: _observation(of, told, largest, ambiguous=False) for outcome, told in plain.items()}


def _chunks(cases: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(cases)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


_Told = list[tuple[int, int, int | None, bytes | None]]


def _by_case(facts: Iterable[tuple[int, int, int, int, int | None, bytes | None]]) -> dict[tuple[int, int], _Told]:
    grouped: dict[tuple[int, int], _Told] = {}
    for run_id, case_id, *told in facts:
        grouped.setdefault((run_id, case_id), []).append(tuple(told))  # type: ignore[arg-type]
    return grouped


def _observation(of: BranchRun, told: _Told, largest: int, *, ambiguous: bool) -> Observation:
    _, outcome, _, group = told[0]
    attempts = told[1:] or told
    return Observation(
        run_id=of.id,
        started_at_ms=of.started_at_ms,
        commit=of.commit,
        outcome=OUTCOMES[outcome],
        attempts_passed=sum(1 for attempt in attempts if attempt[1] == PASSED),
        attempts_failed=sum(1 for attempt in attempts if attempt[1] >= FAILED),
        partial=of.total * 2 < largest,
        infrastructure=of.infrastructure is not None,
        ambiguous=ambiguous,
        fingerprint=_first_group(told) if group is None else bytes(group).hex(),
        suite_size=largest,
        ran=of.total,
        rerun_s=sum((attempt[2] or 0) for attempt in told[2:]) / 1e6,
    )


def _first_group(told: _Told) -> str | None:
    return next((bytes(group).hex() for _, outcome, _, group in told if group is not None and outcome >= FAILED), None)


def mark_infrastructure(connection: Connection, run_id: int, because: str | None) -> None:
    """Say that a run failed as a whole, or that it did not."""
    run(connection, "UPDATE run SET infrastructure = :because WHERE id = :run", because=because, run=run_id)


def group_counts(connection: Connection, run_id: int) -> list[tuple[str, int]]:
    """Count the failing cases of a run by group of failure, the largest first."""
    found = columns(
        connection,
        "SELECT g.digest, count(*) FROM test_result t JOIN failure_text f ON f.id = t.failure_id "
        f"JOIN failure_group g ON g.id = f.group_id WHERE t.run_id = :run AND t.attempt = 0 AND t.outcome >= {FAILED} "
        "GROUP BY g.id, g.digest ORDER BY count(*) DESC, g.id LIMIT 100",
        run=run_id,
    )
    return [(bytes(digest).hex(), int(n)) for digest, n in found]


def keep(
    connection: Connection,
    branch_id: int,
    judged: Mapping[int, Judged],
    suspects: Mapping[int, str],
    known: Mapping[int, Known],
    runs: Mapping[int, BranchRun],
    *,
    rules: str,
    brought_by: int | None,
) -> list[tuple[int, Status, Status]]:
    """Store the statuses of cases and the changes among them.

    Takes:
        judged: by case. ``known`` is what each was before.
        runs: the runs of the window by id.
        brought_by: the run because of which they were judged; nothing when new thresholds were.
    Gives: case, old and new status of each change.
    """
    changes, states, events = [], [], []
    moment = max((one.started_at_ms for one in runs.values()), default=0)
    newest = max(runs, key=lambda one: (runs[one].started_at_ms, one), default=0)
    for case_id, verdict in sorted(judged.items()):
        before = known.get(case_id)
        old = before.status if before else Status.HEALTHY
        changed = verdict.status is not old
        if before is None and not changed and verdict.failures == 0:
            continue
        if changed:
            changes.append((case_id, old, verdict.status))
            events.append(
                {
                    "branch": branch_id, "case": case_id, "run": brought_by, "at": moment, "old": old.value,
                    "new": verdict.status.value, "rule": verdict.rule, "because": verdict.because,
                    "evidence": json.dumps(list(verdict.runs)), "rules": rules,
                }
            )  # fmt: skip
        states.append(
            {
                "branch": branch_id, "case": case_id, "status": verdict.status.value, "rule": verdict.rule,
                "because": verdict.because, "suspect": suspects.get(case_id), "since": verdict.since_ms,
                "at": moment if changed or before is None else before.changed_at_ms, "failures": verdict.failures,
                "decided": verdict.decided, "low": verdict.interval[0], "high": verdict.interval[1],
                "failed": verdict.failed_runs, "retried": verdict.retried_runs,
                "rerun": round(verdict.rerun_s * 1e6), "last": newest, "rules": rules,
            }
        )  # fmt: skip
    for sql, values in ((_UPSERT, states), (_EVENT, events)):
        if values:
            connection.execute(text(sql), values)
    return changes


_UPSERT = (
    "INSERT INTO case_state (branch_id, case_id, status, rule, because, order_suspect, since, changed_at, failures, "
    "decided, low, high, failed_runs, retried_runs, rerun_us, last_run, rules) VALUES (:branch, :case, :status, :rule, "
    ":because, :suspect, :since, :at, :failures, :decided, :low, :high, :failed, :retried, :rerun, :last, :rules) "
    "ON CONFLICT (branch_id, case_id) DO UPDATE SET status = excluded.status, rule = excluded.rule, "
    "because = excluded.because, order_suspect = excluded.order_suspect, since = excluded.since, "
    "changed_at = excluded.changed_at, failures = excluded.failures, decided = excluded.decided, "
    "low = excluded.low, high = excluded.high, failed_runs = excluded.failed_runs, "
    "retried_runs = excluded.retried_runs, rerun_us = excluded.rerun_us, last_run = excluded.last_run, "
    "rules = excluded.rules"
)
_EVENT = (
    "INSERT INTO case_event (branch_id, case_id, run_id, at, old_status, new_status, rule, because, evidence, rules) "
    "VALUES (:branch, :case, :run, :at, :old, :new, :rule, :because, :evidence, :rules)"
)
