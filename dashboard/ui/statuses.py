"""How statuses of test cases are written and drawn: words, strips, rates. Shared by Flaky, Case, Failures and Tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.model.figures import of_text, share_text
from dashboard.model.status import Status
from dashboard.store.mutes import Mute
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FAIL, FLAKY, MISSING, PASS, SKIPPED, WARN, State, chip
from dashboard.ui.components.strips import Cell, strip
from dashboard.ui.rows import records, rows

STATES: Mapping[Status, State] = {
    Status.BROKEN: FAIL.named("broken"),
    Status.FLAKY: FLAKY,
    Status.SUSPECTED: State("suspected", "retry", "stale"),
    Status.NEW_FAILURE: FAIL.named("new failure"),
    Status.FAILING: FAIL.named("failing"),
    Status.FIXED: PASS.named("fixed"),
    Status.HEALTHY: PASS.named("healthy"),
    Status.SKIPPED: SKIPPED,
    Status.UNKNOWN: MISSING.named("unknown"),
    Status.ORDER_SUSPECT: WARN.named("order suspected"),
}

#: What each status means, in a line: the rules at their usual thresholds.
MEANINGS: Mapping[Status, str] = {
    Status.BROKEN: "failed in the last runs in a row, or in nearly all of the window and in the newest",
    Status.FLAKY: "failed and passed on one and the same commit",
    Status.SUSPECTED: "failed for a commit or two and passed again, time after time",
    Status.NEW_FAILURE: "fails now, passed in the run before",
    Status.FAILING: "fails now, not for the first time and not yet for long",
    Status.FIXED: "passes again, not yet for long enough",
    Status.HEALTHY: "has passed for long enough",
    Status.SKIPPED: "was only ever skipped",
    Status.UNKNOWN: "no run in the window gave a verdict",
}


def known(words: Sequence[str]) -> tuple[Status, ...]:
    """Give the statuses among words that anybody may have typed."""
    names = {status.value: status for status in STATES}
    return tuple(names[word] for word in words if word in names)


def muted_chip(one: Mute) -> Markup:
    """Say that a test is muted, and until when."""
    state = chip(SKIPPED.named(f"muted to {one.expires_at:%m-%d}"))
    said = f"{one.owner}, {one.ticket}, until {one.expires_at:%Y-%m-%d %H:%M} UTC: {one.reason}"
    return tag("span", state, title=said)


def with_mute(said: Markup, one: Mute | None) -> Markup:
    """Put the mute of a test, where it has one, below what is said of it."""
    return said if one is None else join([said, muted_chip(one)], tag("br") if said else "")


def rate(failures: int, decided: int, low: float, high: float) -> Markup:
    """Write a rate with its fraction and its interval: three of five is not three hundred of five hundred."""
    if not decided:
        return muted("no verdict")
    share = f"{share_text(failures, decided, 0)} %"
    span = f"{of_text(failures, decided)}, {round(100 * low)}–{round(100 * high)} %"
    return tag("span", share, " ", muted(span), class_="cs-nw", title="95 % Wilson interval")


def strips_by_case(place: Place, seen: pd.DataFrame, runs: pd.DataFrame, cases: Sequence[int]) -> dict[int, Markup]:
    """Draw the newest runs of several cases, oldest left, on one time axis: a run without the case is an empty cell.

    ``runs`` come newest first, ``seen`` is what ``frames.strips`` gives.
    """
    ordered = rows(runs.iloc[::-1])
    told: dict[tuple[int, int], str] = {}
    for row in records(seen):
        told[row.case_id, row.run_id] = "retried" if row.retried else str(row.outcome)
    return {
        case: strip([_cell(place, case, run, told) for run in ordered], "Outcome by run, oldest first", small=True)
        for case in cases
    }


def _cell(place: Place, case: int, run: Mapping[Any, Any], told: Mapping[tuple[int, int], str]) -> Cell:
    state = told.get((case, int(run["id"])), "absent")
    word = {"retried": "passed on retry", "absent": "not in this run"}.get(state, state)
    says = f"{word}, {run['name']}, {str(run['subject'])[:7]}, {run['started_at']:%Y-%m-%d}"
    return Cell(state, says, place.href("case", case=case, run=run["id"]) if state != "absent" else None)


def sentence(counts: Mapping[Status, int], muted_: int, where: str) -> str:
    """Say how a branch stands: ``2 broken, 3 flaky and 1 suspected on main``."""
    words = ((Status.BROKEN, "broken"), (Status.FLAKY, "proven flaky"), (Status.SUSPECTED, "suspected"),
             (Status.NEW_FAILURE, "newly failing"), (Status.FAILING, "failing"))  # fmt: skip
    said = [f"{counts[status]:,} {word}" for status, word in words if counts.get(status)]
    if not said:
        return f"No test is known to be broken or flaky on {where}."
    tail = f"; {muted_:,} muted" if muted_ else ""
    return f"{' · '.join(said)} on {where}{tail}."
