"""What the history of a test case says of it: its status, the rules that gave it, the evidence behind it.

Rules and evidence are plain and complete, so that a status can be judged again from the same runs years later. The
reasons for each rule stand in ``dashboard.analysis.status``.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dashboard.model.records import Outcome

RULES_VERSION = 1
"""Of the rules as code; goes up whenever the same runs and thresholds could be judged differently."""


class Status(StrEnum):
    """What a case is, judged by its runs on one branch; the first that holds, from above."""

    BROKEN = "broken"
    """Fails now, and has for several runs or nearly always (rule B): a failure to mend, nothing to tolerate."""
    FLAKY = "flaky"
    """Proven: failed and passed on one and the same commit (rule F1)."""
    SUSPECTED = "suspected"
    """Short failures that came and went, time and again (rule F2); commits in between may have caused them."""
    NEW_FAILURE = "new-failure"
    """Fails now, passed in the run before (rule N)."""
    FAILING = "failing"
    """Fails now, not for the first time, too short for broken; or has never passed."""
    FIXED = "fixed"
    """Passes again, not yet for long enough to be called healthy."""
    HEALTHY = "healthy"
    """Passes, and has for long enough."""
    SKIPPED = "skipped"
    """Was only ever skipped in the window: nothing is known of it."""
    UNKNOWN = "unknown"
    """No run in the window that could be judged."""
    ORDER_SUSPECT = "order-suspect"
    """An extra label beside a status, never one: fails within the suite and never alone."""


FAILING_STATUSES = frozenset({Status.BROKEN, Status.NEW_FAILURE, Status.FAILING})
UNSTABLE = frozenset({Status.FLAKY, Status.SUSPECTED})


class Observation(NamedTuple):
    """One case in one run."""

    run_id: int
    started_at_ms: int
    """Start of the run, Unix milliseconds, UTC."""
    commit: str
    """Subject of the candidate: what the run tested."""
    outcome: Outcome
    """Final outcome, after all attempts."""
    attempts_passed: int
    """1 for a case that was executed once and passed; both counts are 0 for a skip."""
    attempts_failed: int
    """Attempts that failed or ended in an error."""
    partial: bool = False
    """The run is a rerun of a part: a pass in it clears nothing, a failure in it counts."""
    infrastructure: bool = False
    """The run failed as a whole (rule I): it says nothing of its cases."""
    ambiguous: bool = False
    """Several results under one name: never used to call the case flaky."""
    fingerprint: str | None = None
    """Of the failure (``dashboard.analysis.failure_groups``), where it failed."""
    suite_size: int = 0
    """Cases in the whole suite at the time; 0 when it is not known."""
    ran: int = 0
    """Cases in this run."""
    variant: str = ""
    """Platform or configuration: outcomes of different variants never contradict each other."""
    rerun_s: float = 0.0
    """Seconds spent on attempts after the first."""


@dataclass(frozen=True, slots=True)
class StatusRules:
    """Every threshold of the rules; the defaults are those of a policy that says nothing."""

    f1_window: timedelta = timedelta(days=14)
    f1_min_commits: int = 1
    """Commits with a contradiction that prove flakiness; 2 where the CI itself is noisy."""
    window: timedelta = timedelta(days=30)
    window_commits: int = 60
    """Both ends of the window hold: the last 60 commits, as far as they are not older than 30 days."""
    min_decided: int = 20
    """Runs with a verdict (pass or fail) without which rule F2 says nothing."""
    episodes: int = 2
    episode_commits: int = 2
    """Longest failure, in commits, that is taken for a spurious one."""
    broken_runs: int = 3
    broken_share: Fraction = Fraction(80, 100)
    infra_share: Fraction = Fraction(50, 100)
    infra_one_error_share: Fraction = Fraction(30, 100)
    infra_min_tests: int = 10
    """Executed cases below which a run is never taken for an infrastructure failure."""
    recovery: timedelta = timedelta(days=7)
    recovery_runs: int = 20
    """Both must be clean to recover, the days (or the whole window, where it is shorter) and the runs; and while
    failures are in the window the clean runs must prove a lower rate than they were (3/n): 20 runs say nothing of what
    failed once in 40."""
    suite_share: Fraction = Fraction(50, 100)
    suite_runs: int = 5
    """Order suspect: runs of at least ``suite_share`` of the suite that are needed."""
    alone_share: Fraction = Fraction(5, 100)
    alone_runs: int = 10
    """Order suspect: clean runs of at most ``alone_share`` of the suite that are needed."""


DEFAULT_RULES = StatusRules()


class Judged(NamedTuple):
    """The status of a case, and what it rests on."""

    status: Status
    because: str
    """The evidence in one line, counts always as ``n of m``."""
    rule: str
    """Rule that decided: ``B``, ``F1``, ``F2``, ``N``, or "" where none fired; ``hysteresis`` where an earlier status
    is kept until the case has recovered."""
    fired: tuple[str, ...]
    """All rules that fired, the deciding one first: a broken case may be flaky too."""
    runs: tuple[int, ...]
    """Ids of the runs that are the evidence, oldest first."""
    since_ms: int | None
    """Start of the first run of the evidence."""
    failures: int
    """Runs of the window with a failed attempt; of a flaky or suspected case only those taken as spurious."""
    decided: int
    """Runs of the window with a verdict."""
    interval: tuple[float, float]
    """95 % Wilson interval of ``failures`` of ``decided``; (0, 1) when nothing was decided."""
    failed_runs: int
    """Runs of the window that the case failed in the end."""
    retried_runs: int
    """Runs of the window in which it passed only on a retry."""
    rerun_s: float
    """Seconds spent on its attempts after the first, in the window."""
    rules_version: int = RULES_VERSION
