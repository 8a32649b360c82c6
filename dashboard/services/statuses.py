"""Brings the statuses of test cases forward: after each ingest, in its transaction; and when the thresholds change.

Only cases that failed, or that have a status already, are judged: a case that never failed on a branch is healthy and
has no row. What they are judged by are the newest runs of the branch, as far back as the rules look.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from dashboard.analysis.failure_groups import fingerprint
from dashboard.analysis.status.infrastructure import infrastructure
from dashboard.analysis.status.judging import statuses
from dashboard.analysis.status.order import order_suspect
from dashboard.analysis.status.quiet import Calm, quiet
from dashboard.model.person import Permission
from dashboard.model.status import RULES_VERSION, Judged, Observation, Status, StatusRules
from dashboard.services import mutes, policies
from dashboard.services.context import Context
from dashboard.store import case_states, failure_groups
from dashboard.store.case_states import BranchRun, Seen
from dashboard.store.failure_groups import Group
from dashboard.store.outcomes import PASSED, SKIPPED
from dashboard.store.transaction import Connection, reading

#: Most runs that are looked at; several runs of one commit are usual.
MOST_RUNS = 240

#: Cases of a run that are judged although nothing can have changed but their figures.
QUIET_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """A case whose status other thresholds would change."""

    case_id: int
    name: str
    old: Status
    new: Status
    because: str
    """By the other thresholds."""


def rules_digest(rules: StatusRules) -> str:
    """Name the rules as events do: their version and a digest of the thresholds."""
    return f"{RULES_VERSION}:{hashlib.sha256(repr(rules).encode()).hexdigest()[:12]}"


def advance(context: Context, connection: Connection, project: str, run_id: int) -> None:
    """Judge the cases that a run touches, within the transaction that stored a report of it."""
    where = case_states.place_of(connection, run_id)
    group(connection, run_id)
    failure_groups.count_run(connection, where.branch_id, run_id)
    rules = policies.current(context, project).flaky
    window = _window(connection, where.branch_id, rules)
    mine = next((one for one in window if one.id == run_id), None)
    if mine is None:
        return  # older than anything the rules look at
    largest = max(one.total for one in window)
    because = infrastructure(
        mine.executed,
        mine.failing,
        dict(case_states.group_counts(connection, run_id)),
        rules,
        partial=mine.total * 2 < largest,
    )
    if because != mine.infrastructure:
        case_states.mark_infrastructure(connection, run_id, because)
        window = _window(connection, where.branch_id, rules)
    touched = _touched(connection, where.branch_id, window, mine, rules)
    if because is None:
        touched |= case_states.failing_in(connection, run_id)
    changes = _judge(connection, where.branch_id, window, touched, rules, brought_by=run_id)
    broken = [case for case, _, new in changes if new is Status.BROKEN]
    if broken:
        mutes.end_broken(context, connection, project, where.branch, broken)


def _touched(
    connection: Connection,
    branch_id: int,
    window: Sequence[BranchRun],
    mine: BranchRun,
    rules: StatusRules,
) -> set[int]:
    """Give the cases with a status that a run may change, and some of the others, to bring their figures forward.

    Where thousands of cases have failed at some time, nearly all of them pass in any one run, which changes nothing
    but their figures. Of these, ``QUIET_AT_ONCE`` are judged, those first that were not for the longest time; where
    there are no more, all are.
    """
    seen = case_states.seen_in(connection, branch_id, mine.id)
    if mine is not window[-1] or mine.total * 2 < max(one.total for one in window):
        return {one.case_id for one in seen}  # out of order, or of a part, which the rules look at in their own way
    failed = case_states.last_failures(connection, window)
    on_commit = [one.id for one in window if one.commit == mine.commit]
    doubtful = {case for number in on_commit for case in case_states.failing_in(connection, number)}
    touched, waiting = set(), []
    for one in seen:
        if one.case_id in doubtful or not _quiet(one, window, failed.get(one.case_id, -1), rules):
            touched.add(one.case_id)
        else:
            waiting.append((one.judged_up_to + (MOST_RUNS if one.status == Status.HEALTHY else 0), one.case_id))
    return touched | {case for _, case in nsmallest(QUIET_AT_ONCE, waiting)}


def _quiet(one: Seen, window: Sequence[BranchRun], last: int, rules: StatusRules) -> bool:
    """Say whether the newest run leaves a case as it is; ``last`` is the place of its last failure in the window."""
    if one.outcome == SKIPPED:
        return one.status == Status.SKIPPED
    if one.outcome != PASSED:
        return False
    clean_ms = window[-1].started_at_ms - window[max(0, last)].started_at_ms
    return quiet(Status(one.status), one.decided, one.failures, Calm(clean_ms, len(window) - 1 - last, last + 1), rules)


def judge_again(context: Context, connection: Connection, project: str, rules: StatusRules) -> int:
    """Judge all cases that ever failed by new thresholds, within the transaction that sets them; gives the changes."""
    changes = 0
    for branch, branch_id in case_states.branches(connection, project).items():
        window = _window(connection, branch_id, rules)
        cases = case_states.ever_failing(connection, branch_id)
        found = _judge(connection, branch_id, window, cases, rules, brought_by=None)
        broken = [case for case, _, new in found if new is Status.BROKEN]
        if broken:
            mutes.end_broken(context, connection, project, branch, broken)
        changes += len(found)
    return changes


def preview(context: Context, project: str, branch: str | None, rules: StatusRules) -> tuple[Moved, ...]:
    """Give the cases of a branch that would have another status by other thresholds; nothing is stored.

    Both sides are judged from the same runs now, without what was known before, so that the difference is that of the
    thresholds alone.
    """
    context.require(Permission.READ)
    present = policies.current(context, project).flaky
    with reading(context.store) as connection:
        branch_id = case_states.branches(connection, project).get(branch or "")
        if branch_id is None:
            return ()
        cases = case_states.ever_failing(connection, branch_id)
        old, new = (
            statuses(case_states.histories(connection, _window(connection, branch_id, by), cases).items(), by)
            for by in (present, rules)
        )
        found = [
            (case, before, new[case])
            for case in sorted(new)
            if (before := old[case].status if case in old else Status.UNKNOWN) is not new[case].status
        ]
        names = case_states.names(connection, [case for case, _, _ in found])
    return tuple(Moved(case, names[case], before, now.status, now.because) for case, before, now in found)


def group(connection: Connection, run_id: int) -> None:
    """Put the failures of a run into their groups."""
    found: dict[int, Group] = {}
    for one in failure_groups.ungrouped(connection, run_id):
        print_ = fingerprint(one.type, one.message, one.text)
        found[one.id] = Group(bytes.fromhex(print_.id), print_.type, print_.title, print_.frame)
    failure_groups.assign(connection, found)


def _window(connection: Connection, branch_id: int, rules: StatusRules) -> list[BranchRun]:
    """Give the newest runs of a branch, oldest first, back to the oldest commit that the rules look at."""
    newest = case_states.newest_start(connection, branch_id)
    if newest is None:
        return []
    length = max(rules.window, rules.f1_window, rules.recovery)
    since = newest - int(length.total_seconds() * 1000)
    runs = case_states.newest_runs(connection, branch_id, since, MOST_RUNS)
    largest = max((one.total for one in runs), default=0)
    commits: set[str] = set()
    for place in range(len(runs) - 1, -1, -1):
        one = runs[place]
        if one.infrastructure is None and one.total * 2 >= largest:
            if len(commits) == rules.window_commits and one.commit not in commits:
                return runs[place + 1 :]
            commits.add(one.commit)
    return runs


def _judge(
    connection: Connection,
    branch_id: int,
    window: Sequence[BranchRun],
    cases: Collection[int],
    rules: StatusRules,
    *,
    brought_by: int | None,
) -> list[tuple[int, Status, Status]]:
    if not window or not cases:
        return []
    histories = case_states.histories(connection, window, cases)
    known = case_states.with_a_status(connection, branch_id, histories)
    before = {case: known[case].status for case in histories if case in known}
    judged: Mapping[int, Judged] = statuses(histories.items(), rules, before)
    return case_states.keep(
        connection,
        branch_id,
        judged,
        _suspects(histories, rules),
        known,
        {one.id: one for one in window},
        rules=rules_digest(rules),
        brought_by=brought_by,
    )


def _suspects(histories: Mapping[int, Sequence[Observation]], rules: StatusRules) -> dict[int, str]:
    found = ((case, order_suspect(seen, rules)) for case, seen in histories.items())
    return {case: suspect.because for case, suspect in found if suspect is not None}
