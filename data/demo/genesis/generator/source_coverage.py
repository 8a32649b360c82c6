"""Line coverage as ``coverage json`` writes it (format 3), without its sections by function and class.

Each source file has its statements, and an order in which the suite came to reach them; a run of the history sees
the first part of the file and of that order. So files grow, and a line once reached stays reached.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory import chance_of

#: Module -> (statements, statements reached by the candidate).
MODULES: dict[str, tuple[int, int]] = {
    "infrastructure/htdag": (640, 608),
    "infrastructure/halo": (612, 588),
    "infrastructure/aop": (430, 405),
    "infrastructure/reward": (356, 331),
    "infrastructure/daao": (404, 380),
    "infrastructure/llm": (520, 450),
    "infrastructure/cache": (280, 266),
    "infrastructure/registry": (318, 298),
    "infrastructure/queue": (466, 431),
    "infrastructure/memory": (590, 515),
    "infrastructure/flags": (212, 212),
    "infrastructure/config": (236, 228),
    "infrastructure/health": (184, 178),
    "infrastructure/recovery": (498, 461),
    "infrastructure/telemetry": (472, 446),
    "infrastructure/auth": (388, 369),
    "infrastructure/sandbox": (460, 391),
    "infrastructure/scheduler": (362, 336),
    "agents/builder": (868, 446),
    "agents/deploy": (812, 243),
    "agents/qa": (640, 506),
    "agents/analyst": (702, 371),
    "agents/marketing": (648, 298),
    "agents/support": (720, 429),
    "agents/legal": (596, 214),
    "agents/content": (634, 352),
    "agents/billing": (740, 629),
    "agents/seo": (560, 186),
    "agents/email": (612, 271),
    "agents/onboarding": (528, 305),
    "agents/spec": (566, 372),
    "agents/research": (748, 263),
    "agents/vision": (600, 138),
    "agents/maintenance": (600, 147),
}

_NAMES = ("core", "models", "store", "api", "policy", "tools", "prompts", "state")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source file: its statements by line number, and the order in which the suite came to reach them."""

    path: str
    lines: tuple[int, ...]
    """At the end of the history, rising."""
    reached: int
    """How many of them the candidate's suite executes."""
    order: tuple[int, ...]
    """The same lines, first reached first."""
    born: float
    """Share of the history that had passed when the file was added."""


def source_files() -> tuple[SourceFile, ...]:
    """Give all source files, by path."""
    chance = chance_of("source")
    files = []
    for module, (total, reached) in MODULES.items():
        count = 3 if total < 400 else 4
        totals, hits = _shares(total, count, chance), []
        left = reached
        for place, size in enumerate(totals):
            rest = sum(totals[place + 1 :])
            want = round(reached * size / total * (0.94 + 0.12 * chance.random()))
            hit = left if not rest else max(left - rest, min(want, size, left))
            hits.append(hit)
            left -= hit
        for name, size, hit in zip(_NAMES, totals, hits, strict=False):
            files.append(_file(f"{module}/{name}.py", size, hit, chance))
    return tuple(sorted(files, key=lambda file: file.path))


def _shares(total: int, count: int, chance: random.Random) -> list[int]:
    weights = [1.0 + chance.random() for _ in range(count)]
    shares = [int(total * weight / sum(weights)) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def _file(path: str, size: int, reached: int, chance: random.Random) -> SourceFile:
    line, lines = 1 + int(chance.random() * 9), []
    for _ in range(size):
        lines.append(line)
        line += 1 if chance.random() < 0.72 else 2 + int(chance.random() ** 3 * 7)
    # Missed statements come in blocks, as branches and error paths do.
    missed: set[int] = set()
    while len(missed) < size - reached:
        start = int(chance.random() * size)
        block = range(start, min(size, start + 2 + int(chance.random() * 9)))
        missed.update(list(block)[: size - reached - len(missed)])
    order = [(chance.random(), number) for place, number in enumerate(lines) if place not in missed]
    late = [(chance.random(), number) for place, number in enumerate(lines) if place in missed]
    born = 0.0 if chance.random() < 0.9 else chance.random() * 0.8
    return SourceFile(path, tuple(lines), reached, tuple(number for _, number in (*sorted(order), *sorted(late))), born)


def report(at: datetime, progress: float) -> bytes:
    """Write the report of a run when the share ``progress`` of the history had passed; 1 is the candidate's."""
    files = {file.path: _entry(file, progress) for file in source_files() if file.born <= progress}
    covered = sum(entry["summary"]["covered_lines"] for entry in files.values())
    total = sum(entry["summary"]["num_statements"] for entry in files.values())
    document = {
        "meta": {
            "format": 3,
            "version": "7.10.7",
            "timestamp": at.replace(tzinfo=None).isoformat(timespec="microseconds"),
            "branch_coverage": False,
            "show_contexts": False,
        },
        "files": files,
        "totals": _summary(covered, total),
    }
    text = json.dumps(document, separators=(",", ":"))
    return text.replace('},"', '},\n"').encode() + b"\n"


def _entry(file: SourceFile, progress: float) -> dict[str, Any]:
    there = set(file.lines[: max(4, round(len(file.lines) * (0.8 + 0.2 * progress)))])
    reached = set(file.order[: round(file.reached * (0.84 + 0.16 * progress))]) & there
    return {
        "executed_lines": sorted(reached),
        "summary": _summary(len(reached), len(there)),
        "missing_lines": sorted(there - reached),
        "excluded_lines": [],
    }


def _summary(covered: int, total: int) -> dict[str, Any]:
    share = 100.0 * covered / total if total else 100.0
    display = str(min(99, max(1, round(share)))) if 0 < covered < total else str(round(share))
    return {
        "covered_lines": covered,
        "num_statements": total,
        "percent_covered": share,
        "percent_covered_display": display,
        "missing_lines": total - covered,
        "excluded_lines": 0,
        "percent_statements_covered": share,
        "percent_statements_covered_display": display,
    }
