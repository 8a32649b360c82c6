"""How often the suite ran during the soak."""

from datetime import timedelta

import pytest
from evidence_maker import AS_OF, START, runs

from dashboard.analysis.soak import longest_stretch, needed_runs

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("minimum", "every", "needed"), [(24, 6, 4), (24, 7, 4), (25, 6, 5), (6, 6, 1), (1, 6, 1)])
def test_needed_runs(minimum, every, needed):
    assert needed_runs(minimum * HOUR, every * HOUR) == needed


def test_longest_stretch():
    assert longest_stretch(runs(8), START, AS_OF, 7 * HOUR) == 8
    assert longest_stretch(runs(8), START, AS_OF, 5 * HOUR) == 1
    assert longest_stretch((), START, AS_OF, 7 * HOUR) == 0
    assert longest_stretch(runs(8), START, START + 18 * HOUR, 7 * HOUR) == 4
    assert longest_stretch(reversed(runs(8)), START, AS_OF, 7 * HOUR) == 8
    gap = (*runs(8)[:3], *runs(8)[5:])
    assert longest_stretch(gap, START, AS_OF, 7 * HOUR) == 3
