"""Evidence in words, where no rule fired: every count as ``n of m``, nothing claimed that the runs do not prove.

Takes: the runs of a case. Gives: the line and the runs it rests on. Source: the runs alone. Empty: "never ran here".
"""

from collections.abc import Sequence

from dashboard.analysis._phrases import many
from dashboard.analysis.status import recovery
from dashboard.analysis.status.history import faulty
from dashboard.analysis.status.recovery import Clean
from dashboard.analysis.status.rules import Hit, ids, short
from dashboard.model.figures import of_text
from dashboard.model.records import Outcome
from dashboard.model.status import Judged, Observation, Status, StatusRules
from dashboard.stats.proportion import wilson


def nothing(observations: Sequence[Observation]) -> Judged:
    """Judge a case without a run that could."""
    n = len(observations)
    skipped = sum(one.outcome is Outcome.SKIPPED for one in observations)
    lost = sum(one.infrastructure for one in observations)
    if not n:
        status, because = Status.UNKNOWN, "never ran here"
    elif skipped == n:
        status, because = Status.SKIPPED, f"skipped in {of_text(n, n)} runs"
    else:
        status = Status.UNKNOWN
        because = (
            f"no verdict in {many(n, 'run', 'runs')}: skipped in {of_text(skipped, n)}, {of_text(lost, n)} failed as a "
            "whole; a pass in a run of a part is none"
        )
    return Judged(status, because, "", (), (), None, 0, 0, wilson(0, 0), 0, 0, 0.0)


def kept(status: Status, runs: Sequence[Observation], rules: StatusRules, since: Clean) -> Hit:
    """Say why an earlier status still stands."""
    what = "proven flaky" if status is Status.FLAKY else "suspected"
    because = f"{what} before, not yet recovered: {recovery.progress(since, rules)}"
    return Hit("hysteresis", because, ids([one for one in runs if faulty(one)]), since.failures)


def failing(row: Sequence[Observation], seen: Sequence[Observation]) -> Hit:
    """Say since when the case fails."""
    if len(row) == len(seen):
        because = f"never passed: failed in {of_text(len(row), len(seen))} runs"
    else:
        because = f"failed in the last {of_text(len(row), len(seen))} runs, since {short(row[0].commit)}"
    return Hit("", because, ids(row), len(row))


def fixed(runs: Sequence[Observation], rules: StatusRules, since: Clean) -> Hit:
    """Say how far the case is from healthy."""
    start = f" since {short(since.first.commit)}" if since.first else " only on a retry or in a run of a part"
    because = f"passes{start}: {recovery.progress(since, rules)}"
    if since.before:
        because += f"; failed in {of_text(since.failures, len(runs))} runs"
    return Hit("", because, ids([one for one in runs if faulty(one)]), since.failures)


def healthy(since: Clean) -> Hit:
    """Say how much the clean runs prove."""
    proof = recovery.proof(since.runs)
    if since.before and since.first:
        because = f"recovered: passed in {of_text(since.runs, since.runs)} runs since {short(since.first.commit)}"
    else:
        because = f"passed in {of_text(since.runs, since.runs)} runs"
    return Hit("", because + (f"; {proof}" if proof else ""), (), 0)


def left_out(observations: Sequence[Observation]) -> str:
    """Say what the newest runs were that gave no verdict: what did not run has not passed."""
    n = len(observations)
    skipped = 0
    while skipped < n and observations[n - 1 - skipped].outcome is Outcome.SKIPPED:
        skipped += 1
    lost = sum(one.infrastructure for one in observations)
    text = f"; skipped in the newest {of_text(skipped, n)} runs" if skipped else ""
    return text + (f"; {of_text(lost, n)} runs left out as infrastructure failures" if lost else "")
