"""Coverage of a candidate in words and shares: by formula, by component, by module."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import pandas as pd

from dashboard.model.figures import of_text, share_text
from dashboard.model.policy import Component
from dashboard.store.categories import path_pattern

COUNTS = ("lines_total", "lines_hit", "branches_total", "branches_hit", "statements_total", "statements_hit")


@dataclass(frozen=True, slots=True)
class Covered:
    """So many of so many."""

    hit: int
    total: int

    @property
    def text(self) -> str:
        """Percentage without its sign."""
        return share_text(self.hit, self.total)

    @property
    def fraction(self) -> str:
        """What stands behind the percentage."""
        return of_text(self.hit, self.total)

    def to_go(self, floor_pct: Fraction) -> int:
        """Count the lines that are still to be covered to reach a floor; compared as integers."""
        return max(0, ceil(floor_pct * self.total / 100) - self.hit)


@dataclass(frozen=True, slots=True)
class ComponentCover:
    """One component of the policy."""

    name: str
    covered: Covered
    files: int
    floor: Fraction | None
    owner: str | None

    @property
    def word(self) -> str:
        """Give ``pass``, ``fail`` or, where nothing was measured or asked, ``missing`` or ``info``."""
        if not self.covered.total:
            return "missing"
        if self.floor is None:
            return "info"
        return "pass" if self.covered.hit * 100 >= self.floor * self.covered.total else "fail"


def with_lines(files: pd.DataFrame) -> pd.DataFrame:
    """Let the files whose report counts statements and no lines stand with their statements, as gates count them."""
    without = files["lines_total"].isna() & files["statements_total"].notna()
    filled = files.assign(by_statements=without)
    for name in ("total", "hit"):
        filled[f"lines_{name}"] = files[f"lines_{name}"].where(~without, files[f"statements_{name}"])
    return filled


def totals(files: pd.DataFrame) -> list[tuple[str, Covered]]:
    """Give the total by each formula that the reports allow, by name."""
    sums = {name: int(files[name].fillna(0).sum()) for name in COUNTS}
    lines = Covered(sums["lines_hit"], sums["lines_total"])
    branches = Covered(sums["branches_hit"], sums["branches_total"])
    statements = Covered(sums["statements_hit"], sums["statements_total"])
    if "by_statements" in files and len(files) and files["by_statements"].all():
        return [("statements", statements)]
    found = [("lines", lines)]
    if branches.total:
        both = Covered(lines.hit + branches.hit, lines.total + branches.total)
        found += [("branches", branches), ("lines + branches", both)]
    if statements.total:
        found.append(("statements", statements))
    return found


def components(files: pd.DataFrame, asked: tuple[Component, ...]) -> list[ComponentCover]:
    """Sum the files of each component, those below their floor first."""
    found = []
    for component in asked:
        own = files[_within(files["path"], component)]
        covered = Covered(int(own["lines_hit"].fillna(0).sum()), int(own["lines_total"].fillna(0).sum()))
        found.append(ComponentCover(component.name, covered, len(own), component.floor_pct, component.owner))
    order = {"missing": 0, "fail": 1, "pass": 2, "info": 3}
    return sorted(found, key=lambda c: (order[c.word], c.name))


def _within(paths: pd.Series, component: Component) -> pd.Series:
    """Say which paths belong to a component, as the gates decide it; of no paths none do."""
    fits = path_pattern(component.paths).fullmatch
    return paths.map(lambda path: fits(str(path).replace("\\", "/")) is not None).astype(bool)


def modules(files: pd.DataFrame) -> pd.DataFrame:
    """Give files with what they miss and what covering them whole would add to the total, in percentage points."""
    measured = files[files["lines_total"].fillna(0) > 0].copy()
    whole = int(measured["lines_total"].sum()) or 1
    measured["missed_lines"] = (measured["lines_total"] - measured["lines_hit"]).astype(int)
    measured["pct"] = measured["lines_hit"] / measured["lines_total"] * 100
    measured["gain_pp"] = measured["missed_lines"] / whole * 100
    return measured


def ranges(text: object) -> list[tuple[int, int]]:
    """Read ``1-4,9``; what is no range is left out."""
    found = []
    for part in str(text or "").split(","):
        first, _, last = part.strip().partition("-")
        if first.isascii() and first.isdecimal() and (not last or (last.isascii() and last.isdecimal())):
            found.append((int(first), int(last or first)))
    return found
