"""What a reader did with a file, as cells."""

from collections.abc import Mapping
from typing import Any

from dashboard.ui.components.markup import Markup, tag, zero
from dashboard.ui.components.states import INFO, INVALID, PASS, SKIPPED, WARN, State
from dashboard.ui.components.tables import Column

FIGURES = ("seen", "kept", "folded", "repaired", "ambiguous", "dropped")
ODD = frozenset({"repaired", "ambiguous", "dropped"})
_FIRST = ("cases", "files", "benchmarks", "flags", "checks", "series", "samples", "facts", "spans")


def ledger_columns() -> tuple[Column, ...]:
    """Give the six columns of the ledger."""
    return tuple(Column(name.capitalize(), "right", "flow") for name in FIGURES)


def ledger_cells(ledger: Mapping[str, Any]) -> list[Markup]:
    """Write the six counts; what should not be there is coloured."""
    cells = []
    for name in FIGURES:
        n = int(ledger.get(name) or 0)
        odd = name in ODD and n
        cells.append(tag("span", f"{n:,}", class_="cs-warn") if odd else zero() if not n else tag("span", f"{n:,}"))
    return cells


def counts_text(counts: Mapping[str, Any]) -> str:
    """Write what a file holds by its first two counts: ``1,044 cases, 1,026 passed``."""
    said = [(k, v) for k, v in counts.items() if isinstance(v, int) and not isinstance(v, bool)]
    first = [(k, v) for k, v in said if k in _FIRST] or said
    rest = [(k, v) for k, v in said if (k, v) not in first]
    return ", ".join(f"{v:,} {_noun(k, v)}" for k, v in (first + rest)[:2])


def _noun(name: str, n: int) -> str:
    word = name.replace("_", " ")
    return word.removesuffix("s") if n == 1 and name in _FIRST and name != "series" else word


def state_of(row: Mapping[str, Any]) -> State:
    """Give the state of a stored artefact."""
    if row.get("status") == "incomplete":
        return INVALID.named("incomplete")
    if row.get("status") == "duplicate":
        return SKIPPED.named("duplicate")
    ledger = row.get("ledger") or {}
    if any(ledger.get(k) for k in ODD):
        return WARN.named("read with notes")
    return INFO.named("noted") if row.get("notes") else PASS.named("read whole")
