"""Gates as rows, the score as a bar: shared by every page that shows a judgement."""

from collections.abc import Iterable, Sequence

from dashboard.model.evaluation import Condition, Finding, GateResult
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag
from dashboard.ui.components.states import CONDITION_STATES, INFO, RULINGS, SEVERITIES, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.wording import loss, observed, required, source_name

_GATES = (
    Column("Gate", narrow="title", width="23%"),
    Column("Ruling", narrow="state", width="10.5%"),
    Column("Observed", "right", "plain", width="25%"),
    Column("Required", "right", "flow", width="17.5%"),
    Column("Loss", "right", "flow", width="7%"),
    Column("Evidence", narrow="plain", width="17%"),
)


def by_loss(results: Iterable[GateResult]) -> list[GateResult]:
    """Sort gates: what costs most first, then key ones, then by title."""
    return sorted(results, key=lambda r: (-r.lost_halves, not r.key, r.title))


def gate_table(place: Place, results: Sequence[GateResult], caption: str) -> Markup:
    """Write gates as a table."""
    return table(_GATES, [_gate_row(place, r) for r in results], caption=caption, css="cs-fixed cs-flow")


def _gate_row(place: Place, result: GateResult) -> Row:
    key = tag("span", "key", class_="cs-key", title="Anything but a pass or a warning is a NO-GO") if result.key else ""
    return Row(
        (
            join([place.link(result.title, "gate", id=result.gate), key]),
            chip(RULINGS[result.verdict.ruling]),
            observed(result),
            muted(required(result.verdict.required)),
            loss(result),
            evidence_of(place, result),
        )
    )


def evidence_of(place: Place, result: GateResult) -> Markup:
    """Link to what a verdict rests on; where nothing was measured, say what to do."""
    sources = result.verdict.evidence
    if not sources:
        return muted(result.verdict.turn or "none")
    if len(sources) == 1:
        return tag("span", place.link(source_name(sources[0]), "artefact", sha=sources[0].sha256), class_="cs-break")
    return place.link(f"{len(sources):,} files", "gate", id=result.gate)


def condition_item(condition: Condition, titles: dict[str, str]) -> Markup:
    """Write one condition: what, for which gate, by whom, by when, how it is verified."""
    state = CONDITION_STATES.get(condition.state, INFO.named(condition.state))
    gate = titles.get(condition.gate, condition.gate)
    seen = f"{condition.closed_by}: {condition.closing_note}" if condition.closing_note else ""
    about = dotted(
        [gate, condition.owner, f"due {condition.due:%Y-%m-%d}", condition.stage, condition.verification, seen]
    )
    return join([chip(state), " ", condition.text, muted(about)])


def finding_item(place: Place, finding: Finding) -> Markup:
    """Write one finding: severity, sentence, and links to the files it is about."""
    files = dotted(place.link(source_name(s), "artefact", sha=s.sha256) for s in finding.evidence[:2])
    accepted = finding.accepted
    signed = join([" ", muted(f"Accepted by {accepted.name} ({accepted.role}): {accepted.reason}")]) if accepted else ""
    told = join([" ", muted(files)]) if files else ""
    return join([chip(SEVERITIES[finding.severity]), " ", finding.text, told, signed])
