"""What readers give: one record a fact, the unit in the name, ``None`` for "the file does not say" and never 0.

Records are named tuples rather than frozen dataclasses because a report may hold a million of them and a tuple
is built several times faster; they are just as immutable.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Kinds of evidence; also the names ``--without`` and ``inspect`` use."""

    TESTS = "tests"
    COVERAGE = "coverage"
    BENCHMARKS = "benchmarks"
    FLAGS = "flags"
    HEALTH = "health"
    METRICS = "metrics"
    OTLP = "otlp"
    ENVIRONMENT = "environment"


class Outcome(StrEnum):
    """Outcome of a test case or of one attempt at it."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


#: Worst first, for folding: an error hides a failure, a failure hides a skip, a skip hides a pass.
WORST_FIRST = (Outcome.ERROR, Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED)


class Failure(NamedTuple):
    """Why an attempt did not pass (or was skipped), as the file tells it."""

    type: str | None
    message: str | None
    text: str | None
    """At most 1 MiB is kept."""
    text_size: int
    """Characters in the file, also when ``text`` was cut."""


class Attempt(NamedTuple):
    """One execution of a case that was run more than once."""

    outcome: Outcome
    duration_s: float | None
    failure: Failure | None


class CaseResult(NamedTuple):
    """One test case of one run, retries folded in."""

    suite: str
    """Breadcrumbs of the enclosing suites joined by `` > ``; "" when there are none."""
    classname: str
    name: str
    file: str | None
    line: int | None
    outcome: Outcome
    """Final outcome, the one readiness counts."""
    duration_s: float | None
    """Seconds over all attempts; ``None`` when the file does not say or says it unreadably."""
    failure: Failure | None
    """Of the final outcome: also the reason of a skip."""
    attempts: tuple[Attempt, ...] = ()
    """In order, the last one final; empty when the case was executed once."""
    ambiguous: bool = False
    """Several observations of one identity that cannot be told to be retries: worst outcome, no flaky statistics."""
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def flaky(self) -> bool:
        """Passed in the end after at least one failed attempt."""
        return self.outcome is Outcome.PASSED and any(
            a.outcome in (Outcome.FAILED, Outcome.ERROR) for a in self.attempts
        )


class Folded(NamedTuple):
    """A correction by a reader that streams: forget these, already given, and count this one instead.

    Given after all other records, when a repeated identity turned out to be the attempts of one case.
    """

    replaces: tuple[CaseResult, ...]
    by: CaseResult


class FileCoverage(NamedTuple):
    """Coverage of one source file, recomputed from its lines where the file lists them."""

    path: str
    lines_total: int | None
    lines_hit: int | None
    branches_total: int | None
    branches_hit: int | None
    statements_total: int | None
    """Only where the producer counts statements apart from lines (Go, Clover, Istanbul)."""
    statements_hit: int | None
    lines_excluded: int | None
    hit: str
    """Line ranges, ``1-4,9``; "" when the file lists no lines."""
    missed: str
    partial: str
    approximate: bool = False
    """Shards were merged that carry no branch ids: the branch figures are a lower bound."""
    branch_numbering: str = ""
    """How branches are told apart (``arc``, ``lcov``, ``llvm``, ``istanbul``); "" when the file gives no ids, or ids
    that do not add up to its figures. Ids of one numbering mean the same branch in every report of the file."""
    branches_taken: str = ""
    """``line:id id,line:id`` of the branches taken."""
    branches_missed: str = ""
    contexts: tuple[tuple[str, str], ...] = ()
    """(Name, ranges of the lines it ran): the tests, or other named parts of the run, that the file tells apart. The
    name "" stands for what ran outside any of them."""


class BenchmarkResult(NamedTuple):
    """One benchmark of one run, in base units (s, B, 1/s, ...)."""

    name: str
    group: str | None
    value: float
    """The statistic named below: the median wherever the producer gives it, since a mean moves with host noise."""
    statistic: str
    unit: str
    """Base unit; the producer's own text when it is unknown."""
    unit_text: str
    direction: str | None
    """``smaller`` or ``larger`` is better; ``None`` when the unit does not say: such a series never gates."""
    mean: float | None
    minimum: float | None
    maximum: float | None
    stddev: float | None
    rounds: int | None
    fingerprint: str
    """CPU, cores, OS and runtime; "" when the file does not say. Another fingerprint is another series."""
    samples: tuple[float, ...] = ()
    """Raw, in base units; only where they are independent (not the rounds of one process)."""


class FlagState(NamedTuple):
    """What one feature flag really serves, in percent of users."""

    key: str
    enabled: bool | None
    """The switch as written; not the same as served."""
    served_min_pct: float | None
    served_max_pct: float | None
    """Equal when the share is fixed; apart when targeting decides; ``None`` when the flag is not a switch."""
    category: str | None
    depends_on: tuple[str, ...]
    plan: tuple[float, ...]
    """Stages of a rollout in percent, as the file declares them; empty when there is none."""
    description: str | None
    value: str | None
    """The value as JSON text where the flag is not a switch (a number, a string, an object)."""


class HealthCheck(NamedTuple):
    """One component check of a health document."""

    name: str
    status: str
    """``pass``, ``warn`` or ``fail``."""
    observed: str | None
    unit: str | None
    time: str | None
    """ISO 8601 with offset, as the file gives it."""
    output: str | None


class MetricSample(NamedTuple):
    """One sample of an operational metric, in its base unit."""

    metric: str
    labels: str
    """Canonical ``k=v,k=v``; "" without labels."""
    at_ms: int
    """Unix milliseconds, UTC."""
    value: float | None
    """``None`` for a sample that is not a number: present, and measuring nothing."""
    unit: str
    observations: int | None
    """Observations behind the sample where the file says so."""


class EnvironmentFact(NamedTuple):
    """One line of an environment snapshot."""

    group: str
    """``runtime``, ``dependency``, ``file`` or ``variable``."""
    name: str
    observed: str | None
    required: str | None
    """What the lock, or the list of required files, asks for; ``None`` when nothing is asked."""


Record = CaseResult | Folded | FileCoverage | BenchmarkResult | FlagState | HealthCheck | MetricSample | EnvironmentFact
