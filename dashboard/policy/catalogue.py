"""What a policy may say about each gate: its unit, the direction of its thresholds, its options.

Gates and policy are siblings that do not import each other; a test holds this catalogue against the gates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Direction(Enum):
    """Which way a measure is good."""

    HIGH = auto()
    LOW = auto()
    NONE = auto()
    """The gate's pass is not a number."""


class OptionKind(Enum):
    """What an option's text must be."""

    PATTERN = auto()
    WHOLE = auto()
    PERCENT = auto()
    STATISTIC = auto()
    DEMAND = auto()


CHOICES: Mapping[OptionKind, tuple[str, ...]] = {
    OptionKind.STATISTIC: ("max", "median"),
    OptionKind.DEMAND: ("optional", "required", "ignored"),
}
"""What an option that is one of a few words may say."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One gate as a policy file may set it."""

    direction: Direction
    units: tuple[str, ...] = ()
    required: str = ""
    """What passes, in words, where it is not a number; ``{option}`` stands for an option's value."""
    options: Mapping[str, tuple[OptionKind, str]] = field(default_factory=dict)
    """Name -> what it must be, and its value when the file says nothing."""


_HIGH_SHARE = Entry(Direction.HIGH, ("%",))
_LOW_SHARE = Entry(Direction.LOW, ("%",))
_HOLES = {"max_holes_pct": (OptionKind.PERCENT, "10")}


def _latency(metric: str) -> Entry:
    options = {"metric": (OptionKind.PATTERN, metric), "statistic": (OptionKind.STATISTIC, "max")}
    return Entry(Direction.LOW, ("ms", "s"), options=options | _HOLES)


def _words(required: str, **options: tuple[OptionKind, str]) -> Entry:
    return Entry(Direction.NONE, required=required, options=options)


CATALOGUE: Mapping[str, Entry] = {
    "tests.pass_rate": _HIGH_SHARE,
    "tests.security": _HIGH_SHARE,
    "health.checks": _words("all pass, warn any warn"),
    "ops.error_rate": Entry(
        Direction.LOW,
        ("%",),
        options={
            "errors": (OptionKind.PATTERN, "errors"),
            "requests": (OptionKind.PATTERN, "requests"),
            "ratio": (OptionKind.PATTERN, "error_rate"),
            "min_requests": (OptionKind.WHOLE, "1000"),
        }
        | _HOLES,
    ),
    "tests.error_handling": _HIGH_SHARE,
    "observability": Entry(
        Direction.HIGH,
        ("%",),
        options={
            "otlp": (OptionKind.DEMAND, "optional"),
            "min_metrics": (OptionKind.WHOLE, "15"),
            "min_spans": (OptionKind.WHOLE, "1"),
            "max_orphan_spans": (OptionKind.WHOLE, "0"),
        },
    ),
    "ops.p95": _latency("latency_p95"),
    "coverage.component": _words(
        "each component at its floor, warn {margin} points below", margin=(OptionKind.PERCENT, "10")
    ),
    "coverage.total": _HIGH_SHARE,
    "perf.regression": Entry(Direction.LOW, ("%",), options={"except": (OptionKind.PATTERN, "")}),
    "tests.flaky": _LOW_SHARE,
    "tests.skipped": _LOW_SHARE,
    "flags.valid": _words("all as expected"),
    "ops.p99": _latency("latency_p99"),
    "cost": Entry(Direction.LOW, ("%",), options={"metric": (OptionKind.PATTERN, "*cost*")}),
    "flags.staged": _words("none, warn all by a rollout plan"),
    "config.files": _words("all required present"),
    "runtime.environment": _words("equals the lock"),
    "soak.complete": _words("length, runs and holes as [soak] demands"),
    "tests.new_failures": Entry(Direction.LOW, ("",)),
    "coverage.patch": _HIGH_SHARE,
    "waivers.expired": _words("none ran out, warn any live"),
    "conditions.overdue": _words("none overdue, warn any due within a week"),
}
"""By gate id."""

OPTIONAL = frozenset({"soak.complete", "tests.new_failures", "coverage.patch", "waivers.expired", "conditions.overdue"})
"""Gates that the default policy does not ask: another policy lists those it wants."""

MAY_EXCEED_HUNDRED = frozenset({"cost", "perf.regression"})
"""Gates whose percentage is of a baseline, not of a whole."""
