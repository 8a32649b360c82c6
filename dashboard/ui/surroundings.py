"""What the candidate runs in: its health checks, and the environment against what is required of it."""

from typing import Any

import pandas as pd

from dashboard.ui.components.blocks import empty, fold, section
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, HEALTH, INFO, MISSING, PASS, State, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted

_CHECKS = (Column("Check", narrow="title"), Column("Status", narrow="state"), Column("Observed", "right", "plain"))
_FACTS = (
    Column("Name", narrow="title"),
    Column("State", narrow="state"),
    Column("Observed", narrow="plain"),
    Column("Required", narrow="flow"),
)


def health_table(health: pd.DataFrame) -> Markup:
    """Write the health checks."""
    checks = rows_of(health)
    head = section("Health", counted(len(checks), "check") if checks else "")
    if not checks:
        return join([head, empty("No health document", "Bring in health JSON or an actuator document.")])
    rows = [
        (
            tag("span", r["name"], muted(f" {r['output']}") if _said(r["output"]) else "", class_="cs-break"),
            chip(HEALTH.get(str(r["status"]), MISSING)),
            f"{r['observed']} {r['unit'] or ''}".strip() if _said(r["observed"]) else muted("not said"),
        )
        for r in checks
    ]
    return join([head, table(_CHECKS, rows, caption="Health checks", css="cs-flow")])


def environment_tables(environment: pd.DataFrame) -> Markup:
    """Write the environment by group; a group where something differs is unfolded."""
    facts = rows_of(environment)
    head = section("Environment", counted(len(facts), "fact") if facts else "")
    if not facts:
        nothing = empty("No snapshot", "Bring in an environment snapshot to compare it with the lock.")
        return tag("div", head, nothing, class_="cs-gap")
    groups: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        groups.setdefault(str(fact["group"]), []).append(fact)
    parts = []
    for group, own in groups.items():
        wrong = sum(_wrong(f) for f in own)
        rows = [_fact(f) for f in sorted(own, key=lambda f: not _wrong(f))]
        summary = dotted([group, counted(len(own), "fact"), f"{wrong} differ" if wrong else "as required"])
        content = table(_FACTS, rows, caption=f"Environment, {group}", css="cs-flow")
        parts.append(fold(summary, content, unfolded=bool(wrong)))
    return tag("div", head, *parts, class_="cs-gap")


def _state(fact: dict[str, Any]) -> State:
    if not _said(fact["required"]):
        return INFO.named("not asked")
    if not _said(fact["observed"]):
        return MISSING
    return PASS.named("equal") if fact["observed"] == fact["required"] else FAIL.named("differs")


def _wrong(fact: dict[str, Any]) -> bool:
    return _state(fact).tone in {"fail", "missing"}


def _fact(fact: dict[str, Any]) -> tuple[object, ...]:
    observed = tag("span", mono(fact["observed"]), class_="cs-break") if _said(fact["observed"]) else muted("absent")
    required = tag("span", mono(fact["required"]), class_="cs-break") if _said(fact["required"]) else ""
    return tag("span", fact["name"], class_="cs-break"), chip(_state(fact)), observed, required


def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
