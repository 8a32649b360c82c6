"""Rule I: did the run fail as a whole, so that it says nothing of its cases?

Takes: what became of the executed cases of one run, and how often each failure occurred (by fingerprint). Gives: the
reason, or nothing. Source: Trunk's guard (an upload with too large a share of failures is kept out of detection), and
one failure that many cases share. Empty: a run without an executed case is no infrastructure failure, nor anything.

A run that is left out of the rules stays in the list of runs and in every score: it is only no evidence about a case.
"""

from collections.abc import Mapping
from fractions import Fraction

from dashboard.model.figures import of_text, share_text
from dashboard.model.status import DEFAULT_RULES, StatusRules


def infrastructure(
    executed: int,
    failing: int,
    fingerprints: Mapping[str, int],
    rules: StatusRules = DEFAULT_RULES,
    *,
    partial: bool = False,
) -> str | None:
    """Give why the run failed as a whole; ``None`` for a run that is evidence.

    Args:
        executed: cases that passed or did not; skipped ones are none of them.
        failing: cases that ended in a failure or an error.
        fingerprints: how many failing cases share each failure.
        rules: thresholds.
        partial: a rerun of a part is chosen because it fails, so its share of failures means nothing.
    """
    if partial or executed < rules.infra_min_tests:
        return None
    if failing >= rules.infra_share * executed:
        return _text(failing, executed, "failed", rules.infra_share)
    name, most = max(fingerprints.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if most and most >= rules.infra_one_error_share * executed:
        return _text(most, executed, f"share one failure ({name[:12]})", rules.infra_one_error_share)
    return None


def _text(part: int, whole: int, what: str, asked: Fraction) -> str:
    limit = share_text(asked.numerator, asked.denominator, 1).removesuffix(".0")
    return f"{of_text(part, whole)} tests {what}: {share_text(part, whole, 1)} %, from {limit} % on the run is left out"
