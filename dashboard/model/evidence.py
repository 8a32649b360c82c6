"""What gates see: everything known of one candidate, summed as far as judging needs and no further.

A part that is ``None`` was never ingested. Gates turn that into a ruling; nothing here may stand in for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dashboard.model.candidate import Candidate, Source
from dashboard.model.ledger import Note
from dashboard.model.policy import Policy
from dashboard.model.records import EnvironmentFact, FlagState, HealthCheck
from dashboard.model.waiver import Acceptance, Waiver


@dataclass(frozen=True, slots=True)
class Tally:
    """Final outcomes of distinct test cases."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of the suite on this candidate."""

    name: str
    started_at: datetime
    tally: Tally
    partial: bool
    """A later run of a part of an earlier one: it can make a case worse, never clear it."""
    flaky: int


@dataclass(frozen=True, slots=True)
class TestEvidence:
    """Test results of the candidate.

    The record is made per case: the outcome in its latest full run, made worse by any later partial rerun.
    """

    __test__ = False  # a noun of the field, not a test class

    tally: Tally
    categories: Mapping[str, Tally]
    """By category of the policy; a category without cases is there with a total of 0."""
    flaky: int
    """Distinct cases that both passed and failed on this very subject (attempts and runs), ambiguous ones left out."""
    flaky_names: tuple[str, ...]
    """At most 20."""
    failing_names: tuple[str, ...]
    """At most 20, of the record."""
    runs: tuple[SuiteRun, ...]
    """All runs of the candidate, oldest first."""
    sources: tuple[Source, ...]
    """Artefacts the record rests on."""
    flaky_sources: tuple[Source, ...]
    category_sources: Mapping[str, tuple[Source, ...]]
    counters_disagree: int
    """Suites whose declared counters are not what was counted."""
    ambiguous: int
    retried: Mapping[str, int] = field(default_factory=dict)
    """Category -> cases that count as passed although an attempt of the very run that decides them failed."""


@dataclass(frozen=True, slots=True)
class CoverageTotals:
    """Summed integers; percentages are made only for showing."""

    lines_total: int
    lines_hit: int
    branches_total: int
    branches_hit: int
    files: int


@dataclass(frozen=True, slots=True)
class CoverageEvidence:
    """Coverage of the candidate, by its newest report of each name."""

    total: CoverageTotals
    components: Mapping[str, CoverageTotals]
    """By component of the policy; one without files is there with 0 lines."""
    component_range: Mapping[str, tuple[float, float]]
    """Lowest and highest line coverage (percent) of the modules (folders) inside a component with lines."""
    previous_files: int | None
    """Files in the report of the previous candidate on the branch; ``None`` when there is none."""
    sources: tuple[Source, ...]
    passed_over: tuple[Source, ...] = ()
    """Reports that know only what ran, in place of which the complete ones were counted."""
    unmapped: tuple[str, ...] = ()
    """Paths that no component and no other report knows, sorted: they may be of files that are counted already."""
    ambiguous: tuple[str, ...] = ()
    """Paths that fit two files, sorted: counted apart from both."""
    approximate: tuple[str, ...] = ()
    """Files whose figures are a lower bound, since their reports cannot be united exactly."""


@dataclass(frozen=True, slots=True)
class Series:
    """One benchmark of the candidate against its baseline, all in base units."""

    name: str
    unit: str
    direction: str | None
    values: tuple[float, ...]
    """Of the candidate's runs, oldest first; the last one is current."""
    baseline: tuple[float, ...]
    """Of the baseline's runs with the same name and fingerprint, oldest first; empty when there are none."""


@dataclass(frozen=True, slots=True)
class BenchmarkEvidence:
    """Benchmarks of the candidate and of the baseline that the policy names."""

    series: tuple[Series, ...]
    baseline_label: str | None
    """What it is compared with, in words; ``None`` when no baseline was found."""
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """Samples of one operational metric over the candidate's window, sorted by time."""

    name: str
    unit: str
    at_ms: tuple[int, ...]
    values: tuple[float | None, ...]
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class OpsEvidence:
    """Operational samples of the candidate."""

    series: Mapping[str, MetricSeries]
    """By metric name; series with different labels are merged in time order only when their labels agree."""
    start: datetime
    end: datetime
    largest_gap_s: float
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FlagEvidence:
    """The newest flag file of the candidate."""

    flags: tuple[FlagState, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class HealthEvidence:
    """The newest health document of each name."""

    checks: tuple[HealthCheck, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class EnvironmentEvidence:
    """The newest environment snapshot."""

    facts: tuple[EnvironmentFact, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class OtlpEvidence:
    """Telemetry that was exported as OTLP: the newest export of each name."""

    spans: int
    orphan_spans: int | None
    """Spans whose parent is not in their own export; ``None`` where there were too many spans to follow."""
    traces: int | None
    """Summed over the exports, so one that is spread over several counts in each; ``None`` as above."""
    metric_names: int
    """Distinct metrics with a data point; never more than there are, where an export does not name them all."""
    data_points: int
    log_records: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader did with one artefact: the sums of its integrity ledger."""

    source: Source
    seen: int
    """Elements of the format (cases, files, samples); each was kept, folded or dropped."""
    kept: int
    folded: int
    repaired: int
    """Kept after a repair."""
    ambiguous: int
    """Kept without certainty."""
    dropped: int
    notes: tuple[Note, ...]
    commit: str | None = None
    """The commit on which the report says it was measured."""


@dataclass(frozen=True, slots=True)
class NewFailures:
    """Failing tests of the candidate that did not fail in an earlier one."""

    count: int
    names: tuple[str, ...]
    """At most 20."""
    compared_with: str
    """Label of the earlier candidate."""
    approved: bool
    """Whether that one was approved; else it is merely the one before on the branch."""


@dataclass(frozen=True, slots=True)
class PatchCoverage:
    """Coverage of the lines that a change touches."""

    lines_total: int
    """Changed lines that can be run and were measured."""
    lines_hit: int
    unmeasured: tuple[str, ...]
    """Changed files that no coverage report names."""
    compared_with: str


@dataclass(frozen=True, slots=True)
class Muted:
    """A test that somebody answers for while it may fail; it counts as it ran all the same."""

    label: str
    owner: str
    ticket: str
    muted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """A condition under which an earlier candidate was approved."""

    candidate: str
    """Label of that candidate."""
    text: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it, and the moment at which its age is judged."""

    candidate: Candidate
    policy: Policy
    as_of: datetime
    tests: TestEvidence | None = None
    coverage: CoverageEvidence | None = None
    benchmarks: BenchmarkEvidence | None = None
    ops: OpsEvidence | None = None
    flags: FlagEvidence | None = None
    health: HealthEvidence | None = None
    environment: EnvironmentEvidence | None = None
    otlp: OtlpEvidence | None = None
    otlp_owed: bool = False
    """This candidate, or one shortly before it on its branch, has brought OTLP: its absence is then a gap. It stays
    true in a what-if that leaves OTLP out, so that leaving it out cannot look better than showing it."""
    sources: tuple[Source, ...] = ()
    """Every artefact of the candidate: the manifest."""
    readings: tuple[Reading, ...] = ()
    """How each of the sources was read, in their order."""
    without: tuple[str, ...] = field(default=())
    """Kinds left out on purpose by a what-if."""
    new_failures: NewFailures | None = None
    """``None`` where the policy does not ask, or there is nothing to compare with."""
    patch: PatchCoverage | None = None
    """``None`` where no change was given."""
    waivers: tuple[Waiver, ...] = ()
    """All of the candidate, in the order in which they were asked for."""
    acceptances: tuple[Acceptance, ...] = ()
    """Signed reasons for findings of the candidate."""
    muted: tuple[Muted, ...] = ()
    """Tests muted on the candidate's branch at ``as_of``, the soonest to expire first."""
    promises: tuple[Promise, ...] = ()
    """Conditions of earlier approvals on the branch that are still open, earliest due first."""
