"""Durations as a policy file writes them."""

from datetime import timedelta


def duration_text(value: timedelta) -> str:
    """Write it in the largest unit that keeps it whole, hours up to two days: ``24h``, ``7d``, ``30m``, ``10s``."""
    seconds = int(value.total_seconds())
    for size, sign in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0 and (size < 86_400 or seconds > 2 * size):
            return f"{seconds // size}{sign}"
    return f"{seconds}s"
