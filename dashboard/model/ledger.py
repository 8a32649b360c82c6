"""What a reader did with a file: the integrity ledger that stands beside every artefact."""

from dataclasses import dataclass, field
from typing import Any

TEXT_LIMIT = 64 * 1024 * 1024
"""Bytes; what ``COUNTERSIGN_MAX_JSON_MIB`` is when nobody sets it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was noticed, repaired, folded or left out, with how often."""

    slug: str
    message: str
    count: int

    def as_dict(self) -> dict[str, Any]:
        """Give the note as ``inspect --json`` prints it."""
        return {"slug": self.slug, "message": self.message, "count": self.count}


@dataclass(slots=True)
class Ledger:
    """Filled by a reader while it streams; read when the last record is out.

    ``seen`` counts elements of the format (cases, files, samples); every one of them ends as kept, folded
    (as an attempt or a repetition of another), or dropped, so ``seen == kept + folded + dropped``.
    ``repaired`` and ``ambiguous`` count elements that were kept but only after a repair, or without certainty.
    """

    producer: str | None = None
    seen: int = 0
    kept: int = 0
    folded: int = 0
    repaired: int = 0
    ambiguous: int = 0
    dropped: int = 0
    incomplete: bool = False
    """The file itself says that something is missing from it; it may be shown but never signed as complete."""
    collected_at: str | None = None
    """ISO 8601 with offset: when the measuring was done, only where the file says it trustworthily."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the file declares of itself (suite counters, formula, window): shown, compared, never trusted."""
    notes: dict[str, Note] = field(default_factory=dict)
    text_limit: int = TEXT_LIMIT
    """Told to the reader: the bytes of the largest document it may hold in memory."""

    def note(self, slug: str, message: str, count: int = 1) -> None:
        """Count one more of ``slug``; the first message stays."""
        known = self.notes.get(slug)
        self.notes[slug] = Note(slug, known.message if known else message, (known.count if known else 0) + count)

    def figures(self) -> dict[str, int]:
        """Give the six counts in the order they are shown."""
        return {
            "seen": self.seen,
            "kept": self.kept,
            "folded": self.folded,
            "repaired": self.repaired,
            "ambiguous": self.ambiguous,
            "dropped": self.dropped,
        }
