"""Many questions at once: how many of the answers may be false alarms.

Source: Benjamini and Hochberg (1995), "Controlling the false discovery rate", J. R. Stat. Soc. B 57.
"""

from collections.abc import Sequence


def discoveries(p_values: Sequence[float], rate: float = 0.05) -> tuple[bool, ...]:
    """Say for each p-value whether it is a discovery when at most ``rate`` of the discoveries may be false."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = 0
    for rank, index in enumerate(order, 1):
        if p_values[index] <= rate * rank / len(p_values):
            last = rank
    kept = set(order[:last])
    return tuple(index in kept for index in range(len(p_values)))
