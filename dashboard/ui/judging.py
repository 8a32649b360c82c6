"""The judgement of a candidate, as pages ask for it."""

from fractions import Fraction

import pandas as pd
import streamlit as st

from dashboard.model.evaluation import Decision, Evaluation
from dashboard.model.figures import points_text, score_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.services.evaluate import Assessment, assess
from dashboard.store import frames
from dashboard.store.transaction import revision
from dashboard.ui.candidate_names import names
from dashboard.ui.components.links import Place
from dashboard.ui.components.states import DECISIONS
from dashboard.ui.rows import rows as rows_of

#: How old a judgement may be that is shown: evidence grows stale without a byte of it changing.
KEPT_S = 60


def evaluation(context: Context, place: Place, without: tuple[str, ...] = ()) -> Evaluation:
    """Judge the candidate of a place, of which there must be one."""
    return assessment(context, place, without).evaluation


def assessment(context: Context, place: Place, without: tuple[str, ...] = ()) -> Assessment:
    """Judge, and give the evidence as well; all pages share one judgement while nothing has changed."""
    number = place.candidate.id if place.candidate else None
    tick = int(context.clock().timestamp()) // KEPT_S
    key = (context.settings.database_url, place.project, number, without, tick)
    return _assessed(key, revision(context.store), context)


@st.cache_resource(max_entries=16, show_spinner=False)
def _assessed(key: tuple[str, str, int | None, tuple[str, ...], int], revision: int, _context: Context) -> Assessment:  # noqa: ARG001 - the key
    _, project, number, without, _ = key
    return assess(_context, project, candidate_id=number, without=without)


def marks(context: Context, place: Place) -> tuple[float, float]:
    """Give the scores from which GO and CONDITIONAL GO are possible."""
    rules = policies.current(context, place.project)
    return float(rules.go), float(rules.conditional)


def trend(context: Context, place: Place) -> pd.DataFrame:
    """Give the newest judgement of each candidate, oldest first.

    Columns: candidate_id, label, score, shown, points, word, tone, policy, text.
    """
    found = frames.evaluations(context.store, place.project, limit=60)
    return trend_frame(found)


def trend_frame(found: pd.DataFrame) -> pd.DataFrame:
    """Make the words of a trend from stored evaluations."""
    rows = []
    seen: dict[str, int] = {}
    ordered = found.sort_values("at")
    for row, name in zip(rows_of(ordered), names(ordered), strict=True):
        earned, possible = int(row["earned_halves"]), int(row["possible_halves"])
        exact = Fraction(10 * earned, possible) if possible else Fraction(0)
        decision = Decision(row["decision"])
        seen[name] = seen.get(name, 0) + 1
        label = name if seen[name] == 1 else f"{name} ({seen[name]})"
        points = f"{points_text(earned)} of {points_text(possible)}"
        rows.append(
            {
                "candidate_id": int(row["candidate_id"]),
                "label": label,
                "score": float(exact),
                "shown": score_text(exact),
                "points": points,
                "word": str(decision),
                "tone": DECISIONS[decision].tone,
                "policy": str(row["policy_digest"]),
                "text": f"{label}<br>{decision}, {score_text(exact)} ({points})",
            }
        )
    columns = ["candidate_id", "label", "score", "shown", "points", "word", "tone", "policy", "text"]
    return pd.DataFrame(rows, columns=columns)
