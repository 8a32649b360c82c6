"""How sure a share is that was counted: three of five is not three hundred of five hundred.

Sources: Wilson (1927), "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc. 22;
Hanley and Lippman-Hand (1983), "If nothing goes wrong, is everything all right?", JAMA 249 (the rule of three).
"""

import math
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist


@lru_cache(maxsize=65_536)
def wilson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the two-sided score interval of ``hits`` of ``n``, within 0 to 1; nothing of nothing may be anything."""
    if not 0 <= hits <= n:
        msg = f"{hits} of {n} is no share."
        raise ValueError(msg)
    if n == 0:
        return 0.0, 1.0
    z = _deviations(confidence)
    p = hits / n
    whole = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / whole
    half = z / whole * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # the ends are exact, whatever the rounding: no hit leaves 0 possible, nothing but hits leaves 1
    return 0.0 if hits == 0 else max(0.0, centre - half), 1.0 if hits == n else min(1.0, centre + half)


def rule_of_three(n: int) -> Fraction:
    """Give the share that a rate is below, with 95 % confidence, when ``n`` trials had no hit: 3/n, at most 1."""
    return min(Fraction(1), Fraction(3, n)) if n > 0 else Fraction(1)


@lru_cache(maxsize=64)
def _deviations(confidence: float) -> float:
    if not 0 < confidence < 1:
        msg = "A confidence lies between 0 and 1."
        raise ValueError(msg)
    return NormalDist().inv_cdf((1 + confidence) / 2)
