"""What stands behind the figures of coverage: their formulas, what is a lower bound, and paths in doubt."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.ui.components.blocks import empty, fold, heading, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import WARN, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.covering import Covered
from dashboard.ui.rows import rows
from dashboard.ui.wording import counted

#: Paths and files listed at once.
MOST = 200

FORMULAS: Mapping[str, str] = {
    "lines": "lines hit / lines that can run; a line hit in part is hit",
    "branches": "branches taken / branches there are",
    "lines + branches": "(lines hit + branches taken) / (lines + branches), the total of coverage.py",
    "statements": "statements hit / statements, where the report counts them",
}
_INSTEAD = "lines hit / lines that can run; files whose report counts only statements stand with their statements"

#: How a reason for a lower bound begins -> the figures that it concerns.
_CONCERNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("branches", frozenset({"branches", "lines + branches"})),
    ("lines", frozenset({"lines", "lines + branches"})),
    ("reports", frozenset({"lines", "lines + branches"})),
    ("statements", frozenset({"statements"})),
)
_REMEDY = (
    "Measure with ids (coverage.py JSON, LCOV), or combine the runs with the tool itself before reporting: "
    "coverage combine, lcov -a, llvm-profdata merge, go tool covdata."
)
_MAP = (
    "They are counted under the name they have. Write paths from the root of the repository (coverage.py: "
    "relative_files = true), or give a component of the policy the folder they are in."
)


def approximate(reason: object) -> frozenset[str]:
    """Name the figures that are a lower bound for these reasons, as the store gives them; none when it gives none."""
    parts = [part.strip() for part in str(reason or "").split(",")]
    return frozenset[str]().union(*(names for start, names in _CONCERNS if any(p.startswith(start) for p in parts)))


def label(name: str, covered: Covered, *, lower: bool) -> str:
    """Write what stands below a percentage: its formula's name, its fraction, and that it is a lower bound."""
    return f"{name} · {covered.fraction}" + (" · approx" if lower else "")


def formulas(shown: Sequence[tuple[str, Covered]], files: pd.DataFrame) -> Markup:
    """Name the formula of every percentage on the page."""
    mixed = len(shown) > 1 and "by_statements" in files and bool(files["by_statements"].any())
    written = {**FORMULAS, "lines": _INSTEAD} if mixed else FORMULAS
    cells = [(name, written[name], f"{covered.text} % ", covered.fraction) for name, covered in shown if covered.total]
    columns = (
        Column("Percentage", narrow="title"), Column("Formula"), Column("Now", "right", "plain"),
        Column("Of", "right", "flow"),
    )  # fmt: skip
    return fold(
        "How each percentage is counted", table(columns, cells, caption="Formulas of the percentages", css="cs-flow")
    )


def lower_bounds(files: pd.DataFrame) -> Markup:
    """Say which files are a lower bound, and why; nothing where all figures are exact."""
    found = files[files["approximate"].fillna("") != ""] if "approximate" in files else files.iloc[:0]
    if found.empty:
        return join([])
    why = Counter(part.strip() for reason in found["approximate"] for part in str(reason).split(","))
    said = "; ".join(f"{reason}: {counted(n, 'file')}" for reason, n in why.most_common())
    columns = (Column("File", narrow="title", width="55%"), Column("Why it is a lower bound"))
    listed = [(tag("span", row["path"], class_="cs-break"), row["approximate"]) for row in rows(found.head(MOST))]
    return fold(
        join([chip(WARN.named("approx")), f" {counted(len(found), 'file')} of several reports: a lower bound"]),
        note(f"Their reports cannot be united exactly ({said}), so the better of them stands. {_REMEDY}"),
        table(columns, listed, caption="Files whose figures are a lower bound", css="cs-flow cs-fixed"),
        _first(len(found)),
    )


def doubts(found: pd.DataFrame) -> Markup:
    """List the paths that could not be told to be of one file."""
    unmapped = int(found["reason"].str.startswith("no component").sum())
    said = [counted(unmapped, "path unmapped", "paths unmapped")] if unmapped else []
    if len(found) > unmapped:
        said.insert(0, counted(len(found) - unmapped, "path ambiguous", "paths ambiguous"))
    columns = (
        Column("Path in the report", narrow="title", width="55%"), Column("Report", narrow="plain", width="20%"),
        Column("Why", narrow="plain"),
    )  # fmt: skip
    listed = [
        (tag("span", mono(row["path"]), class_="cs-break"), row["report"], row["reason"])
        for row in rows(found.head(MOST))
    ]
    return join(
        [
            section("Paths", "that may be of files counted already"),
            fold(
                ", ".join(said),
                note(_MAP),
                table(columns, listed, caption="Paths that could not be mapped", css="cs-flow cs-fixed"),
                _first(len(found)),
            ),
        ]
    )


def no_totals(place: Place, files: int, reports: int) -> Markup:
    """Say that the reports know only what ran, and give the commands that write the rest."""
    ran = f"{counted(reports, 'report')} of this candidate {'says' if reports == 1 else 'say'} which lines ran in "
    sentence = (
        f"{ran}{counted(files, 'file')}, and not which there are to run: no percentage can be made of that, and no "
        "gate passes on it. Write the JSON report beside the source code that was measured, and bring it here."
    )
    command = f"coverage json --show-contexts -o coverage.json\n{place.ingest('coverage.json')}"
    return join([heading(["Coverage", counted(files, "file")]), empty("Totals are missing", sentence, command)])


def reason_of(row: Mapping[str, Any]) -> str:
    """Give why the figures of a file are a lower bound; "" when they are exact."""
    reason = row.get("approximate")
    return reason if isinstance(reason, str) else ""


def aside(row: Any) -> Markup | str:
    """Mark the figure of a file that is a lower bound."""
    reason = getattr(row, "approximate", "")
    return tag("span", muted(" approx"), title=f"A lower bound: {reason}") if reason else ""


def _first(n: int) -> Markup | str:
    return note(f"The first {MOST} of {n:,}.") if n > MOST else ""
