"""How numbers, dates and sizes are written, the same on pages, in reports and on the command line.

Rounding is for the eye only and never crosses what it stands for: a share that is not whole is never written
as 100 %, nor one that is not nothing as 0 %.
"""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

NOT_SAID = "—"


def decimal_text(value: Fraction, places: int) -> str:
    """Write a fraction half-up with ``places`` decimals."""
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


def share_text(part: int, whole: int, places: int = 2) -> str:
    """Write ``part`` of ``whole`` as percent without its sign; a dash for nothing of nothing."""
    if whole == 0:
        return NOT_SAID
    if part == whole:
        return "100"
    if part == 0:
        return "0"
    text = decimal_text(Fraction(100 * part, whole), places)
    nearly_all, hardly_any = Decimal(100) - Decimal(1).scaleb(-places), Decimal(1).scaleb(-places)
    if Decimal(text) >= 100:
        return f"{nearly_all:f}"
    return f"{hardly_any:f}" if Decimal(text) <= 0 else text


def of_text(part: int, whole: int) -> str:
    """Write the fraction behind a percentage: ``1,026 of 1,044``."""
    return f"{part:,} of {whole:,}"


def score_text(score: Fraction) -> str:
    """Write a score half-up to one decimal."""
    return decimal_text(score, 1)


def points_text(halves: int) -> str:
    """Write half-points as points: ``39.5``."""
    return f"{halves // 2}" if halves % 2 == 0 else f"{halves / 2:.1f}"


def significant(value: float, digits: int = 3) -> str:
    """Write a number with ``digits`` significant digits and no exponent."""
    if value == 0:
        return "0"
    exact = Decimal(repr(value))
    places = max(0, digits - 1 - exact.adjusted())
    return f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def duration_text(seconds: float | None) -> str:
    """Write a duration with three significant digits and its unit; a dash when it is not said."""
    if seconds is None:
        return NOT_SAID
    if seconds >= 3600:
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60:02d} min"
    if seconds >= 60:
        whole = round(seconds)
        return f"{whole // 60} min {whole % 60:02d} s"
    for scale, unit in _SCALES:
        if abs(seconds) >= scale:
            return f"{significant(seconds / scale)} {unit}"
    return "0 s" if seconds == 0 else f"{significant(seconds / 1e-9)} ns"


def age_text(age: timedelta) -> str:
    """Write an age in its largest useful unit."""
    hours = age.total_seconds() / 3600
    if hours < 1:
        return f"{max(0, round(hours * 60))} min"
    return f"{round(hours)} h" if hours < 72 else f"{round(hours / 24)} d"


def moment_text(at: datetime | None) -> str:
    """Write a moment as ``2025-10-18 14:02 UTC``."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else NOT_SAID


def size_text(size: int) -> str:
    """Write a size in bytes with a binary unit."""
    value = float(size)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{significant(value)} {unit}"
        value /= 1024
    return f"{significant(value)} GiB"


def amount_text(value: float, unit: str) -> str:
    """Write an amount in a base unit with five significant digits; durations in their scale, ratios in percent."""
    if unit == "ratio":
        return f"{_plain(float(exact(value) * 100))} %"
    if unit != "s":
        return f"{_plain(value)} {unit}".strip()
    for scale, name in _SCALES:
        if abs(value) >= scale:
            return f"{_plain(value / scale)} {name}"
    return "0 s" if value == 0 else f"{_plain(value / 1e-9)} ns"


def _plain(value: float) -> str:
    text = significant(value, 5)
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> Fraction:
    """Give the number that a float is written as: 0.1 is a tenth, so comparisons do what the reader expects."""
    return Fraction(repr(value))
