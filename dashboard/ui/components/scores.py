"""The score over candidates, as a table."""

import pandas as pd

from dashboard.model.evaluation import Decision
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, mono, muted, tag
from dashboard.ui.components.states import DECISIONS, chip
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
    rows = [
        Row(
            (
                tag("a", row.label, href=f"./?project={place.project}&candidate={row.candidate_id}", target="_self"),
                chip(DECISIONS[Decision(row.word)]),
                tag("span", row.shown, " ", muted(row.points), class_="cs-nw"),
                tag("span", mono(row.policy[:8]), title=row.policy),
            ),
            tone="now" if row.candidate_id == here else None,
        )
        for row in records(trend.iloc[::-1].head(_MOST))
    ]
    return table(_COLUMNS, rows, caption="Candidates, newest first", css="cs-flow")
