"""Student's t distribution by the regularised incomplete beta function, without SciPy.

Source: Lentz's continued fraction as in Press et al., Numerical Recipes, 3rd ed., section 6.4; tested against
published quantiles.
"""

import math

_TINY = 1e-300
_ENOUGH = 1e-15


def two_sided(t: float, df: float) -> float:
    """Give the probability that ``|T|`` with ``df`` degrees of freedom is at least ``|t|``."""
    if df <= 0:
        msg = "A t distribution has more than 0 degrees of freedom."
        raise ValueError(msg)
    if math.isinf(t):
        return 0.0
    return beta_share(df / (df + t * t), df / 2, 0.5)


def quantile(confidence: float, df: float) -> float:
    """Give ``t`` so that ``|T| <= t`` with probability ``confidence`` (0 to 1, both excluded)."""
    if not 0 < confidence < 1:
        msg = "A confidence lies between 0 and 1."
        raise ValueError(msg)
    low, high = 0.0, 1.0
    while two_sided(high, df) > 1 - confidence:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if two_sided(middle, df) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def beta_share(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 10_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + numerator * d)
            c = _away(1 + numerator / c)
            result *= d * c
        if abs(d * c - 1) < _ENOUGH:
            break
    return result


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
