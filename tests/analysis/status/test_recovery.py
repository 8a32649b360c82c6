"""How long a case must be clean, where days and where commits bound what can be known."""

import pytest

from dashboard.analysis.status.judging import judge
from dashboard.model.records import Outcome
from dashboard.model.status import Observation, Status

HOUR = 3_600_000


def runs(failed, clean, every):
    """Give failed and then clean runs, a commit each, ``every`` so many hours."""
    return [
        Observation(
            number,
            number * every * HOUR,
            f"c{number}",
            Outcome.FAILED if number < failed else Outcome.PASSED,
            int(number >= failed),
            int(number < failed),
        )
        for number in range(failed + clean)
    ]


@pytest.mark.parametrize(
    ("clean", "every", "expected"),
    [
        (28, 6, Status.HEALTHY),  # seven days
        (90, 2, Status.HEALTHY),
        (60, 2, Status.HEALTHY),  # five days, but every commit that is looked at
        (200, 0.5, Status.HEALTHY),  # a busy branch never has seven days in its window
        (59, 2, Status.FIXED),  # the failure is still in the window
        (19, 12, Status.FIXED),  # nine days, too few runs
        (27, 6, Status.FIXED),
    ],
)
@pytest.mark.parametrize("before", [Status.FIXED, Status.BROKEN])
def test_a_case_recovers_after_days_and_runs_or_a_whole_window(clean, every, expected, before):
    assert judge(runs(4, clean, every), previous=before).status is expected
