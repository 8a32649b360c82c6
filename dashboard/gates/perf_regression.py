"""Asks: is the candidate slower than its baseline?

Passes: when no benchmark is suspected to be slower and the whole is not. The whole is the benchmark that the policy
names, or else the geometric mean of all. A regression is confirmed, and fails the gate, when at least two of the last
three runs are worse by more than 5 % and by more than three robust deviations of at least eight baseline runs. Once
only, or with fewer baseline runs, it is a suspicion and the gate warns. The whole fails beyond the warning bound,
however many runs there are.

Unknown: when there are no benchmarks, or none has both a baseline and a direction. Such series never judge; they are
named.

Remedy: run the named benchmarks again to confirm or clear a suspicion; ingest the benchmarks of the version before if
the baseline is missing.
"""

from collections.abc import Sequence
from fractions import Fraction

from dashboard.analysis.regressions import COMPARED, MIN_EFFECT, SeriesVerdict, State, judged, matches, whole
from dashboard.gates._ruling import missing, named, oldest, ruled, unusable
from dashboard.model.evidence import BenchmarkEvidence, Evidence
from dashboard.model.figures import amount_text, decimal_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

NAMED = 3


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    benchmarks = evidence.benchmarks
    if benchmarks is None or not benchmarks.series:
        return missing(rule, "No benchmarks belong to this candidate.", "Ingest its benchmark report.")
    verdicts = judged(s for s in benchmarks.series if not matches(s.name, rule.options.get("except", "")))
    total = whole(verdicts, evidence.policy.total)
    if total is None:
        because = f"None of {len(verdicts):,} benchmarks has both a baseline and a direction."
        turn = f"Ingest the benchmarks of the baseline ({evidence.policy.baseline})."
        return missing(rule, because, turn, benchmarks.sources)
    refused = unusable(evidence, rule, benchmarks.sources, oldest(benchmarks.sources))
    return refused or _verdict(rule, benchmarks, verdicts, total)


def _verdict(
    rule: Rule, benchmarks: BenchmarkEvidence, verdicts: Sequence[SeriesVerdict], total: tuple[str, Fraction]
) -> Verdict:
    name, worse = total
    confirmed = [v for v in verdicts if v.state is State.REGRESSION]
    suspected = [v for v in verdicts if _suspected(v)]
    of_whole = ruled(rule, 100 * worse)
    ruling = Ruling.FAIL if confirmed else of_whole
    if ruling is Ruling.PASS and suspected:
        ruling = Ruling.WARN
    unit = next((v.series.unit for v in verdicts if v.name == name), "")
    because = f"{name}: {_change(worse, unit)} than {benchmarks.baseline_label or 'its baseline'}"
    because += "".join(f"; {text}" for text in _remarks(verdicts, confirmed, suspected))
    fraction = next((_fraction(v) for v in verdicts if v.name == name), None)
    turn = None
    if ruling is not Ruling.PASS:
        guilty = [v.name for v in confirmed + suspected] or [name]
        turn = f"{named(guilty, NAMED)} no slower than the baseline, measured again."
    return Verdict(
        ruling=ruling,
        because=f"{because}.",
        observed=decimal_text(100 * worse, 2),
        fraction=fraction,
        required=rule.required,
        unit="%",
        evidence=benchmarks.sources,
        turn=turn,
    )


def _suspected(verdict: SeriesVerdict) -> bool:
    slower = verdict.worse is not None and verdict.worse > MIN_EFFECT
    return verdict.state is State.SUSPECTED or (verdict.state is State.INSUFFICIENT and slower)


def _remarks(
    verdicts: Sequence[SeriesVerdict], confirmed: Sequence[SeriesVerdict], suspected: Sequence[SeriesVerdict]
) -> list[str]:
    few = sum(1 for v in verdicts if v.state is State.INSUFFICIENT)
    apart = [v.name for v in verdicts if v.state not in COMPARED]
    remarks = []
    if confirmed:
        remarks.append(f"confirmed regression: {named([_told(v) for v in confirmed], NAMED)}")
    if suspected:
        remarks.append(f"suspected: {named([_told(v) for v in suspected], NAMED)}")
    if few:
        remarks.append(f"{few:,} of {len(verdicts):,} have fewer than 5 baseline runs, so noise cannot be told")
    if apart:
        remarks.append(f"not judged, without baseline or direction: {named(apart, NAMED)}")
    return remarks


def _told(verdict: SeriesVerdict) -> str:
    return f"{verdict.name} ({_change(verdict.worse or Fraction(0), verdict.series.unit)})"


def _fraction(verdict: SeriesVerdict) -> str:
    unit, centre = verdict.series.unit, verdict.centre or 0.0
    return f"{amount_text(verdict.series.values[-1], unit)} against {amount_text(centre, unit)}"


def _change(worse: Fraction, unit: str) -> str:
    timed = unit == "s" or unit.endswith("/s")
    words = ("slower", "faster") if timed else ("worse", "better")
    return f"{decimal_text(abs(100 * worse), 2)} % {words[0] if worse > 0 else words[1]}"


GATE = Gate("perf.regression", "Performance against the baseline", judge, __doc__)
