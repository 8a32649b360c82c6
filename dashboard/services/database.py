"""The database as a whole: figures of it, a copy, an export for other tools, and moving to another engine."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dashboard import __version__
from dashboard.errors import UsageError
from dashboard.model.person import Permission
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.signoff.log import root
from dashboard.store import candidates, ledger, maintenance, migrations
from dashboard.store.maintenance import Info, moving
from dashboard.store.maintenance.moving import Moved
from dashboard.store.transaction import reading, revision

T = TypeVar("T")

#: Passes things through one by one; the command line draws a bar with it.
Watch = Callable[[Sequence[T], str], Iterable[T]]

MANIFEST = "manifest.json"
FORMAT = "parquet"
_OUTCOMES = {"0": "passed", "1": "skipped", "2": "failed", "3": "error"}


def unwatched(things: Sequence[T], _label: str) -> Iterable[T]:
    """Pass things through without showing anything."""
    return things


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    folder: str
    files: int
    rows: int
    size: int
    manifest_sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


def figures(context: Context) -> dict[str, Any]:
    """Give figures of the database as ``--json`` prints them; bytes, rows, moments in ISO 8601."""
    context.require(Permission.ADMINISTER)
    found: Info = maintenance.info(context.store)
    return {
        "url": found.url,
        "dialect": found.dialect,
        "engine": found.engine,
        "schema": found.schema,
        "revision": found.revision,
        "size": found.size,
        "rows": found.rows,
        "results_size": found.results_size,
        "bytes_per_result": found.bytes_per_result,
        "oldest_evidence_at": found.oldest_at.isoformat() if found.oldest_at else None,
        "newest_evidence_at": found.newest_at.isoformat() if found.newest_at else None,
        "pruned_artefacts": found.pruned,
        "artefacts_raw_bytes": found.raw_bytes,
        "artefacts_stored_bytes": found.stored_bytes,
        "search": found.search,
    }


def backup(context: Context, path: Path) -> dict[str, Any]:
    """Copy an SQLite database to a new file while it is in use; the copy is opened and checked.

    The log of the database says that it was copied, when the copy is known to be whole.

    Raises:
        UsageError: slug ``backup-with-pg-dump`` or ``backup-exists``.
        StoreError: the copy cannot be written, or is not whole.
    """
    context.require(Permission.ADMINISTER)
    at = revision(context.store)
    size = maintenance.backup(context.store, path)
    log.append(context, "database.backed-up", {"revision": at, "size": size})
    return {"path": str(path), "size": size, "revision": at, "verified": True}


def export(context: Context, folder: Path, *, project: str | None = None, watch: Watch[Any] = unwatched) -> Exported:
    """Write every table that is no secret as Parquet into a new folder, of one project or of all.

    The manifest is written last: a folder without one is not an export. All files show one moment of the database.

    Raises:
        UsageError: slug ``export-exists``.
        NotFoundError: slug ``project-not-found``.
        StoreError: slug ``export-failed``.
    """
    from dashboard.store.maintenance import parquet  # noqa: PLC0415 - pyarrow takes long to import

    context.require(Permission.ADMINISTER)
    if project is not None:
        candidates.project(context.store, project)
    parquet.claim(folder)
    with reading(context.store) as connection:
        leaves = ledger.leaves(connection)
        schema = migrations.version(connection)
        written = parquet.write(connection, folder, project, watch)
    manifest = {
        "countersign_export": 1,
        "format": FORMAT,
        "made_at": context.clock().isoformat(timespec="seconds"),
        "made_by": f"countersign {__version__}",
        "schema": schema,
        "project": project,
        "log": {"size": len(leaves), "root": root(leaves).hex()},
        "outcomes": _OUTCOMES,
        "tables": {
            one.table: {"file": one.file, "rows": one.rows, "size": one.size, "sha256": one.sha256} for one in written
        },
        "withheld": parquet.withheld(project),
    }
    body = (json.dumps(manifest, indent=2) + "\n").encode()
    parquet.put(folder / MANIFEST, body)
    digest = hashlib.sha256(body).hexdigest()
    rows = sum(one.rows for one in written)
    log.append(context, "database.exported", {"manifest_sha256": digest, "rows": rows}, project=project)
    return Exported(str(folder), len(written), rows, sum(one.size for one in written), digest)


def move(context: Context, url: str, *, watch: Watch[Any] = unwatched) -> dict[str, Any]:
    """Copy the whole database into an empty one, of either engine; this one is left as it is.

    The log, the signatures and the files arrive byte for byte; every table is compared by count and digest before
    anything is kept.

    Raises:
        ConflictError: slug ``move-target-not-empty``, ``move-target-schema`` or ``move-source-changed``.
        StoreError: the target cannot be used, or (``move-failed``, ``move-differs``) a table did not arrive.
    """
    context.require(Permission.ADMINISTER)
    if not url.strip():
        msg = "No database to move to was named."
        raise UsageError(msg, slug="move-target-missing", hint="Give --to, such as postgresql://host/database.")
    target = moving.open_target(url)
    try:
        moved: list[Moved] = moving.move(context.store, target, watch)
        return {
            "from": context.store.url,
            "to": target.url,
            "revision": revision(target),
            "rows": sum(one.rows for one in moved),
            "tables": [{"table": one.table, "rows": one.rows, "digest": one.digest} for one in moved],
        }
    finally:
        target.close()
