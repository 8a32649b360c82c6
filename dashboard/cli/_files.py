"""Files named on the command line: folders are walked in a stable order."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One file to read."""

    path: Path
    named: bool
    """Named by the user rather than met while walking a folder: then not knowing its format is an error."""


def walk(paths: Iterable[Path]) -> list[Item]:
    """Give every file, folders walked by name; links are not followed out of a folder."""
    items: list[Item] = []
    for path in paths:
        if path.is_dir():
            items += [
                Item(file, named=False) for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()
            ]
        else:
            items.append(Item(path, named=True))
    return items


def counts_text(counts: dict[str, Any]) -> str:
    """Write counts on one line: ``cases 78 · passed 78``."""
    parts = []
    for name, value in counts.items():
        if isinstance(value, dict):
            parts.append(f"{name} {value.get('name')} = {value.get('value'):.6g} {value.get('unit')}")
        elif isinstance(value, float):
            parts.append(f"{name} {value:,.3f}")
        elif value is not None:
            parts.append(f"{name} {value:,}")
    return " · ".join(parts)
