"""What ``countersign db`` says to people."""

import sys
from typing import TYPE_CHECKING, Any

from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.database import Exported
    from dashboard.services.retention import Pruned
    from dashboard.services.soundness import Checked
    from dashboard.store.maintenance.keeping import Plan

_STEP = 1024
_SHOWN = 30


def size_text(count: int | None) -> str:
    """Write bytes as people read them."""
    if count is None:
        return "not known"
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < _STEP:
            return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"
        value /= _STEP
    return f"{value:,.1f} TiB"


_SEARCH = {
    "fts5": "by an index of trigrams (FTS5)",
    "pg_trgm": "by an index of trigrams (pg_trgm)",
    "scan": "names are scanned",
}


def show_info(found: dict[str, Any], console: "Console") -> None:
    """Show the figures of the database."""
    from rich.markup import escape

    cost = found["bytes_per_result"]
    raw, stored = found["artefacts_raw_bytes"], found["artefacts_stored_bytes"]
    share = f" ({100 * stored / raw:.0f} %)" if raw else ""
    lines = {
        "database": escape(found["url"]),
        "engine": f"{found['dialect']} {escape(found['engine'])}",
        "schema": f"{found['schema']}, revision {found['revision']:,}",
        "size": size_text(found["size"]),
        "a result": f"{cost:,.1f} bytes" if cost is not None else "not known",
        "search": _SEARCH[found["search"]],
        "evidence": f"{found['oldest_evidence_at'] or 'none'} to {found['newest_evidence_at'] or 'none'}",
        "artefacts": f"{size_text(raw)} raw, {size_text(stored)} stored{share}, {found['pruned_artefacts']:,} pruned",
    }
    for label, text in lines.items():
        console.print(f"[dim]{label:10}[/] {text}", soft_wrap=True)
    for table, count in found["rows"].items():
        console.print(f"  {count:>12,}  {table}")


def show_check(found: "Checked", console: "Console") -> None:
    """Show what a check found."""
    from rich.markup import escape

    for sentence in found.wrong:
        console.print(f"[red]wrong[/] {escape(sentence)}", soft_wrap=True)
    looked = f"{found.files:,} files, {found.events:,} events, {found.signatures:,} signatures"
    if found.read_again or found.passed_over:
        looked += f"; {found.read_again:,} artefacts read again"
    if found.passed_over:
        looked += f", {found.passed_over:,} not compared since their reader has changed"
    verdict = f"[red]{len(found.wrong)} wrong[/]" if found.wrong else "[green]sound[/]"
    console.print(f"{verdict}  [dim]{looked}[/]", soft_wrap=True)


def show_backup(made: dict[str, Any], console: "Console") -> None:
    """Show where the copy is."""
    from rich.markup import escape

    text = f"{escape(made['path'])}  {size_text(made['size'])}, revision {made['revision']:,}, checked"
    console.print(text, soft_wrap=True)


def show_plan(plan: "Plan", console: "Console") -> None:
    """Show what a pruning removes and why the rest stays."""
    from rich.markup import escape

    for one in plan.prunable[:_SHOWN]:
        name = escape(" ".join(filter(None, (one.project, one.version, one.subject[:12], one.environment))))
        console.print(
            f"{name}  [dim]{one.last_at:%Y-%m-%d} · {one.runs:,} runs · {one.results:,} results · "
            f"{len(one.artefacts):,} artefacts · {size_text(one.size)}[/]",
            soft_wrap=True,
        )
    if len(plan.prunable) > _SHOWN:
        console.print(f"[dim]and {len(plan.prunable) - _SHOWN:,} more; --json lists all[/]")
    stay = ", ".join(f"{count:,} {reason}" for reason, count in plan.kept.items()) or "none"
    console.print(f"{len(plan.prunable):,} candidates can be pruned  [dim]stay: {stay}[/]", soft_wrap=True)


def confirmed(count: int, *, interactive: bool) -> None:
    """Ask whether to go on.

    Raises:
        UsageError: slug ``not-confirmed``: nobody can be asked, or the answer was not yes.
    """
    answer = ""
    if interactive and sys.stdin.isatty():
        sys.stderr.write(f"Remove the evidence of {count:,} candidates for good? [y/N] ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip().lower()
    if answer not in {"y", "yes"}:
        msg = "Nothing was pruned, since nobody agreed to it."
        raise UsageError(msg, slug="not-confirmed", hint="Look with --dry-run, then give --yes.")


def show_pruned(found: "Pruned", console: "Console") -> None:
    """Show what was removed."""
    size = size_text(sum(one.size for one in found.candidates))
    artefacts = sum(len(one.artefacts) for one in found.candidates)
    also = f", {found.finished:,} of an earlier pruning finished" if found.finished else ""
    console.print(f"pruned {len(found.candidates):,} candidates: {artefacts:,} artefacts, {size} raw{also}")


def show_export(made: "Exported", console: "Console") -> None:
    """Show what was exported."""
    from rich.markup import escape

    console.print(
        f"{escape(made.folder)}  {made.files:,} files, {made.rows:,} rows, {size_text(made.size)}", soft_wrap=True
    )
    console.print(f"[dim]manifest sha256 {made.manifest_sha256}[/]", soft_wrap=True)


def show_move(moved: dict[str, Any], console: "Console") -> None:
    """Show every table that arrived, with its count and digest."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    table.add_column("Digest, the same in both")
    for one in moved["tables"]:
        table.add_row(one["table"], f"{one['rows']:,}", one["digest"][:16])
    console.print(table)
    console.print(f"moved {moved['rows']:,} rows to {escape(moved['to'])}", soft_wrap=True)
    console.print("[dim]the old database is as it was; set COUNTERSIGN_DATABASE_URL to the new one[/]", soft_wrap=True)
