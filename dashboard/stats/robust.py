"""Centre and spread that a few wild values do not move: median and MAD.

Source: Leys et al. (2013), "Detecting outliers: Do not use standard deviation around the mean, use absolute
deviation around the median", J. Exp. Soc. Psychol. 49.
"""

from collections.abc import Sequence
from statistics import median

#: Makes the MAD of normal data estimate its standard deviation: 1 / Phi^-1(3/4).
MAD_TO_SIGMA = 1.4826
#: Spread is never taken to be less than this share of the centre: identical runs prove no zero variance.
FLOOR = 0.005


def mad(values: Sequence[float]) -> float:
    """Give the median absolute deviation from the median; at least one value."""
    centre = median(values)
    return median([abs(v - centre) for v in values])


def spread(values: Sequence[float], floor: float = FLOOR) -> float:
    """Give a robust standard deviation, at least ``floor`` times the centre."""
    return max(MAD_TO_SIGMA * mad(values), floor * abs(median(values)))
