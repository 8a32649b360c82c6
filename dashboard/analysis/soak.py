"""How often the suite ran while the candidate soaked.

Takes: the runs of a candidate and the window of its operational samples. Gives: counts of runs. Source: the start
times of the runs; partial reruns are no runs of the suite. Empty: no run, no stretch.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from dashboard.model.evidence import SuiteRun


def needed_runs(minimum: timedelta, every: timedelta) -> int:
    """Give the number of runs that a soak of ``minimum`` holds: 24 h with a run every 6 h are 4."""
    return math.ceil(minimum / every)


def longest_stretch(runs: Iterable[SuiteRun], start: datetime, end: datetime, max_gap: timedelta) -> int:
    """Give the longest row of full runs between two moments with no pause longer than ``max_gap``."""
    moments = sorted(r.started_at for r in runs if not r.partial and start <= r.started_at <= end)
    longest = current = 1 if moments else 0
    for before, after in pairwise(moments):
        current = current + 1 if after - before <= max_gap else 1
        longest = max(longest, current)
    return longest
