"""Asks: did the candidate soak as long, as closely watched and as often tested as the policy demands?

Passes: when the operational samples span the minimum, no hole in them is longer than the largest gap that is allowed,
and the whole suite ran as often as one run every so many hours makes over the minimum, without a longer pause.

Unknown: when the policy demands no soak, there are no operational samples, or they are too old.

Remedy: let the candidate soak on, with monitor and scheduled suite running; ingest the samples and the runs.
"""

from datetime import timedelta

from dashboard.analysis.soak import longest_stretch, needed_runs
from dashboard.gates._ruling import counted, missing, oldest, unusable
from dashboard.model.evidence import Evidence, OpsEvidence
from dashboard.model.figures import duration_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

RUNS = ("run of the suite", "runs of the suite")


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    soak, ops = evidence.policy.soak, evidence.ops
    minimum = soak.get("minimum")
    if minimum is None:
        return missing(rule, "The policy does not say how long a soak lasts.", "Give the policy a [soak] section.")
    if ops is None:
        turn = "Ingest operational samples (CSV or a Prometheus answer) of the soak window."
        return missing(rule, "No operational samples belong to this candidate.", turn)
    refused = unusable(evidence, rule, ops.sources, oldest(ops.sources))
    if refused:
        return refused
    length = ops.end - ops.start
    lacking = [f"{_time(minimum - length)} more of the soak"] if length < minimum else []
    gap = soak.get("max_gap")
    if gap is not None and ops.largest_gap_s > gap.total_seconds():
        lacking.append(f"samples without the hole of {duration_text(ops.largest_gap_s)} ({_time(gap)} is the most)")
    because = f"{_time(length)} of the {_time(minimum)} demanded, largest hole {duration_text(ops.largest_gap_s)}"
    if "every" in soak:
        ran, needed = _runs(evidence, ops, minimum, soak["every"])
        because += f", {counted(ran, RUNS)} of {needed:,}"
        lacking += [f"{needed - ran:,} more {RUNS[needed - ran != 1]}, one every {_time(soak['every'])}"] * (
            ran < needed
        )
    return Verdict(
        ruling=Ruling.FAIL if lacking else Ruling.PASS,
        because=f"{because}.",
        observed=_time(length),
        fraction=f"{_time(length)} of {_time(minimum)}",
        required=rule.required,
        unit="",
        evidence=(*ops.sources, *(evidence.tests.sources if evidence.tests else ())),
        turn=f"{'; '.join(lacking)}." if lacking else None,
    )


def _runs(evidence: Evidence, ops: OpsEvidence, minimum: timedelta, every: timedelta) -> tuple[int, int]:
    gap = evidence.policy.soak.get("max_gap", every)
    slack = max(gap - every, timedelta(0))
    runs = evidence.tests.runs if evidence.tests else ()
    return longest_stretch(runs, ops.start - slack, ops.end + slack, gap), needed_runs(minimum, every)


def _time(length: timedelta) -> str:
    return duration_text(length.total_seconds())


GATE = Gate("soak.complete", "Soak as long and as watched as demanded", judge, __doc__)
