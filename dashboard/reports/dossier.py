"""What a report is written from, all of it, so that writing needs no store and no clock."""

from dataclasses import dataclass

from dashboard.model.candidate import Source
from dashboard.model.evaluation import Evaluation, GateResult
from dashboard.model.evidence import Evidence
from dashboard.model.statement import SignOff, Standing


@dataclass(frozen=True, slots=True)
class Dossier:
    """A judgement, what it was made from, and who has signed it."""

    evaluation: Evaluation
    evidence: Evidence
    signoffs: tuple[SignOff, ...] = ()
    """Oldest first; empty when nobody has signed, or when the report is what is about to be signed."""
    standing: Standing | None = None
    log_size: int = 0
    log_root: str | None = None
    """Root of the log of ``log_size`` events, hexadecimal; ``None`` where the report does not stand in a log yet."""

    def result(self, gate: str) -> GateResult | None:
        """Give the result of a gate; ``None`` when the policy does not ask it."""
        return next((r for r in self.evaluation.results if r.gate == gate), None)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Give the evidence in the order of the manifest."""
        return tuple(sorted(self.evaluation.sources, key=lambda s: (s.kind, s.name, s.sha256)))
