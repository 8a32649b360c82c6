"""What another policy would decide about the evidence that is there: judged in thought, stored nowhere."""

from dataclasses import dataclass

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Evaluation, Finding, GateResult
from dashboard.model.policy import Policy
from dashboard.model.policy_change import Change
from dashboard.policy.changes import changes, text_diff
from dashboard.policy.load import parse
from dashboard.policy.remarks import remarks
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.policies import current_text


@dataclass(frozen=True, slots=True)
class Moved:
    """A gate whose ruling or weight another policy changes."""

    gate: str
    title: str
    before: GateResult | None
    """``None`` where it was not asked."""
    after: GateResult | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two policies side by side."""

    new: Policy
    changes: tuple[Change, ...]
    diff: str
    """Unified text diff; "" when the texts are equal."""
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A candidate judged by the policy in force and by another one."""

    before: Evaluation
    after: Evaluation

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Give the gates that come out otherwise, in the order of the new policy; dropped ones last."""
        old = {r.gate: r for r in self.before.results}
        new = {r.gate: r for r in self.after.results}
        found = []
        for gate in dict.fromkeys((*new, *old)):
            before, after = old.get(gate), new.get(gate)
            known = after or before
            if known is not None and _outcome(before) != _outcome(after):
                found.append(Moved(gate, known.title, before, after))
        return tuple(found)

    @property
    def findings(self) -> tuple[tuple[Finding, bool], ...]:
        """Give the findings that only one of the two has; true for those that another policy adds."""
        old, new = ({(f.rule, f.severity, f.text) for f in e.findings} for e in (self.before, self.after))
        come = [(f, True) for f in self.after.findings if (f.rule, f.severity, f.text) not in old]
        gone = [(f, False) for f in self.before.findings if (f.rule, f.severity, f.text) not in new]
        return (*come, *gone)


def _outcome(result: GateResult | None) -> tuple[object, ...]:
    if result is None:
        return ()
    return result.verdict.ruling, result.weight, result.key, result.verdict.required


def compare(old_text: str, new_text: str) -> Comparison:
    """Compare two policies by their texts.

    An old one that is not understood any more differs in its text alone.

    Raises:
        PolicyError: the new text is no policy; the message names the line.
    """
    new = parse(new_text)
    try:
        found = changes(parse(old_text), new)
    except CountersignError:
        found = ()
    return Comparison(new, found, text_diff(old_text, new_text), remarks(new))


def preview(
    context: Context, project: str, text: str, *, candidate_id: int | None = None, before: Evaluation | None = None
) -> Preview:
    """Judge a candidate, the newest when none is named, by another policy beside the one in force.

    ``before`` saves judging by the one in force when the caller has just done so.

    Raises:
        PolicyError: the text is no policy.
        NotFoundError: there is no such project or candidate.
    """
    after = evaluate(context, project, candidate_id=candidate_id, policy_text=text)
    if before is None:
        before = evaluate(context, project, candidate_id=candidate_id, policy_text=current_text(context, project))
    return Preview(before, after)
