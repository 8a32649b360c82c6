"""Which test ran which lines of a file: packed for the database, and read back for one file of a candidate."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.store.coverage_sets import lines_of, ranges
from dashboard.store.filed import numbers
from dashboard.store.transaction import Connection, columns

_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Context:
    """A test, or another named part of the run, and what it ran of one file."""

    name: str
    """Empty for what ran outside any of them."""
    lines: str
    """Ranges, ``1-4,9``."""
    count: int
    """How many lines those are."""


def packed(contexts: Iterable[tuple[int, str]]) -> bytes:
    """Pack (number of the name, ranges of lines) of one file."""
    return zlib.compress("\n".join(f"{number}:{lines}" for number, lines in contexts).encode("ascii"), _LEVEL)


def unpacked(body: bytes) -> list[tuple[int, str]]:
    """Give back what was packed."""
    pieces = (line.partition(":") for line in zlib.decompress(body).decode("ascii").split("\n"))
    return [(int(number), lines) for number, _, lines in pieces]


def of_file(connection: Connection, places: Sequence[tuple[int, int]]) -> list[Context] | None:
    """Give the contexts of one file by name, united over the reports that have any.

    Takes: ``places``, (artefact, number of the file in it) of every report that speaks of the file.
    Gives: ``None`` where none of the reports says anything of contexts.
    """
    artefacts = numbers({artefact for artefact, _ in places})
    wanted = set(places)
    found: dict[str, list[str]] = {}
    said = False
    for artefact, seq in sorted(wanted):
        rows = columns(
            connection,
            "SELECT body FROM coverage_context_lines WHERE artefact_id = :artefact AND seq = :seq",
            artefact=artefact,
            seq=seq,
        )
        pairs = [pair for (body,) in rows for pair in unpacked(bytes(body))]
        names = _names(connection, artefact, [number for number, _ in pairs])
        for number, lines in pairs:
            found.setdefault(names[number], []).append(lines)
        said = said or bool(pairs)
    if not said and not _any_named(connection, artefacts):
        return None
    return [_united(name, several) for name, several in sorted(found.items())]


def _united(name: str, several: Sequence[str]) -> Context:
    lines = set[int]().union(*map(lines_of, several))
    return Context(name, several[0] if len(several) == 1 else ranges(lines), len(lines))


def _names(connection: Connection, artefact: int, wanted: Sequence[int]) -> dict[int, str]:
    if not wanted:
        return {}
    sql = f"SELECT seq, name FROM coverage_context WHERE artefact_id = :artefact AND seq IN ({numbers(wanted)})"
    return {int(number): str(name) for number, name in columns(connection, sql, artefact=artefact)}


def _any_named(connection: Connection, artefacts: str) -> bool:
    """Say whether one of the reports has contexts at all: then this file was run by none of them."""
    sql = f"SELECT 1 FROM coverage_context WHERE artefact_id IN ({artefacts}) AND name <> '' LIMIT 1"
    return next(columns(connection, sql), None) is not None
