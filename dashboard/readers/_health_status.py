"""The words health endpoints use, as one of ``pass``, ``warn`` and ``fail``."""

from typing import Final

from dashboard.model.ledger import Ledger
from dashboard.parsing import moments

OK: Final = "pass"
WARN: Final = "warn"
FAIL: Final = "fail"
_SAID = {
    OK: "pass passed ok up success successful healthy good green true alive running serving",
    WARN: "warn warning degraded unknown yellow",
    FAIL: "fail failed failure error down unhealthy bad critical red false out_of_service not_serving unavailable",
}
WORDS = {word: status for status, words in _SAID.items() for word in words.split()}


def judged(status: object, ledger: Ledger) -> str:
    """Give the status of one check; what is missing or not understood is a warning, never a pass."""
    known = WORDS.get(str(status).strip().casefold().replace(" ", "_").replace("-", "_"))
    if known is None:
        slug, what = ("no-status", "has no status") if status is None else ("status-unknown", "has an unknown status")
        ledger.note(slug, f"A check {what}; it counts as a warning.")
        return WARN
    return known


def overall(status: object, statuses: list[str], ledger: Ledger) -> None:
    """Keep the overall verdict as a fact, and note when the itemised checks say otherwise."""
    if status is not None:
        ledger.facts["status"] = str(status)[:200]
    if not statuses:
        ledger.note("no-itemised-checks", "The document gives a verdict and no checks: what was looked at is unknown.")
    elif WORDS.get(str(status).casefold()) == OK and FAIL in statuses:
        ledger.note("overall-contradicts", "The document says it passes although one of its checks fails.")


def time_text(value: object) -> str | None:
    """Give a time as the file writes it, if it names one point in time; Unix times become ISO 8601."""
    if isinstance(value, str):
        return value if moments.moment(value) is not None else None
    return moments.iso(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
