"""How a waiver stands at a moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.model.waiver import Waiver, WaiverState

AT = datetime(2025, 10, 18, tzinfo=UTC)
ASKED = Waiver(1, 1, "tests.skipped", "hardware", "erin", AT, None, None, AT + timedelta(days=1))
LIVE = replace(ASKED, approved_by="max", approved_at=AT)


@pytest.mark.parametrize(
    ("waiver", "hours", "state"),
    [
        (ASKED, 0, WaiverState.REQUESTED),
        (ASKED, 24, WaiverState.EXPIRED),
        (LIVE, 23.99, WaiverState.LIVE),
        (LIVE, 24, WaiverState.EXPIRED),
        (replace(LIVE, withdrawn_by="max", withdrawn_at=AT), 0, WaiverState.WITHDRAWN),
        (replace(ASKED, withdrawn_by="erin", withdrawn_at=AT), 48, WaiverState.WITHDRAWN),
    ],
)
def test_state(waiver, hours, state):
    assert waiver.state_at(AT + timedelta(hours=hours)) is state
