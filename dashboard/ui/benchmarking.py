"""Benchmarks of a candidate, judged, in the words of the pages."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dashboard.analysis.regressions import SeriesVerdict, State, judged, whole
from dashboard.model.figures import amount_text, decimal_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import evidence, frames
from dashboard.ui.components import states
from dashboard.ui.components.links import Place
from dashboard.ui.wording import counted, listed

STATES: dict[State, states.State] = {
    State.STABLE: states.PASS.named("stable"),
    State.IMPROVEMENT: states.State("improved", "check", "pass"),
    State.NOISY: states.State("noisy", "minus", "stale"),
    State.SUSPECTED: states.WARN.named("suspected"),
    State.REGRESSION: states.FAIL.named("regression"),
    State.INSUFFICIENT: states.MISSING.named("too few runs"),
    State.NO_BASELINE: states.MISSING.named("no baseline"),
    State.NO_DIRECTION: states.SKIPPED.named("no direction"),
}
_ORDER = (State.REGRESSION, State.SUSPECTED, State.NOISY, State.INSUFFICIENT, State.NO_BASELINE, State.STABLE,
          State.IMPROVEMENT, State.NO_DIRECTION)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One benchmark."""

    verdict: SeriesVerdict

    @property
    def name(self) -> str:
        """Name of the benchmark."""
        return self.verdict.name

    @property
    def now(self) -> float | None:
        """The candidate's last value, in base units."""
        return self.recent[-1] if self.recent else None

    @property
    def recent(self) -> tuple[float, ...]:
        """The candidate's own values, oldest first."""
        return self.verdict.series.values

    @property
    def ratio(self) -> float | None:
        """Now over the baseline's median."""
        centre = self.verdict.centre
        return self.now / centre if self.now is not None and centre else None

    def as_row(self) -> dict[str, Any]:
        """Give the row of a forest plot."""
        v, centre, unit = self.verdict, self.verdict.centre or 1.0, self.verdict.series.unit
        low, high = (v.interval[0] / centre, v.interval[1] / centre) if v.interval else (None, None)
        effect = effect_text(v.worse, v.series.direction, unit) if v.worse is not None else ""
        text = f"{self.name}<br>{amount_text(self.now or 0.0, unit)} against {amount_text(centre, unit)}: {effect}"
        tone = STATES[v.state].tone
        return {"name": short(self.name), "ratio": self.ratio, "low": low, "high": high, "tone": tone, "text": text}


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """All of them, worst first."""

    lines: tuple[Line, ...]
    baseline: str | None
    """What it is compared with, in words."""
    whole: tuple[str, Fraction] | None
    machine: str
    """The fingerprint the values were measured on; "" when not said, "n machines" when several."""


def load(context: Context, place: Place) -> Benchmarks | None:
    """Judge the candidate's benchmarks; ``None`` when there are none."""
    candidate = place.candidate
    if candidate is None:
        return None
    policy = policies.current(context, place.project)
    as_of = candidate.as_of or context.clock()
    found = evidence.of(context.store, candidate.id, policy, as_of).benchmarks
    if found is None:
        return None
    prints = sorted({str(f) for f in frames.benchmarks(context.store, candidate.id)["fingerprint"].dropna() if f})
    machine = prints[0].split(";")[0][:60] if len(prints) == 1 else counted(len(prints), "machine") if prints else ""
    verdicts = judged(found.series)
    return Benchmarks(ordered(verdicts), found.baseline_label, whole(verdicts, policy.total), machine)


def ordered(verdicts: tuple[SeriesVerdict, ...]) -> tuple[Line, ...]:
    """Sort by verdict, then by how much worse."""
    return tuple(Line(v) for v in sorted(verdicts, key=lambda v: (_ORDER.index(v.state), -(v.worse or 0), v.name)))


def short(name: str) -> str:
    """Give a benchmark's own name, without the file it stands in."""
    return name.rpartition("::")[2]


def effect_text(worse: Fraction | None, direction: str | None, unit: str) -> str:
    """Write an effect in words: ``46.3 % faster``."""
    if worse is None:
        return "—"
    better, poorer = ("faster", "slower") if unit == "s" and direction == "smaller" else ("better", "worse")
    if worse == 0:
        return "the same"
    return f"{decimal_text(abs(worse) * 100, 1)} % {poorer if worse > 0 else better}"


def sentence(bench: Benchmarks) -> tuple[str, states.State]:
    """Say what became of speed, and the state that goes with it."""
    by = {s: [x.name for x in bench.lines if x.verdict.state is s] for s in State}
    said = []
    if bench.whole:
        said.append(f"The whole ({short(bench.whole[0])}) is {effect_text(bench.whole[1], 'smaller', 's')}")
    if by[State.REGRESSION]:
        named = listed([short(x) for x in by[State.REGRESSION]])
        said.append(f"{counted(len(by[State.REGRESSION]), 'confirmed regression')}: {named}")
    if by[State.SUSPECTED]:
        said.append(f"{len(by[State.SUSPECTED])} suspected: {listed([short(x) for x in by[State.SUSPECTED]])}")
    if not by[State.REGRESSION] and not by[State.SUSPECTED]:
        said.append("no benchmark is suspected to be slower")
    unsure = len(by[State.INSUFFICIENT]) + len(by[State.NO_BASELINE])
    if unsure:
        said.append(
            f"{unsure} of {len(bench.lines)} {'has' if unsure == 1 else 'have'} too few baseline runs to judge noise"
        )
    state = states.FAIL if by[State.REGRESSION] else states.WARN if by[State.SUSPECTED] else states.PASS
    if state is states.PASS and bench.whole and bench.whole[1] > 0:
        state = states.WARN
    if not bench.whole:
        state = states.MISSING
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}.", state
