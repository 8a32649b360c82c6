"""What feature flags really serve, and what that means for the flags that need them.

Takes: the flags of one flag file. Gives: flags by problem, in the order of the file. Source: the flag states as read.
Empty: no flags, nothing found.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from dashboard.model.records import FlagState


def serves_nobody(flag: FlagState) -> bool:
    """Say whether no user is served: by its share, or by its switch where no share is said."""
    if flag.served_max_pct is not None:
        return flag.served_max_pct <= 0
    return flag.enabled is False


def serves_somebody(flag: FlagState) -> bool:
    """Say whether some user may be served."""
    if flag.served_max_pct is not None:
        return flag.served_max_pct > 0
    return flag.enabled is True


def broken_dependencies(flags: Sequence[FlagState]) -> dict[str, str]:
    """Give served flags that need a flag which serves nobody, or is not in the file, with that flag's name."""
    known = {flag.key: flag for flag in flags}
    broken = {}
    for flag in flags:
        if not serves_somebody(flag):
            continue
        for name in flag.depends_on:
            if name not in known or serves_nobody(known[name]):
                broken[flag.key] = name
                break
    return broken


def staged(flags: Iterable[FlagState]) -> tuple[FlagState, ...]:
    """Give flags that are switched on (or half-way there) and serve less than everybody: on is not served."""
    return tuple(
        flag
        for flag in flags
        if flag.served_min_pct is not None
        and flag.served_min_pct < 100
        and (flag.enabled is True or (flag.enabled is None and serves_somebody(flag)))
    )


def plan_reaches_everybody(plan: Sequence[float]) -> bool:
    """Say whether a rollout plan never goes back and ends at 100 %."""
    rising = all(a <= b for a, b in pairwise(plan))
    return bool(plan) and rising and plan[0] >= 0 and plan[-1] == 100
