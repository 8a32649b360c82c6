"""What became of all that the files hold, and which reports are expected and not there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.analysis.expected import words
from dashboard.model.evaluation import Expectation, Integrity
from dashboard.ui.components.artefacts import FIGURES, ODD
from dashboard.ui.components.blocks import fold, items, note
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import INVALID, MISSING, PASS, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.wording import counted, listed

MOST_NOTES = 200

_NOTES = (Column("Note", narrow="title"), Column("What", narrow="plain"), Column("How often", "right", "flow"))


def sums(found: Integrity) -> Markup:
    """Write the sums in a line: ``31 artefacts · 23,120 elements seen · 23,120 kept · 0 folded …``."""
    parts: list[object] = [counted(found.artefacts, "artefact"), f"{found.seen:,} elements seen"]
    for name in FIGURES[1:]:
        n = getattr(found, name)
        said = f"{n:,} {name}"
        parts.append(
            tag("span", said, class_="cs-warn cs-one") if n and name in ODD else tag("span", said, class_="cs-one")
        )
    if found.incomplete:
        parts.append(join([chip(INVALID.named("incomplete")), f" {counted(found.incomplete, 'artefact')}"]))
    return tag("p", dotted(parts))


def all_notes(found: Integrity) -> Markup:
    """Fold away what the readers noticed, by slug, over all artefacts."""
    if not found.notes:
        return note("No reader noticed anything: every file is what its format says.")
    times = sum(n.count for n in found.notes)
    head = f"{counted(len(found.notes), 'kind of note', 'kinds of notes')}, {times:,} in all"
    return fold(head, notes_table([n.as_dict() for n in found.notes]))


def notes_table(notes: Sequence[Mapping[str, Any]]) -> Markup:
    """Write notes: slug, message, how often."""
    rows = [
        (mono(n["slug"]), tag("span", n["message"], class_="cs-break"), f"{n['count']:,}") for n in notes[:MOST_NOTES]
    ]
    more = note(f"The first {MOST_NOTES} of {len(notes):,}.") if len(notes) > MOST_NOTES else ""
    return join([table(_NOTES, rows, caption="Notes", css="cs-flow"), more])


def expectations(asked: Iterable[Expectation]) -> Markup:
    """Write the reports that the policy expects, those that are missing first: each of them blocks."""
    ordered = sorted(asked, key=lambda one: not one.missing)
    if not ordered:
        return note("The policy expects no report by name.")
    return items(_expectation(one) for one in ordered)


def _expectation(one: Expectation) -> Markup:
    wanted = tag("span", words(one.expected), class_="cs-break")
    there = listed([s.name for s in one.found]) or "none is there"
    unusable = f"{listed([s.name for s in one.unusable])}: incomplete or empty, so not counted" if one.unusable else ""
    if one.missing:
        about = muted(dotted([f"{one.missing:,} missing", there, unusable, "blocks the release"]))
        return join([chip(MISSING), " ", wanted, " ", about])
    return join([chip(PASS.named("there")), " ", wanted, " ", muted(dotted([there, unusable]))])
