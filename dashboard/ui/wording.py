"""Sentences that pages write from an evaluation: what was decided, and why, in words."""

from dashboard.model.candidate import Source
from dashboard.model.evaluation import Decision, Evaluation, Finding, GateResult, Severity
from dashboard.model.figures import points_text
from dashboard.model.verdict import Ruling
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag

_NAMED = 3


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``1 gate``, ``4 gates``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(names: list[str], most: int = _NAMED) -> str:
    """Write the first few names, and how many more there are."""
    more = len(names) - most
    if more > 0:
        return f"{', '.join(names[:most])} and {more:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def why(evaluation: Evaluation) -> str:
    """Say in one or two sentences why the decision is what it is, and how far it hangs on the weights."""
    ready = evaluation.readiness
    if ready.decision is Decision.NO_GO:
        said = _blocking(evaluation)
    elif ready.decision is Decision.CONDITIONAL_GO:
        said = _conditional(evaluation)
    else:
        said = f"Nothing blocks and nothing warns: all {counted(ready.gates, 'gate')} pass."
    return " ".join([said, sensitivity(evaluation)]).strip()


def sensitivity(evaluation: Evaluation) -> str:
    """Say how many variants of the policy decide the same; "" when none were tried."""
    n = len(evaluation.variants)
    same = sum(1 for v in evaluation.variants if v.decision is evaluation.readiness.decision)
    return f"Same decision in {same} of {n} policy variants." if n else ""


def _blocking(evaluation: Evaluation) -> str:
    titles = {r.gate: r.title for r in evaluation.results}
    rulings = {r.gate: str(r.verdict.ruling).replace("_", " ") for r in evaluation.results}
    gates = list(dict.fromkeys(r.gate for r in evaluation.readiness.reasons if r.gate in titles))
    others = [r.text for r in evaluation.readiness.reasons if r.gate not in titles]
    said = []
    if gates:
        named = listed([f"{titles[g]} ({rulings[g]})" for g in gates])
        said.append(f"{counted(len(gates), 'gate')} block{'s' if len(gates) == 1 else ''}: {named}.")
    said += others[:2]
    return " ".join(said) or "Something blocks; the gates below say what."


def _conditional(evaluation: Evaluation) -> str:
    results = evaluation.results
    warns = sum(1 for r in results if r.verdict.ruling is Ruling.WARN)
    waived = sum(1 for r in results if r.verdict.ruling is Ruling.WAIVED)
    majors = sum(1 for f in evaluation.findings if f.severity is Severity.MAJOR)
    said = [f"{warns} of {counted(len(results), 'gate')} warn{'s' if warns == 1 else ''}"] if warns else []
    said += [f"{counted(waived, 'gate')} {'is' if waived == 1 else 'are'} waived"] if waived else []
    said += [f"{counted(majors, 'major finding')} {'is' if majors == 1 else 'are'} open"] if majors else []
    uncovered = len(evaluation.readiness.uncovered)
    if not said:
        said = ["the score is below the mark for GO"]
    cover = (
        f"{uncovered} of them {'has' if uncovered == 1 else 'have'} no complete condition yet"
        if uncovered
        else "each has a condition with owner and due date"
    )
    return f"Nothing blocks. {listed(said)}; {cover}."


def required(text: str) -> str:
    """Write thresholds with the signs of the trade."""
    return text.replace(">=", "≥").replace("<=", "≤").replace(", warn ", " / ")


def observed(result: GateResult) -> Markup:
    """Write what was measured with what stands behind it, or why nothing was."""
    verdict = result.verdict
    if verdict.observed is None:
        return muted(verdict.because)
    unit = f" {verdict.unit}" if verdict.unit else ""
    fraction = verdict.fraction or ""
    if not unit and fraction.startswith(f"{verdict.observed} "):
        return join([verdict.observed, muted(fraction[len(verdict.observed) :])])
    figure = tag("span", f"{verdict.observed}{unit}", class_="cs-nw")
    return join([figure, muted(fraction)], " ") if fraction else figure


def loss(result: GateResult) -> Markup:
    """Write the points a gate cost."""
    if not result.counts:
        return muted("not counted")
    return muted("0") if result.lost_halves == 0 else Markup(f"−{result.lost_halves / 2:.1f}")


def source_name(source: Source) -> Markup:
    """Write an artefact as name and short digest."""
    return dotted([source.name, mono(source.sha256[:4])])


def finding_counts(findings: tuple[Finding, ...]) -> str:
    """Write findings by severity: ``0 · 2 · 1 · 3``."""
    return " · ".join(str(sum(1 for f in findings if f.severity is s)) for s in Severity)


def score_points(evaluation: Evaluation) -> str:
    """Write the points behind the score: ``39.5 of 43``."""
    ready = evaluation.readiness
    return f"{points_text(ready.earned_halves)} of {points_text(ready.possible_halves)}"
