"""Asks: can we see what the candidate does?

Passes: when the share of the policy's category ``observability`` that passes reaches the threshold and, where
telemetry was exported as OTLP, it has enough distinct metrics (``min_metrics``) and spans (``min_spans``) and hardly
a span whose parent was lost (``max_orphan_spans``). Tests that pass beside telemetry that falls short are a warning,
or a failure where the policy gives no warning bound.

Unknown: when no test belongs to the category, or the test reports are missing, incomplete or too old; when the export
is incomplete, too old, empty or too large to follow; when OTLP is not there though it is owed. It is owed when the
policy says ``otlp = "required"``, and also under ``"optional"`` once this candidate or one of the 20 before it on its
branch has brought some. Otherwise leaving out an export that falls short would look better than handing it in, which
is why its absence earns nothing rather than the half of a warning. The limit of that: a branch that has never brought
OTLP is judged by its tests alone, and nothing here can know what was not handed in. Where that is not enough, the
policy says ``"required"``; ``"ignored"`` judges the tests alone, always.

Remedy: mend the failing tests; if the category is empty, check its patterns in the policy. Export traces and metrics
of the same run as OTLP JSON, with every span of a trace in one file.
"""

from dataclasses import replace

from dashboard.gates._record import category
from dashboard.gates._ruling import counted, missing, oldest, unusable
from dashboard.model.evidence import Evidence, OtlpEvidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

METRICS = ("distinct metric", "distinct metrics")
SPANS = ("span", "spans")
ORPHANS = ("span without its parent", "spans without their parents")
EXPORT = "Export traces and metrics as OTLP JSON and ingest the file."
_USABLE = (Ruling.PASS, Ruling.WARN)


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    tested, demand = category(evidence, rule, "observability"), rule.options["otlp"]
    if demand == "ignored":
        return _noted(tested, "OTLP is not judged, by the policy.")
    if evidence.otlp is not None:
        return replace(_with_otlp(evidence, evidence.otlp, rule, tested), required=_required(rule))
    if demand != "required" and not evidence.otlp_owed:
        return _noted(tested, "No OTLP was given.")
    why = "the policy requires it" if demand == "required" else "this candidate or one shortly before it brought some"
    return _unless_worse(tested, missing(rule, f"No OTLP was given, and {why}.", EXPORT))


def _with_otlp(evidence: Evidence, otlp: OtlpEvidence, rule: Rule, tested: Verdict) -> Verdict:
    broken = unusable(evidence, rule, otlp.sources, oldest(otlp.sources)) or _unmeasured(otlp, rule)
    if broken is not None:
        return _unless_worse(tested, broken)
    counts = ((otlp.metric_names, METRICS), (otlp.spans, SPANS), (otlp.orphan_spans or 0, ORPHANS))
    said = f"OTLP has {', '.join(counted(count, noun) for count, noun in counts)}."
    judged = replace(_noted(tested, said), evidence=(*tested.evidence, *otlp.sources))
    short = _shortfalls(otlp, rule)
    if not short or tested.ruling not in _USABLE:
        return judged
    turn = f"In the export: {', '.join(short)}."
    return replace(
        judged,
        ruling=Ruling.FAIL if rule.warns is None else Ruling.WARN,
        turn=f"{tested.turn} {turn}" if tested.turn else turn,
    )


def _unmeasured(otlp: OtlpEvidence, rule: Rule) -> Verdict | None:
    if not otlp.spans + otlp.data_points + otlp.log_records:
        return missing(rule, "The OTLP export is empty.", EXPORT, otlp.sources)
    if otlp.orphan_spans is None:
        because = f"{otlp.spans:,} spans are too many to see whether each has its parent."
        return missing(rule, because, "Export a shorter window, or sample whole traces.", otlp.sources)
    return None


def _shortfalls(otlp: OtlpEvidence, rule: Rule) -> list[str]:
    metrics, spans = int(rule.options["min_metrics"]) - otlp.metric_names, int(rule.options["min_spans"]) - otlp.spans
    orphans = (otlp.orphan_spans or 0) - int(rule.options["max_orphan_spans"])
    found = []
    if metrics > 0:
        found.append(f"{metrics:,} more {METRICS[metrics != 1]}")
    if spans > 0:
        found.append(f"{spans:,} more {SPANS[spans != 1]}")
    if orphans > 0:
        found.append(f"{orphans:,} fewer {ORPHANS[orphans != 1]}")
    return found


def _required(rule: Rule) -> str:
    metrics, spans, orphans = (int(rule.options[name]) for name in ("min_metrics", "min_spans", "max_orphan_spans"))
    return (
        f"{rule.required}; in OTLP at least {counted(metrics, METRICS)} and {counted(spans, SPANS)}, "
        f"at most {counted(orphans, ORPHANS)}"
    )


def _noted(verdict: Verdict, note: str) -> Verdict:
    return replace(verdict, because=f"{verdict.because} {note}")


def _unless_worse(tested: Verdict, otlp: Verdict) -> Verdict:
    """Give the ruling on OTLP, unless the tests alone already earn nothing."""
    evidence = (*tested.evidence, *otlp.evidence)
    if tested.ruling not in _USABLE:
        return replace(_noted(tested, otlp.because), evidence=evidence)
    return replace(otlp, because=f"{otlp.because} {tested.because}", evidence=evidence)


GATE = Gate("observability", "Observability", judge, __doc__)
