"""The database as Parquet files, for whatever reads those: every table that is no secret, in bounded memory."""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Table

from dashboard.errors import StoreError, UsageError
from dashboard.store.maintenance.rows import Row, batches, tables
from dashboard.store.transaction import Connection

Watch = Callable[[Sequence[Table], str], Iterable[Table]]
"""Gives the same things back one by one, and may show how far it is."""

#: Tables that are not exported, and why.
WITHHELD_TABLES: Mapping[str, str] = {
    "session": "secrets: who is signed in",
    "token": "secrets: tokens of pipelines",
    "blob_chunk": "the evidence files themselves; the backup has them",
}
#: Columns that are not exported wherever they stand: secrets, also sealed or hashed ones.
WITHHELD_COLUMNS = re.compile(r"password|passphrase|secret|sealed|credential|token|(^|_)(key_)?hash$|private")
_OTHERS = "it does not say which project its rows belong to"
_MOMENT = re.compile(r"(^|_)at$|^at_ms$|^as_of$|_until$|^since$")
_TIMESTAMP = pa.timestamp("ms", tz="UTC")
#: Rows of a group; fewer where texts are long, so that a group is never much in memory.
_GROUP = 20_000
_HEAVY = 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export."""

    table: str
    file: str
    rows: int
    size: int
    sha256: str


def columns_of(table: Table) -> tuple[Column[Any], ...]:
    """Give the columns of a table that are exported."""
    return tuple(column for column in table.columns if not WITHHELD_COLUMNS.search(column.name))


def withheld(project: str | None) -> dict[str, str]:
    """Say which tables an export leaves out, and why."""
    found = dict(WITHHELD_TABLES)
    if project is not None:
        found |= {table.name: _OTHERS for table in tables() if table.name not in found and _part(table) is None}
    return found


def write(connection: Connection, folder: Path, project: str | None, watch: Watch) -> list[Written]:
    """Write one file a table into ``folder``, of one project (by slug) or of all.

    Whole numbers that are moments become timestamps in UTC, and failure texts are unpacked; all else is as stored.

    Raises:
        StoreError: slug ``export-failed``: a file cannot be written.
    """
    left_out = withheld(project)
    wanted = [table for table in tables() if table.name not in left_out]
    try:
        return [_write(connection, table, folder, project) for table in watch(wanted, "Exporting")]
    except OSError as error:
        msg = f"The export to {folder} cannot be written: {error.strerror or error}."
        raise StoreError(
            msg, slug="export-failed", hint="Check the folder and its free space, and name a new one."
        ) from error


def claim(folder: Path) -> None:
    """Make the folder of an export, or see that it is empty.

    Raises:
        UsageError: slug ``export-exists``: something is in it.
        StoreError: slug ``export-failed``: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            msg = f"The folder {folder} is not empty."
            raise UsageError(msg, slug="export-exists", hint="Name a new folder; exports are never overwritten.")
    except OSError as error:
        msg = f"The folder {folder} cannot be made: {error.strerror or error}."
        raise StoreError(msg, slug="export-failed", hint="Name a folder that can be written.") from error


def put(path: Path, body: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        StoreError: slug ``export-failed``.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
        draft.replace(path)
    except OSError as error:
        msg = f"The file {path} cannot be written: {error.strerror or error}."
        raise StoreError(msg, slug="export-failed", hint="Check the folder and its free space.") from error


def _write(connection: Connection, table: Table, folder: Path, project: str | None) -> Written:
    path = folder / f"{table.name}.parquet"
    places = [(place, column) for place, column in enumerate(table.columns) if column in set(columns_of(table))]
    schema = pa.schema([pa.field(column.name, _type(table, column), nullable=True) for _, column in places])
    where, values = ("", {}) if project is None else (_part(table) or "", {"project": project})
    count = 0
    with (
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        held: list[Row] = []
        for batch in batches(connection, table, where, values):
            held += batch
            count += len(batch)
            if len(held) >= _GROUP or _weight(batch) > _HEAVY:
                writer.write_table(_grouped(table, held, places, schema))
                held = []
        if held:
            writer.write_table(_grouped(table, held, places, schema))
    return Written(table.name, path.name, count, path.stat().st_size, _sha256(path))


def _weight(batch: Sequence[Row]) -> int:
    """Give the length of all texts and bytes of some rows."""
    return sum(len(value) for row in batch for value in row if isinstance(value, str | bytes))


def _grouped(table: Table, held: Sequence[Row], places: Sequence[tuple[int, Column[Any]]], schema: Any) -> Any:
    arrays = []
    for place, column in places:
        values = [row[place] for row in held]
        wanted = _type(table, column)
        if wanted == _TIMESTAMP:
            arrays.append(pa.array(values, pa.int64()).cast(_TIMESTAMP))
        elif _packed(table, column):
            texts = [None if value is None else zlib.decompress(value).decode("utf-8", "replace") for value in values]
            arrays.append(pa.array(texts, wanted))
        else:
            arrays.append(pa.array(values, wanted))
    return pa.Table.from_arrays(arrays, schema=schema)


def _packed(table: Table, column: Column[Any]) -> bool:
    return (table.name, column.name) == ("failure_text", "body")


def _type(table: Table, column: Column[Any]) -> Any:
    if _packed(table, column):
        return pa.string()
    if isinstance(column.type, Boolean):
        return pa.bool_()
    if isinstance(column.type, Float):
        return pa.float64()
    if isinstance(column.type, LargeBinary):
        return pa.binary()
    if isinstance(column.type, Integer):
        return _TIMESTAMP if _MOMENT.search(column.name) else pa.int64()
    return pa.string()


def _part(table: Table) -> str | None:
    """Give the condition for the rows of a project, or nothing where a table does not say."""
    mine = "SELECT id FROM project WHERE slug = :project"
    if table.name == "project":
        return "slug = :project"
    ways = {
        "project_id": mine,
        "candidate_id": f"SELECT id FROM candidate WHERE project_id IN ({mine})",
        "artefact_id": f"SELECT id FROM artefact WHERE project_id IN ({mine})",
        "run_id": f"SELECT id FROM run WHERE project_id IN ({mine})",
        "branch_id": f"SELECT id FROM branch WHERE project_id IN ({mine})",
    }
    for column, owners in ways.items():
        if column in table.columns and (column != "run_id" or not table.columns[column].nullable):
            return f"{column} IN ({owners})"
    if table.name == "failure_text":
        runs = f"SELECT id FROM run WHERE project_id IN ({mine})"
        return f"id IN (SELECT failure_id FROM test_result WHERE run_id IN ({runs}))"
    return None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
