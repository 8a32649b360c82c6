"""How long a case has been clean, and whether that is enough to forget that it failed.

Takes: the decided runs of one case, oldest first. Gives: the clean runs since the last failed attempt, and what they
prove. Source: Buildkite (seven days or a number of runs), Datadog (20 clean retries prove a fix), and the rule of three
for what that proves: at a rate of failure that n clean runs cannot exclude, n clean runs are what a flaky case shows
anyway. Empty: no run is clean.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from dashboard.analysis.status.history import faulty, milliseconds
from dashboard.model.figures import of_text
from dashboard.model.status import Observation, StatusRules
from dashboard.stats.proportion import rule_of_three

_DAY_MS = 86_400_000


class Clean(NamedTuple):
    """The runs since the last failed attempt; all runs of the window where there was none."""

    runs: int
    """Full runs that passed at once; a run of a part proves nothing."""
    span_ms: int
    """From the last failure (or the first run) to the newest run."""
    first: Observation | None
    """The first clean run."""
    failures: int
    """Runs with a failed attempt before."""
    before: int
    """Runs until the last failure, that one included."""
    commits: int
    """Commits of the window where none of its runs failed; 0 otherwise."""


def clean(runs: Sequence[Observation]) -> Clean:
    """Count what is clean."""
    before = len(runs)
    while before and not faulty(runs[before - 1]):
        before -= 1
    good = [one for one in runs[before:] if not one.partial]
    start = runs[before - 1] if before else runs[0]
    span = runs[-1].started_at_ms - start.started_at_ms
    commits = 0 if before else len({one.commit for one in runs})
    return Clean(len(good), span, good[0] if good else None, sum(map(faulty, runs[:before])), before, commits)


def long_enough(since: Clean, rules: StatusRules) -> bool:
    """Say whether the case has been clean for long enough, in days and in runs.

    Where a window full of commits is shorter than the days, a window without a failure is as long as can be asked.
    """
    days = since.span_ms >= milliseconds(rules.recovery) or since.commits >= rules.window_commits
    return since.runs >= rules.recovery_runs and days


def outruns(since: Clean) -> bool:
    """Say whether the clean runs prove a lower rate of failure than the case had before.

    Twenty clean runs prove less than 15 %; of a case that failed in 5 % of its runs they prove nothing yet.
    """
    return since.failures == 0 or rule_of_three(since.runs) < Fraction(since.failures, since.before)


def progress(since: Clean, rules: StatusRules) -> str:
    """Write how far the case is on its way: ``12 of 20 clean runs, 5 of 7 days``."""
    days, asked = since.span_ms // _DAY_MS, ceil(rules.recovery.total_seconds() * 1000 / _DAY_MS)
    return f"{of_text(since.runs, rules.recovery_runs)} clean runs, {of_text(days, asked)} days"


def proof(n: int) -> str:
    """Write what ``n`` clean runs prove, rounded up so as never to claim more; "" for too few to prove anything."""
    bound = ceil(100 * rule_of_three(n))
    return f"0 failures in {n:,} runs proves < {bound} %" if bound < 100 else ""
