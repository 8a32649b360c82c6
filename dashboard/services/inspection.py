"""Inspect: what is in a file, nothing of it stored. An archive has one answer, with those of its members in it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dashboard.errors import CountersignError
from dashboard.services._archives import PASSED_OVER, Member, no_report, sentence
from dashboard.services.reading import Spooled, members, open_file, open_reading, receive, spool_member
from dashboard.settings import Settings


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in one file, nothing of it stored."""

    path: str
    status: str
    """``ok``, ``incomplete`` (the file says that something is missing, or a member was refused) or ``refused``."""
    sha256: str | None = None
    kind: str | None = None
    format: str | None = None
    producer: str | None = None
    error: dict[str, str] | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, int] = field(default_factory=dict)
    records_sha256: str | None = None
    members: "tuple[Inspection, ...] | None" = None
    """The reports in an archive, ``None`` for a file that is none."""

    def as_dict(self) -> dict[str, Any]:
        """Give the object that ``inspect --json`` prints; ``members`` only for an archive."""
        answer: dict[str, Any] = {
            "path": self.path,
            "sha256": self.sha256,
            "kind": self.kind,
            "format": self.format,
            "producer": self.producer,
            "status": self.status,
            "error": self.error,
            "counts": self.counts,
            "notes": self.notes,
            "ledger": self.ledger,
            "records_sha256": self.records_sha256,
        }
        if self.members is not None:
            answer["members"] = [member.as_dict() for member in self.members]
        return answer


def inspect_file(path: Path, settings: Settings) -> Inspection:
    """Read a file whole and say what is in it. Bad input is an answer (``refused``), never an exception."""
    sha256 = None
    try:
        with open_file(path) as body, receive(body, path.name, settings) as spooled:
            sha256 = spooled.sha256
            found = members(spooled)
            if found is None:
                return _inspect(spooled, str(path))
            return _inspect_archive(spooled, str(path), found, settings)
    except CountersignError as error:
        return Inspection(str(path), "refused", sha256, error=error.as_dict())


def _inspect(spooled: Spooled, path: str) -> Inspection:
    kind = format_ = None
    try:
        reading = open_reading(spooled)
        kind, format_ = reading.reader.kind.value, reading.reader.format
        for _record in reading.records:
            pass
    except CountersignError as error:
        return Inspection(path, "refused", spooled.sha256, kind, format_, error=error.as_dict())
    ledger, tally = reading.ledger, reading.tally
    return Inspection(
        path=path,
        status="incomplete" if ledger.incomplete else "ok",
        sha256=spooled.sha256,
        kind=kind,
        format=format_,
        producer=ledger.producer,
        counts=tally.counts(reading.reader.kind, ledger.facts),
        notes=[note.as_dict() for note in ledger.notes.values()],
        ledger=ledger.figures(),
        records_sha256=tally.digest(),
    )


def _inspect_archive(spooled: Spooled, path: str, found: list[Member], settings: Settings) -> Inspection:
    """Give the one report of an archive as its own answer, of several one answer that counts them.

    Raises:
        UnknownFormatError: there is no report in it.
    """
    reports: list[Inspection] = []
    unread: list[dict[str, str]] = []
    lost = 0
    for member in found:
        name = f"{path}!{member.name}"
        try:
            with spool_member(member, spooled, settings) as file:
                one = _inspect(file, name)
        except CountersignError as error:
            one = Inspection(name, "refused", error=error.as_dict())
        if one.error and (member.error or one.kind is None):
            unread.append(one.error | {"name": member.name})
            lost += not (member.passed_over or one.error["slug"] in PASSED_OVER)
        else:
            reports.append(one)
    if not reports:
        raise no_report([sentence(error["name"], error["slug"], error["message"]) for error in unread])
    notes = _notes(unread)
    if len(reports) == 1:
        only = reports[0]
        status = "incomplete" if lost and only.status == "ok" else only.status
        notes += only.notes
        return replace(only, path=path, status=status, sha256=spooled.sha256, notes=notes, members=(only,))
    kinds = {report.kind for report in reports}
    return Inspection(
        path=path,
        status="incomplete" if lost or any(report.status != "ok" for report in reports) else "ok",
        sha256=spooled.sha256,
        kind=kinds.pop() if len(kinds) == 1 else None,
        format="archive",
        counts={
            "members": len(found),
            "reports": len(reports),
            "refused": lost + sum(report.status == "refused" for report in reports),
        },
        notes=notes,
        members=tuple(reports),
    )


def _notes(unread: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Say what was not read, once a reason with the first member of it."""
    found: dict[str, dict[str, Any]] = {}
    for error in unread:
        note = found.setdefault(
            error["slug"],
            {"slug": error["slug"], "message": sentence(error["name"], error["slug"], error["message"]), "count": 0},
        )
        note["count"] += 1
    return list(found.values())
