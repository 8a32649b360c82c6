"""How findings count and name things."""

from collections.abc import Sequence

NAMED = 5
"""Names that are written out; the rest is counted."""


def many(n: int, one: str, several: str) -> str:
    """Write a count with its noun: ``1 report``, ``1,044 reports``."""
    return f"{n:,} {one if n == 1 else several}"


def named(names: Sequence[str]) -> str:
    """Write the first few names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
