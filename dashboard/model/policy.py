"""The policy as gates and scorers read it; dashboard.policy.load makes it from TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from dashboard.model.records import Kind
from dashboard.model.status import DEFAULT_RULES, StatusRules


class Tier(StrEnum):
    """Consequence of a gate's failure, which sets its weight."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Threshold:
    """``>= 95 %``: an operator, an exact number and its unit."""

    op: str
    """One of ``<``, ``<=``, ``>``, ``>=``, ``==``."""
    number: Fraction
    """As written: 95 for ``95 %``."""
    unit: str
    """``%``, ``ms``, ``s`` or "" for a plain number."""
    text: str

    def met(self, value: Fraction) -> bool:
        """Compare exactly; ``value`` is in the threshold's own unit."""
        if self.op == ">=":
            return value >= self.number
        if self.op == "<=":
            return value <= self.number
        if self.op == ">":
            return value > self.number
        if self.op == "<":
            return value < self.number
        return value == self.number


@dataclass(frozen=True, slots=True)
class Rule:
    """One gate's entry in the policy."""

    gate: str
    tier: Tier
    key: bool
    passes: Threshold | None
    """``None`` for gates whose pass is not a number ("all as expected")."""
    warns: Threshold | None
    max_age: timedelta | None
    """Evidence older than this at the moment of judgement is stale."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Further settings of this gate, as written."""

    @property
    def required(self) -> str:
        """Say the thresholds as text."""
        if self.passes is None:
            return self.options.get("required", "all")
        return self.passes.text + (f", warn {self.warns.text}" if self.warns else "")


@dataclass(frozen=True, slots=True)
class Component:
    """A named part of the code base, by path patterns (``*`` crosses folders)."""

    name: str
    paths: tuple[str, ...]
    floor_pct: Fraction | None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """A report that every candidate must bring."""

    kind: Kind
    name: str
    """Pattern over the file's name, case-sensitive: ``*`` is any run of characters, ``?`` is one."""
    count: int = 1
    """How many artefacts at least, over all runs of the candidate."""
    format: str | None = None
    """Name of a format that alone will do; ``None`` for any."""


class TriggerMode(StrEnum):
    """How samples make a trigger fire."""

    AGGREGATE = "aggregate"
    """The measure over the whole window (t − for, t]: a ratio is the sum of its parts, never a mean of ratios."""
    SUSTAINED = "sustained"
    """Every sample of the window breaches, they span it, and no gap between two is longer than ``max_gap``."""
    CONSECUTIVE = "consecutive"
    """So many failed probes in a row; a probe without a result is a failed one."""


class TriggerAction(StrEnum):
    """What a rollout does when a trigger fires."""

    ROLLBACK = "rollback"
    HOLD = "hold"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a rollout is stopped; Countersign records and recommends, it does not switch traffic."""

    id: str
    metric: str
    """As the gate of the same measure names it, or ``health`` for failed probes."""
    op: str
    """``>`` or ``<``, since equality is no breach; ``>=`` for a count of consecutive failures."""
    threshold: Fraction
    """In ``unit``, as written."""
    unit: str
    """``%``, ``ms``, ``s``, "" for a plain number, or ``failures``."""
    mode: TriggerMode
    lasting: timedelta
    """``for`` of the file: length of the window, and how long without data until ``on_no_data`` holds."""
    interval: timedelta
    """Between two samples, and between two looks at them."""
    min_samples: int
    """Fewer in the window (of a ratio: requests) decide nothing."""
    max_gap: timedelta
    """Two samples further apart do not belong to one window."""
    on_no_data: TriggerAction
    action: TriggerAction

    @property
    def bound(self) -> str:
        """Give operator, number and unit: ``> 1.0 %``."""
        number = int(self.threshold) if self.threshold.denominator == 1 else float(self.threshold)
        return f"{self.op} {number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Policy:
    """A versioned set of gates; its digest stands in every evaluation."""

    name: str
    version: int
    digest: str
    """sha256 of the file's bytes."""
    text: str
    """The file itself, kept as evidence of what was asked."""
    go: Fraction
    conditional: Fraction
    weights: Mapping[Tier, int]
    rules: Mapping[str, Rule]
    """By gate id, in the order of the file."""
    categories: Mapping[str, tuple[str, ...]]
    """Test categories by what their tests match: a pattern over suite, class, name and file, case-insensitive,
    ``marker:<pattern>`` over marks and tags, or ``property:<name>=<pattern>``."""
    components: tuple[Component, ...]
    flag_expectations: Mapping[str, Mapping[str, str]]
    """Environment (``*`` for any) -> flag category -> ``on``, ``off`` or ``any``."""
    baseline: str
    """``previous-version`` or ``version:<label>``."""
    total: str
    """Pattern naming the benchmark that stands for the whole."""
    soak: Mapping[str, timedelta]
    """``minimum``, ``every``, ``max_gap``: what the finding about the soak window demands; empty asks nothing."""
    quorum: Mapping[str, int]
    """Role -> how many distinct persons must sign."""
    validity: timedelta
    """How long a sign-off stands at most."""
    expected: tuple[ExpectedReport, ...] = ()
    """Reports without which no candidate is released; empty expects none."""
    triggers: tuple[Trigger, ...] = ()
    """Values at which a rollout stops; empty names none."""
    flaky: StatusRules = DEFAULT_RULES
    """Thresholds by which the history of a test case is judged."""
