"""Asks: was everything done in time that earlier releases were approved under?

Passes: when no condition of an earlier approved candidate of the branch is open after its day. Warns while one is open
and due within a week.

Unknown: never; that no earlier candidate was approved with conditions is known from the store, and owes nothing.

Remedy: do what was promised, and have somebody else than its owner see that it is met.
"""

from datetime import timedelta

from dashboard.gates._ruling import counted, named
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

CONDITIONS = ("condition", "conditions")
SOON = timedelta(days=7)


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    today, open_ = evidence.as_of.date(), evidence.promises
    late = [p for p in open_ if p.due < today]
    soon = [p for p in open_ if today <= p.due <= today + SOON]
    because = f"{counted(len(open_), CONDITIONS)} of earlier approvals open, {len(late):,} overdue"
    told = [f"{p.text} ({p.candidate}, {p.owner}, due {p.due.isoformat()})" for p in (*late, *soon)]
    because += f": {named(told, 3)}" if told else ""
    ruling = Ruling.FAIL if late else Ruling.WARN if soon else Ruling.PASS
    turn = f"{counted(len(told), CONDITIONS)} met: {named(told, 3)}." if told else None
    fraction = f"{len(late):,} of {len(open_):,}"
    return Verdict(ruling, f"{because}.", f"{len(late):,}", fraction, rule.required, "overdue", (), turn)


GATE = Gate("conditions.overdue", "Conditions of earlier approvals", judge, __doc__)
