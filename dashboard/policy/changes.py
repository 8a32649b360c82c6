"""What another policy would ask, in words: every demand that is added, dropped, tightened or loosened.

A diff of the text shows what was typed; this shows what it means. "Looser" is said of each demand by itself: a release
that failed it before may meet it now. What only moves weight, or counts other tests, has no such direction, and says
so instead of pretending one.
"""

import difflib
from collections.abc import Sequence

from dashboard.model.policy import Policy
from dashboard.model.policy_change import Change, Effect
from dashboard.policy._changed_gates import of_gates
from dashboard.policy._changed_parts import of_parts

__all__ = ["Change", "Effect", "changes", "counts", "summary", "text_diff"]


def changes(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Compare two policies; empty only when they are the same to the letter."""
    found = (*of_gates(old, new), *of_parts(old, new))
    if not found and old.digest != new.digest:
        note = "only comments, order or layout differ"
        return (Change("text", "", old.digest[:8], new.digest[:8], Effect.WORDING, note),)
    return found


def counts(found: Sequence[Change]) -> dict[Effect, int]:
    """Count changes by what they do."""
    return {effect: sum(1 for change in found if change.effect is effect) for effect in Effect}


def summary(found: Sequence[Change]) -> str:
    """Say in one line what the changes come to: ``2 looser, 1 stricter``."""
    if not found:
        return "nothing changes"
    words = {Effect.SHIFTED: "shifted", Effect.WORDING: "in wording only"}
    order = (Effect.LOOSER, Effect.STRICTER, Effect.SHIFTED, Effect.WORDING)
    counted = counts(found)
    return ", ".join(f"{counted[effect]} {words.get(effect, effect)}" for effect in order if counted[effect])


def text_diff(old: str, new: str, *, old_name: str = "before", new_name: str = "after") -> str:
    """Give the unified diff of two files; "" when they are equal."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="")
    return "\n".join(lines)
