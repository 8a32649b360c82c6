"""The score over candidates, as a table."""

import pandas as pd

from dashboard.model.evaluation import Decision
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import DECISIONS, INFO, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.rows import records

_COLUMNS = (
    Column("Candidate", narrow="title"),
    Column("Decision", narrow="state"),
    Column("Score", "right", "plain"),
    Column("Policy", narrow="flow"),
)
_MOST = 8


def trend_table(place: Place, trend: pd.DataFrame) -> Markup:
    """Write the newest candidates with decision, score and policy, newest first."""
    here = place.candidate.id if place.candidate else None
    older = trend["policy"].shift()
    changed = dict(zip(trend["candidate_id"], older.notna() & (older != trend["policy"]), strict=True))
    rows = [
        Row(
            (
                tag("a", row.label, href=f"./?project={place.project}&candidate={row.candidate_id}", target="_self"),
                chip(DECISIONS[Decision(row.word)]),
                tag("span", row.shown, " ", muted(row.points), class_="cs-nw"),
                join(
                    [
                        tag("span", mono(row.policy[:8]), title=row.policy),
                        join([" ", chip(INFO.named("changed"))]) if changed[row.candidate_id] else "",
                    ]
                ),
            ),
            tone="now" if row.candidate_id == here else None,
        )
        for row in records(trend.iloc[::-1].head(_MOST))
    ]
    return table(_COLUMNS, rows, caption="Candidates, newest first", css="cs-flow")
