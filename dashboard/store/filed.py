"""An artefact of a candidate as the parts of its evidence see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.model.candidate import Source
from dashboard.model.records import Kind
from dashboard.store.artefacts import source
from dashboard.store.transaction import Connection, rows


@dataclass(frozen=True, slots=True)
class Filed:
    """An artefact of the candidate, with the numbers by which its facts are found."""

    id: int
    run_id: int
    part: int
    """Its number within the run."""
    source: Source
    notes: str
    """JSON text, as is the next one."""
    ledger: str

    @property
    def kind(self) -> Kind:
        """Give the kind of evidence."""
        return self.source.kind

    @property
    def manifest_order(self) -> tuple[Any, ...]:
        """Give the order of the manifest: kind, name, digest."""
        return (self.source.kind, self.source.name, self.source.sha256)


def of_candidate(connection: Connection, candidate_id: int) -> list[Filed]:
    """Give the artefacts of a candidate, oldest first: by when they were measured, then by when they came in.

    Those that were pruned are no evidence any more, and absent.
    """
    found = rows(
        connection,
        "SELECT a.id, a.run_id, a.part, a.sha256, a.name, a.kind, a.format, a.size, a.reader_version, "
        "a.records_sha256, a.collected_at, a.origin, a.ingested_by, a.incomplete, a.notes, a.ledger, "
        "r.name AS run_name FROM artefact a JOIN run r ON r.id = a.run_id WHERE a.candidate_id = :candidate "
        "AND a.pruned_at IS NULL "
        "ORDER BY a.collected_at, a.ingested_at, a.sha256",
        candidate=candidate_id,
    )
    return [Filed(row["id"], row["run_id"], row["part"], source(row), row["notes"], row["ledger"]) for row in found]


def sources(filed: Iterable[Filed]) -> tuple[Source, ...]:
    """Give the references of artefacts, in the order of the manifest."""
    return tuple(one.source for one in sorted(filed, key=lambda one: one.manifest_order))


def newest_of_each_name(filed: Iterable[Filed]) -> list[Filed]:
    """Give the newest artefact of each name; ``filed`` comes oldest first."""
    newest: Mapping[str, Filed] = {one.source.name: one for one in filed}
    return list(newest.values())


def numbers(ids: Iterable[int]) -> str:
    """Give numbers of the database as they stand in an SQL list; they are whole numbers, never text."""
    return ", ".join(str(int(number)) for number in ids) or "NULL"
