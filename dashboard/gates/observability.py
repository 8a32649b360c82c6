"""Asks: can we see what the candidate does?

Passes: when the share of the policy's category ``observability`` that passes reaches the threshold. Traces and metrics
exported as OTLP are not judged by this gate; the sentence says so, so that nobody takes them for checked.

Unknown: when no test belongs to the category, or the test reports are missing, incomplete or too old.

Remedy: mend the failing tests; if the category is empty, check its patterns in the policy.
"""

from dataclasses import replace

from dashboard.gates._record import category
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.records import Kind
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    tested = category(evidence, rule, "observability")
    given = sum(1 for source in evidence.sources if source.kind is Kind.OTLP)
    note = f"{given} OTLP export{'s' if given != 1 else ''} given, not judged here." if given else "No OTLP was given."
    return replace(tested, because=f"{tested.because} {note}")


GATE = Gate("observability", "Observability", judge, __doc__)
