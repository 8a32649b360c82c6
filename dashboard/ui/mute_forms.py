"""Muting a test, and ending a mute, on a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from dashboard.model.person import Permission
from dashboard.services import mutes
from dashboard.services.context import Context
from dashboard.store.mutes import Mute
from dashboard.ui.acts import refusal, tried
from dashboard.ui.components.blocks import items, note
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import SKIPPED, STALE, chip
from dashboard.ui.look import html

_WHERE = "mute"


@dataclass(frozen=True, slots=True)
class MuteActs:
    """What the person who looks may do; each raises a ``CountersignError`` with what forbids it."""

    mute: Callable[[str, str, str, datetime, bool], Mute]
    """Owner, reason, ticket, end, on this branch alone."""
    end: Callable[[int, str], Mute]


def acts_of(context: Context, project: str, case_id: int, branch: str | None) -> MuteActs | None:
    """Bind the acts to a case; ``None`` for who may not mute."""
    if not context.may(Permission.MUTE):
        return None

    def muting(owner: str, reason: str, ticket: str, until: datetime, here: bool) -> Mute:
        return mutes.mute(
            context,
            project,
            case_id,
            owner=owner,
            reason=reason,
            ticket=ticket,
            expires_at=until,
            branch=branch if here else None,
        )

    return MuteActs(muting, lambda number, because: mutes.end(context, number, because))


def draw(found: Sequence[Mute], now: datetime, acts: MuteActs | None, branch: str | None) -> None:
    """Draw the mutes of a case and, for who may, the forms."""
    if found:
        html(items(item(one, now) for one in found))
    else:
        html(note("Nobody has muted this test."))
    if acts is None:
        return
    held = [one for one in found if one.live(now)]
    if held:
        _ending(held[0], acts)
    else:
        _muting(now, acts, branch)
    refusal(_WHERE)


def item(one: Mute, now: datetime) -> Markup:
    """Write a mute as a banner: who, until when, why, and how it ended."""
    held = one.live(now)
    state = SKIPPED.named("muted") if held else STALE.named("ended" if one.ended_at else "expired")
    where = f"on {one.branch}" if one.branch else "on every branch"
    ended = f"; ended by {one.ended_by}: {one.ended_because}" if one.ended_at else ""
    said = f" by {one.created_by} on {one.created_at:%Y-%m-%d}, {where}, until {one.expires_at:%Y-%m-%d %H:%M} UTC: "
    behind = muted(f" {one.owner} answers for it, ticket {one.ticket}{ended}")
    return tag("span", join([chip(state), said, one.reason, "."]), behind, class_="cs-break")


def _muting(now: datetime, acts: MuteActs, branch: str | None) -> None:
    with st.expander("Mute this test"), st.form("mute-add", border=False):
        html(
            note("Figures do not change: it still counts as failed. No release of the branch is a plain GO meanwhile.")
        )
        owner, ticket, until = st.columns(3)
        by = owner.text_input("Who answers for it", max_chars=200)
        where = ticket.text_input("Ticket", max_chars=200)
        last = (now + mutes.LONGEST).date()
        day = until.date_input(
            "Until", (now + timedelta(days=7)).date(), min_value=now.date(), max_value=last, format="YYYY-MM-DD"
        )
        reason = st.text_input("Why", max_chars=mutes.MAX_TEXT)
        here = st.checkbox(f"Only on {branch}") if branch else False
        sent = st.form_submit_button("Mute")
    if sent and isinstance(day, date):
        end = min(datetime.combine(day, time(23, 59), UTC), now + mutes.LONGEST)
        tried(lambda: acts.mute(by or "", reason or "", where or "", end, here), _WHERE)


def _ending(one: Mute, acts: MuteActs) -> None:
    with st.expander("End the mute"), st.form("mute-end", border=False):
        because = st.text_input("Why it ends", max_chars=mutes.MAX_TEXT)
        sent = st.form_submit_button("End it")
    if sent:
        tried(lambda: acts.end(one.id, because or ""), _WHERE)
