"""How a verdict is written in a Markdown report: with its figure, what stands behind it, and where it comes from."""

from collections.abc import Iterable, Sequence

from dashboard.model.candidate import Source
from dashboard.model.evaluation import GateResult
from dashboard.reports import _markup as md

NOT_ASKED = "not asked by the policy"
NOT_MEASURED = "not measured"
DIGITS = 12


def observed(result: GateResult) -> str:
    """Write the figure with its unit, or that there is none."""
    verdict = result.verdict
    if verdict.observed is None:
        return NOT_MEASURED
    return md.text(f"{verdict.observed} {verdict.unit}".strip().replace("-", "−", 1))


def figure(result: GateResult | None) -> str:
    """Write figure, fraction and source in one phrase."""
    if result is None:
        return NOT_ASKED
    if result.verdict.observed is None:
        return f"{NOT_MEASURED} ({result.verdict.ruling}): {md.text(result.verdict.because)}"
    behind = f" ({md.text(result.verdict.fraction)})" if result.verdict.fraction else ""
    return f"**{observed(result)}**{behind}, {result.verdict.ruling}, from {digests(result.verdict.evidence)}"


def digests(sources: Sequence[Source], most: int = 3) -> str:
    """Write the first digits of the sources' digests; the list of evidence has them whole."""
    if not sources:
        return "no evidence"
    shown = ", ".join(md.code(s.sha256[:DIGITS]) for s in sources[:most])
    return shown + (f" and {len(sources) - most:,} more" if len(sources) > most else "")


def gates(results: Iterable[GateResult | None]) -> list[str]:
    """Write a table of verdicts; gates the policy does not ask are left out."""
    rows = [
        (
            md.text(r.title),
            f"**{r.verdict.ruling}**" if r.key else str(r.verdict.ruling),
            observed(r),
            md.text(r.verdict.fraction or ""),
            md.text(r.verdict.required),
            digests(r.verdict.evidence),
        )
        for r in results
        if r is not None
    ]
    if not rows:
        return ["The policy asks none of these."]
    return md.table(("Check", "Ruling", "Observed", "Of", "Required", "Source"), rows, right=(2, 3))


def explained(result: GateResult | None, title: str) -> list[str]:
    """Write one verdict as a paragraph, with what would turn it."""
    if result is None:
        return [f"{title}: {NOT_ASKED}."]
    verdict = result.verdict
    because = f". {md.text(verdict.because)}" if verdict.observed is not None else ""
    turn = f" To pass: {md.text(verdict.turn)}" if verdict.turn else ""
    return [f"{title}: {figure(result)}{because}{turn}"]
