"""Operations: what flags really serve, health, the soak window against its targets, and the environment."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.records import FlagState
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import operating, soak
from dashboard.ui.components.blocks import Figure, empty, figures, heading, lead
from dashboard.ui.components.links import Place
from dashboard.ui.components.states import FAIL, MISSING, PASS, WARN, State
from dashboard.ui.flag_tables import flag_tables
from dashboard.ui.look import html
from dashboard.ui.operating import Metric
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.surroundings import environment_tables, health_table
from dashboard.ui.wording import counted, listed


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
    html(heading(["Operations", soak.window(seen.metrics)]))
    html(lead(*_sentence(seen)))
    html(figures(_figures(seen)))
    soak.draw(seen.place, seen.metrics)
    left, right = st.columns([1.68, 1], gap="medium")
    with left:
        html(flag_tables(seen.flags))
    with right:
        html(health_table(seen.health), environment_tables(seen.environment))


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


PAGE: Page[Any] = Page(
    slug="operations", title="Operations", icon=":material/monitor_heart:", load=load, draw=draw, rank=5
)
