"""What became of everything that the files of a candidate hold?

Takes: the evidence of a candidate, with the ledger of each artefact.
Gives: the sums over all artefacts, the notes by slug, and findings where something was lost or mended.
Source: the ledgers, which the readers fill while they read; ``seen == kept + folded + dropped`` holds for the sums as
well as for each.
Empty: no artefact gives zeros, of no artefacts.
"""

from collections.abc import Iterator, Sequence

from dashboard.analysis._phrases import many, named
from dashboard.model.evaluation import Finding, Integrity, Severity
from dashboard.model.evidence import Evidence, Reading
from dashboard.model.ledger import Note
from dashboard.model.records import Kind

GRAVE = frozenset({Kind.TESTS, Kind.BENCHMARKS, Kind.METRICS})
"""Kinds whose elements are results and samples: what is lost of them may be what would have failed."""
NOTHING_LOST = frozenset({"file-without-lines", "not-compared", "test-code"})
"""Notes that count dropped elements which by their nature measure nothing: an interface without a line to cover, a
gauge without a rate, test code beside the code it tests."""


def summed(evidence: Evidence) -> Integrity:
    """Add the ledgers up."""
    readings = evidence.readings
    notes: dict[str, Note] = {}
    for note in (note for reading in readings for note in reading.notes):
        known = notes.get(note.slug, Note(note.slug, note.message, 0))
        notes[note.slug] = Note(note.slug, known.message, known.count + note.count)
    return Integrity(
        artefacts=len(evidence.sources),
        incomplete=sum(s.incomplete for s in evidence.sources),
        seen=sum(r.seen for r in readings),
        kept=sum(r.kept for r in readings),
        folded=sum(r.folded for r in readings),
        repaired=sum(r.repaired for r in readings),
        ambiguous=sum(r.ambiguous for r in readings),
        dropped=sum(r.dropped for r in readings),
        notes=tuple(notes[slug] for slug in sorted(notes)),
    )


def lost(reading: Reading) -> int:
    """Count the dropped elements of an artefact that would have measured something."""
    harmless = sum(note.count for note in reading.notes if note.slug in NOTHING_LOST)
    return max(0, reading.dropped - harmless)


def records_dropped(evidence: Evidence) -> Iterator[Finding]:
    """Find reports of which the reader could not keep everything; of results and samples that is grave."""
    short = [reading for reading in evidence.readings if lost(reading)]
    for severity, grave in ((Severity.MAJOR, True), (Severity.MINOR, False)):
        mine = [reading for reading in short if (reading.source.kind in GRAVE) is grave]
        if mine:
            n = many(sum(lost(reading) for reading in mine), "element was", "elements were")
            text = (
                f"{n} dropped while reading {_names(mine)}: they hold no usable measurement, and nothing judges them."
            )
            yield Finding("records-dropped", severity, text, tuple(reading.source for reading in mine))


def records_repaired(evidence: Evidence) -> Iterator[Finding]:
    """Find reports that could only be read after a repair."""
    mended = [reading for reading in evidence.readings if reading.repaired]
    if mended:
        n = many(sum(reading.repaired for reading in mended), "element was", "elements were")
        text = f"{n} read only after a repair, in {_names(mended)}: the producer writes a broken file."
        yield Finding("records-repaired", Severity.MINOR, text, tuple(reading.source for reading in mended))


def _names(readings: Sequence[Reading]) -> str:
    return named([reading.source.name for reading in readings])
