"""The live preview of the status rules: move a threshold and see which tests would change, before anything is saved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import streamlit as st

from dashboard.model.status import StatusRules
from dashboard.services.statuses import Moved
from dashboard.ui.components.blocks import note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import join, tag
from dashboard.ui.components.states import chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html
from dashboard.ui.statuses import STATES
from dashboard.ui.wording import counted

#: Changes that are listed.
MOST = 50


def draw(place: Place, rules: StatusRules, preview: Callable[[StatusRules], tuple[Moved, ...]], known: bool) -> None:
    """Draw the thresholds in force, and what others would change."""
    with st.expander("What would other thresholds say?"):
        tried = _asked(rules)
        if not known or tried == rules:
            html(note("These are the thresholds in force. Move one to see which tests change their status."))
        else:
            _moved(place, preview(tried))
            html(section("In the policy", "propose it on the Policy page; a second person approves"))
            html(tag("pre", tag("code", _toml(tried)), class_="cs-pre", tabindex="0", aria_label="Policy text"))


def _asked(rules: StatusRules) -> StatusRules:
    first, second, third, fourth = st.columns(4)
    return replace(
        rules,
        window_commits=_number(first, "Commits looked at", rules.window_commits, 5, 500),
        min_decided=_number(second, "Runs needed to suspect", rules.min_decided, 2, 500),
        episodes=_number(third, "Short failures to suspect", rules.episodes, 1, 20),
        episode_commits=_number(fourth, "Commits of a short failure", rules.episode_commits, 1, 20),
        broken_runs=_number(first, "Failures in a row: broken", rules.broken_runs, 1, 50),
        broken_share=Fraction(_number(second, "Share failing: broken, %", int(rules.broken_share * 100), 1, 100), 100),
        f1_min_commits=_number(third, "Commits that prove flaky", rules.f1_min_commits, 1, 20),
        recovery=timedelta(days=_number(fourth, "Clean days to recover", rules.recovery.days, 1, 90)),
        recovery_runs=_number(first, "Clean runs to recover", rules.recovery_runs, 1, 500),
        infra_share=Fraction(
            _number(second, "Share failing: run left out, %", int(rules.infra_share * 100), 1, 100), 100
        ),
    )


def _number(column: "st.delta_generator.DeltaGenerator", label: str, value: int, low: int, high: int) -> int:
    return int(column.number_input(label, low, high, min(max(value, low), high), step=1, key=f"rule-{label}"))


def _moved(place: Place, moved: tuple[Moved, ...]) -> None:
    if not moved:
        html(note("No test of this branch would change its status."))
        return
    columns = (
        Column("Test", narrow="title"), Column("Now", narrow="plain"), Column("Would be", narrow="state"),
        Column("Because", narrow="plain"),
    )  # fmt: skip
    rows = [
        (
            tag("span", place.link(one.name, "case", case=one.case_id), class_="cs-break"),
            chip(STATES[one.old]),
            chip(STATES[one.new]),
            tag("span", one.because, class_="cs-m cs-break"),
        )
        for one in moved[:MOST]
    ]
    more = f", the first {MOST}" if len(moved) > MOST else ""
    html(note(join([counted(len(moved), "test"), " would change", more])))
    html(table(columns, rows, caption="Tests whose status would change", css="cs-flow"))


def _toml(rules: StatusRules) -> str:
    return "\n".join(
        (
            "[flaky]",
            f"window_commits = {rules.window_commits}",
            f"min_decided = {rules.min_decided}",
            f"episodes = {rules.episodes}",
            f"episode_commits = {rules.episode_commits}",
            f"broken_runs = {rules.broken_runs}",
            f'broken_share = "{int(rules.broken_share * 100)} %"',
            f"f1_min_commits = {rules.f1_min_commits}",
            f'recovery = "{rules.recovery.days}d"',
            f"recovery_runs = {rules.recovery_runs}",
            f'infra_share = "{int(rules.infra_share * 100)} %"',
        )
    )
