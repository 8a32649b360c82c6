"""Waivers of a gate: what was set aside, by whom and until when, and asking for one, granting it, taking it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from dashboard.model.evaluation import Evaluation, GateResult
from dashboard.model.figures import moment_text
from dashboard.model.person import Permission, Role
from dashboard.model.verdict import Ruling
from dashboard.model.waiver import Waiver, WaiverState
from dashboard.services import waivers
from dashboard.services.context import Context
from dashboard.ui.acts import plain, refusal, tried
from dashboard.ui.components.blocks import note, section
from dashboard.ui.components.states import WAIVER_STATES, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html

_WHERE = "waiver"
_DAYS = 14
_COLUMNS = (
    Column("State", narrow="state"), Column("Reason", narrow="title"), Column("Asked for by"), Column("Granted by"),
    Column("Until", narrow="plain"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaiverView:
    """The waivers of one gate, and what the person who looks may do."""

    found: tuple[Waiver, ...]
    at: datetime
    """The moment at which they are judged."""
    today: date
    waivable: bool
    """Whether the gate fails and is not key."""
    request: Callable[[str, datetime], Waiver] | None
    """Reason and end; ``None`` for who may not ask."""
    approve: Callable[[int], Waiver] | None
    withdraw: Callable[[int], Waiver] | None


def view(context: Context, evaluation: Evaluation, result: GateResult) -> WaiverView:
    """Gather the waivers of a gate and bind the acts to the person."""
    candidate = evaluation.candidate
    found = tuple(w for w in waivers.listed(context, candidate.id) if w.gate == result.gate)

    def requesting(reason: str, expires_at: datetime) -> Waiver:
        return waivers.request(context, candidate.id, gate=result.gate, reason=reason, expires_at=expires_at)

    may_ask = waivers.may_request(context) and not evaluation.without
    manager = context.person.role is Role.MANAGER
    return WaiverView(
        found=found,
        at=evaluation.as_of,
        today=context.clock().date(),
        waivable=not result.key and result.verdict.ruling in (Ruling.FAIL, Ruling.WAIVED),
        request=requesting if may_ask else None,
        approve=(lambda number: waivers.approve(context, number)) if manager else None,
        withdraw=(lambda number: waivers.withdraw(context, number))
        if may_ask or context.may(Permission.CONDITION)
        else None,
    )


def draw(seen: WaiverView) -> None:
    """Draw them; nothing where there are none and none can be asked for."""
    if not seen.found and not seen.waivable:
        return
    html(section("Waivers", "they lift the block, never the credit"))
    if seen.found:
        html(table(_COLUMNS, [_row(w, seen.at) for w in seen.found], caption="Waivers of the gate", css="cs-flow"))
    elif seen.request is None:
        html(note("None. An engineer, auditor or manager asks for one, another person who is a manager grants it."))
    if seen.waivable and seen.request is not None:
        _asking(seen)
    _granting(seen)
    refusal(_WHERE)


def _row(waiver: Waiver, at: datetime) -> tuple[object, ...]:
    return (
        chip(WAIVER_STATES[waiver.state_at(at)]),
        waiver.reason,
        f"{waiver.requested_by}, {moment_text(waiver.requested_at)}",
        f"{waiver.approved_by}, {moment_text(waiver.approved_at)}" if waiver.approved_by else "nobody yet",
        moment_text(waiver.expires_at),
    )


def _asking(seen: WaiverView) -> None:
    with st.expander("Ask for a waiver"), st.form("waiver-request", border=False):
        reason = st.text_area("Why the release may go on although the gate fails", max_chars=500, height=70)
        until = st.date_input(
            "Until the end of (UTC)", seen.today + timedelta(days=_DAYS), format="YYYY-MM-DD", key="waiver-until"
        )
        sent = st.form_submit_button("Ask for it")
    request = seen.request
    if sent and request is not None and isinstance(until, date):
        end = datetime.combine(until, time(23, 59, 59), UTC)
        tried(lambda: request(reason or "", end), _WHERE)


def _granting(seen: WaiverView) -> None:
    approve, withdraw = seen.approve, seen.withdraw
    for waiver in seen.found:
        state = waiver.state_at(seen.at)
        if approve is not None and state is WaiverState.REQUESTED:
            label = f"Grant: {plain(waiver.reason[:60])}"
            if st.button(label, key=f"waiver-approve-{waiver.id}"):
                tried(lambda number=waiver.id: approve(number), _WHERE)  # type: ignore[misc]
        if withdraw is not None and state in (WaiverState.REQUESTED, WaiverState.LIVE):
            label = f"Withdraw: {plain(waiver.reason[:60])}"
            if st.button(label, key=f"waiver-withdraw-{waiver.id}"):
                tried(lambda number=waiver.id: withdraw(number), _WHERE)  # type: ignore[misc]
