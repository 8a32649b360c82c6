"""Which tests ran a file, or one line of it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.ui.components.blocks import empty, note
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.tables import Column, table
from dashboard.ui.covering import ranges
from dashboard.ui.rows import rows
from dashboard.ui.wording import counted

#: Contexts listed at once.
MOST = 200
_RANGES = 12

NOT_SAID = (
    "Which test ran which line is not said by the reports of this file. With coverage.py, set dynamic_context = "
    "test_function (pytest-cov: --cov-context=test) and write coverage json --show-contexts; with LCOV, capture each "
    "test with --test-name."
)


@dataclass(frozen=True, slots=True)
class Contexts:
    """The tests, or other named parts of the run, that ran lines of the file."""

    found: tuple[dict[str, Any], ...] | None
    """Those with most lines first; ``None`` where no report says anything of them."""
    line: int = 0
    """The only line asked for; 0 for any."""

    @property
    def shown(self) -> tuple[dict[str, Any], ...]:
        """Give those that ran the line asked for."""
        found = self.found or ()
        return tuple(one for one in found if not self.line or _has(one["lines"], self.line))


UNSAID = Contexts(None)


def contexts(frame: pd.DataFrame | None, line: int) -> Contexts:
    """Take contexts as the store gives them."""
    return Contexts(None if frame is None else tuple(rows(frame)), line)


def summary(seen: Contexts) -> str:
    """Say how many there are, of tests and of what ran outside any."""
    tests = sum(1 for one in seen.shown if one["name"])
    where = f"line {seen.line:,}" if seen.line else "lines of this file"
    return f"{counted(tests, 'context')} ran {where}"


def listing(seen: Contexts) -> Markup:
    """List them, or say why there are none."""
    if seen.found is None:
        return note(NOT_SAID)
    shown = seen.shown
    if not shown:
        which = f"line {seen.line:,}" if seen.line else "a line of this file"
        return empty("No test", f"The reports tell tests apart, and none of them ran {which}.")
    columns = (
        Column("Context", narrow="title", width="50%"), Column("Lines", "right", "flow", width="12%"),
        Column("Which", narrow="plain"),
    )  # fmt: skip
    listed = table(columns, [_row(one) for one in shown[:MOST]], caption="Contexts", css="cs-flow cs-fixed")
    return join([listed, note(f"The first {MOST} of {len(shown):,}.") if len(shown) > MOST else ""])


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    pieces = str(one["lines"]).split(",")
    more = muted(f" and {counted(len(pieces) - _RANGES, 'more range')}") if len(pieces) > _RANGES else ""
    which = mono(", ".join(pieces[:_RANGES]).replace("-", " to "))
    name = tag("span", one["name"], class_="cs-break") if one["name"] else muted("outside any test (imports, set-up)")
    return name, f"{int(one['count']):,}", tag("span", which, more, class_="cs-break")


def _has(lines: object, line: int) -> bool:
    return any(first <= line <= last for first, last in ranges(lines))
