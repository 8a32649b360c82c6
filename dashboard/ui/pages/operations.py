"""Operations: what flags really serve, health, the soak window against its targets, and the environment."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.series import metric_series
from dashboard.model.figures import age_text, duration_text, moment_text, significant
from dashboard.model.records import FlagState
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import operating
from dashboard.ui.components.blocks import Figure, bar, empty, figures, fold, heading, lead, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, HEALTH, INFO, MISSING, PASS, WARN, State, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.operating import Metric
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted, listed

#: Metrics drawn; the rest stand in the table.
MOST_CHARTS = 6


@dataclass(frozen=True, slots=True)
class Operations:
    """What the page shows."""

    place: Place
    flags: tuple[FlagState, ...]
    health: pd.DataFrame
    metrics: tuple[Metric, ...]
    """Those with a target first."""
    environment: pd.DataFrame


def load(context: Context, filters: Filters) -> Operations:
    place = filters.place
    if place.candidate is None:
        return Operations(place, (), pd.DataFrame(), (), pd.DataFrame())
    store, number = context.store, place.candidate.id
    policy = policies.current(context, place.project)
    names = frames.metric_names(store, number)
    samples = {
        str(row.metric): (str(row.unit or ""), frames.metric_samples(store, number, str(row.metric), limit=20_000))
        for row in records(names)[:40]
    }
    found = [operating.metric(name, unit, frame, policy) for name, (unit, frame) in samples.items()]
    if {"errors", "requests"} <= set(samples) and "error_rate" not in samples:
        frame, whole = operating.error_rate(samples["errors"][1], samples["requests"][1])
        found.append(operating.metric("error_rate", "ratio", frame, policy, whole=whole))
    ordered = tuple(sorted(found, key=lambda m: (not m.lines, m.name)))
    return Operations(
        place,
        operating.flags_of(frames.flags(store, number)),
        frames.health(store, number),
        ordered,
        frames.environment(store, number),
    )


def draw(seen: Operations) -> None:
    if not seen.flags and seen.health.empty and not seen.metrics and seen.environment.empty:
        _nothing(seen)
        return
    html(heading(["Operations", _window(seen)]))
    html(lead(*_sentence(seen)))
    html(figures(_figures(seen)))
    _soak(seen)
    left, right = st.columns([1.68, 1], gap="medium")
    with left:
        html(_flags(seen))
    with right:
        html(_health(seen), _environment(seen))


def _nothing(seen: Operations) -> None:
    html(
        heading(["Operations", seen.place.project_name]),
        empty(
            "No operational evidence",
            "No flags, health checks, samples or environment belong to this candidate. Bring in the flag file, a "
            "health document, samples of the soak window (CSV, JSON lines, Prometheus) and an environment snapshot.",
            seen.place.ingest("ops.csv health.json feature_flags.json"),
        ),
    )


def _window(seen: Operations) -> str:
    frames_ = [m.shown for m in seen.metrics if len(m.shown)]
    if not frames_:
        return "no soak window"
    first = min(f["at"].min() for f in frames_).to_pydatetime()
    last = max(f["at"].max() for f in frames_).to_pydatetime()
    return f"soak window {moment_text(first)} to {moment_text(last)}, {age_text(last - first)}"


def _sentence(seen: Operations) -> tuple[str, State]:
    over = [m.name for m in seen.metrics if m.state.tone in {"warn", "fail"}]
    failing = [str(n) for n, s in _checks(seen) if s == "fail"]
    broken = operating.broken(seen.flags)
    staged = [f.key for f in seen.flags if operating.flag_state(f, broken).tone == "warn"]
    parts = [
        f"over a line: {listed(over)}" if over else "",
        f"health fails: {listed(failing)}" if failing else "",
        f"{listed(sorted(broken))} needs a flag that serves nobody" if broken else "",
        f"{counted(len(staged), 'flag')} {'is' if len(staged) == 1 else 'are'} staged" if staged else "",
        "there are no samples, so no trigger could fire" if not seen.metrics else "",
    ]
    said = (
        "; ".join(p for p in parts if p) or "Every target held, every check passed and every flag serves what it says"
    )
    state = FAIL if failing or broken else MISSING if not seen.metrics else WARN if over or staged else PASS
    return f"{said[:1].upper()}{said[1:]}.", state


def _checks(seen: Operations) -> list[tuple[str, str]]:
    return list(zip(seen.health["name"], seen.health["status"], strict=True)) if len(seen.health) else []


def _figures(seen: Operations) -> list[Figure]:
    checks = _checks(seen)
    healthy = sum(s == "pass" for _, s in checks)
    broken = operating.broken(seen.flags)
    serving = sum(operating.flag_state(f, broken).word == "everybody" for f in seen.flags)
    asked = [m for m in seen.metrics if m.lines]
    held = sum(m.state.tone == "pass" for m in asked)
    return [
        Figure(f"{healthy} / {len(checks)}", "health checks pass", "fail" if healthy < len(checks) else None),
        Figure(f"{held} / {len(asked)}", "metrics in target", "warn" if held < len(asked) else None),
        Figure(f"{serving} / {len(seen.flags)}", "flags serve everybody"),
        Figure(f"{sum(m.samples for m in seen.metrics):,}", f"samples · {counted(len(seen.metrics), 'metric')}"),
    ]


def _soak(seen: Operations) -> None:
    html(section("Soak window", "highest sample of each step; thin line: target, dashed: rollback trigger"))
    if not seen.metrics:
        html(
            empty(
                "No samples",
                "Nothing was measured in operation, and a trigger without data cannot fire. Bring in samples.",
                seen.place.ingest("ops.csv"),
            )
        )
        return
    asked = [m for m in seen.metrics if m.lines]
    drawn = (asked or list(seen.metrics))[:MOST_CHARTS]
    across = min(3, len(drawn))
    for at in range(0, len(drawn), across):
        for column, m in zip(st.columns(across, gap="medium"), drawn[at : at + across], strict=False):
            with column:
                html(tag("p", chip(m.state), " ", tag("strong", m.name), " ", muted(_said(m))))
                alt = f"{m.name} in {m.unit} over the soak window: {_said(m)}. The table below holds the same."
                chart(metric_series(m.shown, palette(), unit=m.unit, targets=m.lines), alt=alt, key=f"metric-{m.name}")
    columns = (
        Column("Metric", narrow="title"), Column("State", narrow="state"), Column("Highest", "right", "flow"),
        Column("Median", "right", "flow"), Column("Lines", narrow="plain"), Column("Samples", "right", "flow"),
        Column("Largest gap", "right", "flow"),
    )  # fmt: skip
    rows = [_metric(m) for m in seen.metrics]
    html(fold(f"{counted(len(rows), 'metric')} as a table", table(columns, rows, caption="Metrics", css="cs-flow")))


def _number(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{significant(value)} {unit}".strip()


def _said(m: Metric) -> str:
    holes = f", {m.holes:,} without a number" if m.holes else ""
    whole = f"{_number(m.judged, m.unit)} over all, " if m.judged != m.highest else ""
    highest, median = _number(m.highest, m.unit), _number(m.median, m.unit)
    return f"{whole}highest {highest}, median {median}, {counted(m.samples, 'sample')}{holes}"


def _metric(m: Metric) -> tuple[object, ...]:
    return (
        m.name,
        chip(m.state),
        _number(m.highest, m.unit),
        _number(m.median, m.unit),
        dotted(label for _, label, _ in m.lines) or muted("none"),
        f"{m.samples:,}",
        duration_text(m.largest_gap_s) if m.samples > 1 else "",
    )


def _flags(seen: Operations) -> Markup:
    head = section("Feature flags", f"{counted(len(seen.flags), 'flag')}: what is served, not what is switched")
    if not seen.flags:
        return join([head, empty("No flag file", "Bring in the flag file that is deployed with this candidate.")])
    broken = operating.broken(seen.flags)
    columns = (
        Column("Flag", narrow="title", width="33%"), Column("State", narrow="state", width="18%"),
        Column("Served", narrow="plain", width="20%"), Column("Needs, plan", narrow="plain", width="29%"),
    )  # fmt: skip
    groups: dict[str, list[FlagState]] = {}
    for flag in seen.flags:
        groups.setdefault(flag.category or "without a category", []).append(flag)
    parts = []
    for category, own in groups.items():
        rows = [_flag(flag, broken) for flag in own]
        parts += [tag("h3", category, muted(f" {len(own)}"), class_="cs-h3"),
                  table(columns, rows, caption=f"Flags, {category}", css="cs-fixed cs-flow")]  # fmt: skip
    return join([head, *parts])


def _flag(flag: FlagState, broken: dict[str, str]) -> Row:
    state = operating.flag_state(flag, broken)
    served = flag.served_max_pct
    drawn = tag(
        "span", bar([((served or 0) / 100, state.tone)], label=operating.served_text(flag)), class_="cs-barline"
    )
    shown = tag("span", drawn, operating.served_text(flag), class_="cs-nw")
    if served is None:
        shown = muted(flag.value or "not said")
    described = tag("div", flag.description, class_="cs-m cs-small") if flag.description else ""
    plan = f"plan {' → '.join(f'{p:g}' for p in flag.plan)} %" if flag.plan else ""
    needs = f"needs {', '.join(flag.depends_on)}" if flag.depends_on else ""
    return Row(
        (
            join([tag("span", flag.key, class_="cs-break"), described]),
            chip(state),
            shown,
            muted(dotted([needs, plan])),
        )
    )  # fmt: skip


def _health(seen: Operations) -> Markup:
    checks = rows_of(seen.health)
    head = section("Health", counted(len(checks), "check") if checks else "")
    if not checks:
        return join([head, empty("No health document", "Bring in health JSON or an actuator document.")])
    columns = (
        Column("Check", narrow="title"), Column("Status", narrow="state"), Column("Observed", "right", "plain"),
    )  # fmt: skip
    rows = [
        (
            join([r["name"], muted(f" {r['output']}") if _said_text(r["output"]) else ""]),
            chip(HEALTH.get(str(r["status"]), MISSING)),
            f"{r['observed']} {r['unit'] or ''}".strip() if _said_text(r["observed"]) else muted("not said"),
        )
        for r in checks
    ]
    return join([head, table(columns, rows, caption="Health checks", css="cs-flow")])


def _said_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _environment(seen: Operations) -> Markup:
    facts = rows_of(seen.environment)
    head = section("Environment", counted(len(facts), "fact") if facts else "")
    if not facts:
        return tag(
            "div",
            head,
            empty("No snapshot", "Bring in an environment snapshot to compare it with the lock."),
            class_="cs-gap",
        )
    columns = (Column("Name", narrow="title"), Column("State", narrow="state"), Column("Observed", narrow="plain"),
               Column("Required", narrow="flow"))  # fmt: skip
    groups: dict[str, list[Any]] = {}
    for fact in facts:
        groups.setdefault(str(fact["group"]), []).append(fact)
    parts = []
    for group, own in groups.items():
        wrong = sum(_fact_state(f).tone in {"fail", "missing"} for f in own)
        rows = [_fact(f) for f in sorted(own, key=lambda f: _fact_state(f).tone not in {"fail", "missing"})]
        summary = dotted([group, counted(len(own), "fact"), f"{wrong} differ" if wrong else "as required"])
        parts.append(
            fold(summary, table(columns, rows, caption=f"Environment, {group}", css="cs-flow"), unfolded=bool(wrong))
        )
    return tag("div", head, *parts, class_="cs-gap")


def _fact_state(fact: dict[str, Any]) -> State:
    if not _said_text(fact["required"]):
        return INFO.named("not asked")
    if not _said_text(fact["observed"]):
        return MISSING
    return PASS.named("equal") if fact["observed"] == fact["required"] else FAIL.named("differs")


def _fact(fact: dict[str, Any]) -> tuple[object, ...]:
    observed = mono(fact["observed"]) if _said_text(fact["observed"]) else muted("absent")
    return (
        fact["name"],
        chip(_fact_state(fact)),
        observed,
        mono(fact["required"]) if _said_text(fact["required"]) else "",
    )


PAGE: Page[Any] = Page(
    slug="operations", title="Operations", icon=":material/monitor_heart:", load=load, draw=draw, rank=5
)
