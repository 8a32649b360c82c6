"""A policy on a page: its gates in words, what another one changes, and how the candidate would come out."""

from collections.abc import Sequence

from dashboard.model.evaluation import Evaluation, Finding, GateResult
from dashboard.model.figures import decimal_text, points_text, score_text
from dashboard.model.policy import Policy
from dashboard.model.policy_change import Change, Effect
from dashboard.policy.changes import summary
from dashboard.policy.durations import duration_text
from dashboard.services.policy_preview import Comparison, Preview
from dashboard.services.policy_words import GateWords, trigger_text
from dashboard.ui.components.blocks import fold, items, note, pairs
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import DECISIONS, INFO, MISSING, RULINGS, SEVERITIES, SKIPPED, State, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.wording import counted, required

EFFECTS = {
    Effect.STRICTER: State("stricter", "up", "info"),
    Effect.LOOSER: State("looser", "down", "warn"),
    Effect.SHIFTED: State("shifted", "retry", "stale"),
    Effect.WORDING: SKIPPED.named("wording"),
}

_GATES = (
    Column("Gate", narrow="title", width="30%"),
    Column("Passes", "right", "flow", width="17%"),
    Column("Warns", "right", "flow", width="11%"),
    Column("Tier", narrow="plain", width="13%"),
    Column("Costs of 10", "right", "flow", width="10%"),
    Column("Evidence", narrow="plain", width="19%"),
)
_MOVED = (
    Column("Gate", narrow="title"),
    Column("In force", narrow="plain"),
    Column("Proposed", narrow="state"),
    Column("Required", "right", "flow"),
    Column("Points", "right", "flow"),
)
_MOST_LINES = 600


def gate_table(place: Place, words: Sequence[GateWords]) -> Markup:
    """Write the gates: what each asks, what passes and warns, what it weighs, how fresh its evidence must be."""
    rows = [Row(_gate(place, one)) for one in words]
    return table(_GATES, rows, caption="Gates of the policy, in its order", css="cs-fixed cs-flow")


def _gate(place: Place, one: GateWords) -> tuple[object, ...]:
    rule = one.rule
    key = tag("span", "key", class_="cs-key", title="Anything but a pass or a warning is a NO-GO") if rule.key else ""
    name = place.link(one.title, "gate", id=one.gate) if place.candidate else one.title
    options = ", ".join(f"{k} {v}" for k, v in rule.options.items() if k != "required" and v)
    return (
        join([name, key, tag("div", one.asks, class_="cs-m"), tag("div", options, class_="cs-m") if options else ""]),
        required(rule.passes.text if rule.passes else one.required),
        required(rule.warns.text) if rule.warns else muted("in words" if rule.passes is None else "never"),
        join([str(rule.tier), muted(f" · weight {one.weight}")]),
        decimal_text(one.share, 2),
        muted(one.freshness_text),
    )


def rest_of(policy: Policy) -> Markup:
    """Write what the policy says beside its gates."""
    components = [
        f"{c.name}" + (f" at least {decimal_text(c.floor_pct, 0)} %" if c.floor_pct is not None else "")
        for c in policy.components
    ]
    flags = [
        f"{category} {state}" + ("" if environment == "*" else f" in {environment}")
        for environment, states in policy.flag_expectations.items()
        for category, state in states.items()
    ]
    expected = [f"{e.count} × {e.kind} {e.name}" for e in policy.expected]
    soak = [f"{name.replace('_', ' ')} {duration_text(value)}" for name, value in policy.soak.items()]
    rows = [
        ("Decision", f"GO from {decimal_text(policy.go, 1)}, below {decimal_text(policy.conditional, 1)} NO-GO"),
        ("Weights", dotted(f"{tier} {weight}" for tier, weight in policy.weights.items())),
        ("Rollout stops at", items_or_none([trigger_text(t) for t in policy.triggers])),
        ("Test categories", items_or_none([f"{n}: {', '.join(p)}" for n, p in policy.categories.items()])),
        ("Components", items_or_none(components)),
        ("Expected reports", items_or_none(expected)),
        ("Flags", items_or_none(flags)),
        ("Soak", dotted(soak) or muted("nothing is asked")),
        ("Baseline", policy.baseline),
        (
            "Signatures",
            dotted(
                [*(f"{n} × {role}" for role, n in policy.quorum.items()), f"valid {duration_text(policy.validity)}"]
            ),
        ),
    ]
    return pairs(rows)


def items_or_none(lines: Sequence[object]) -> Markup:
    """Write lines under each other, or that there are none."""
    return join(tag("div", line) for line in lines) if lines else muted("none")


def change_list(found: Sequence[Change]) -> Markup:
    """Write what each demand became; looser ones first, since they are what a second person looks for."""
    order = (Effect.LOOSER, Effect.STRICTER, Effect.SHIFTED, Effect.WORDING)
    ranked = sorted(found, key=lambda change: order.index(change.effect))
    return items(_change(change) for change in ranked)


def _change(change: Change) -> Markup:
    name = mono(f"{change.subject} {change.what}".strip())
    if change.before is None:
        said = join(["added", f": {change.after}" if change.after else ""])
    elif change.after is None:
        said = join(["removed", f", was {change.before}" if change.before else ""])
    else:
        said = join([required(change.before), " → ", tag("strong", required(change.after))])
    return join([chip(EFFECTS[change.effect]), " ", name, " ", said, muted(f" — {change.note}") if change.note else ""])


def comparison(found: Comparison) -> Markup:
    """Write both diffs: what it means, and what was typed."""
    if not found.diff:
        return note("The two are the same, to the letter.")
    return join(
        [
            tag("p", f"{summary(found.changes)}.", class_="cs-note"),
            change_list(found.changes),
            *(note(remark, INFO.named("remark")) for remark in found.remarks),
            fold("Text, line by line", text_diff(found.diff)),
        ]
    )


def text_diff(diff: str) -> Markup:
    """Write a unified diff, its signs kept for those who see no colour."""
    lines = diff.split("\n")
    shown = join(_line(line) for line in lines[:_MOST_LINES])
    more = note(f"The first {_MOST_LINES} of {len(lines):,} lines.") if len(lines) > _MOST_LINES else ""
    label = "Text diff, scrolls sideways"
    return join([tag("pre", shown, class_="cs-pre cs-diff", tabindex="0", role="region", aria_label=label), more])


def _line(line: str) -> Markup:
    tone = {"+": "pass", "-": "fail", "@": "info"}.get(line[:1])
    head = line.startswith(("+++", "---"))
    return tag("span", f"{line}\n", class_=f"cs-{tone}" if tone and not head else "cs-m")


def outcome(found: Preview) -> Markup:
    """Write how the candidate comes out under both policies, and which gates decide otherwise."""
    before, after = found.before, found.after
    same = before.readiness.decision is after.readiness.decision
    said = "The decision stays what it is." if same else "The decision changes."
    moved = found.moved
    gates = f"{counted(len(moved), 'gate')} come{'s' if len(moved) == 1 else ''} out otherwise." if moved else ""
    rows = [_decision("In force", before), _decision("Proposed", after)]
    heads = (Column("Policy", narrow="title"), Column("Decision", narrow="state"), Column("Score", "right", "flow"),
             Column("Points", "right", "flow"), Column("Measured", "right", "flow"))  # fmt: skip
    parts = [
        tag("p", " ".join(filter(None, [said, gates])), class_="cs-note"),
        table(heads, rows, caption="The candidate under both policies", css="cs-flow cs-half"),
    ]
    if moved:
        lines = [
            (
                join([one.title, " ", muted(one.gate)]),
                _ruling(one.before),
                _ruling(one.after),
                join([_asked(one.before), " → ", _asked(one.after)])
                if _asked(one.before) != _asked(one.after)
                else _asked(one.after),
                join([_points(one.before), " → ", _points(one.after)]),
            )
            for one in moved
        ]
        parts.append(table(_MOVED, lines, caption="Gates that come out otherwise", css="cs-flow"))
    if found.findings:
        parts.append(items(_finding(finding, come=come) for finding, come in found.findings))
    return join(parts)


def _finding(finding: Finding, *, come: bool) -> Markup:
    word = "would be found" if come else "would no longer be found"
    return join([chip(SEVERITIES[finding.severity]), " ", finding.text, muted(f" — {word}")])


def _decision(name: str, evaluation: Evaluation) -> tuple[object, ...]:
    ready = evaluation.readiness
    return (
        name,
        chip(DECISIONS[ready.decision].named(ready.headline)),
        score_text(ready.score),
        f"{points_text(ready.earned_halves)} of {points_text(ready.possible_halves)}",
        f"{ready.measured} / {ready.gates}",
    )


def _ruling(result: GateResult | None) -> Markup:
    return chip(MISSING.named("not asked")) if result is None else chip(RULINGS[result.verdict.ruling])


def _asked(result: GateResult | None) -> str:
    return "—" if result is None else required(result.verdict.required)


def _points(result: GateResult | None) -> str:
    return "—" if result is None else f"{points_text(result.earned_halves)} of {result.weight}"
